// Command mailboxes gives each profile that was stored before contacts belonged
// to mailboxes the name of its mailbox, and adds the customer's own contact to
// the mailbox's (docs/decisions/0029).
//
//	go run ./infra/ops/mailboxes [-aws]
//
// Run it once after an upgrade; docs/runbooks/upgrade-mailboxes.md says why soon.
// Functions may run at the same time. It can be stopped and run again: profiles
// that name a mailbox are left as they are.
//
// Without -aws it works on the local cloud of make run, at AWS_ENDPOINT_URL, or
// on this machine at PORT (4566). With -aws it works on the table that
// CUSTOMERS_TABLE names, with the key that MAILBOX_SECRET_ARN names, in the
// account that the AWS CLI would use; make mailboxes STACK=… sets both.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"golang.org/x/sync/errgroup"

	"regulars/infra/opentables"
	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
)

func main() {
	opentables.Main(func(ctx context.Context, args []string) error { return run(ctx, args, os.Getenv, os.Stdout) })
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("mailboxes", flag.ContinueOnError)
	account := flags.Bool("aws", false, "work on a table in AWS, not on the local cloud")
	if err := flags.Parse(args); err != nil {
		return err
	}
	store, where, err := opentables.Open(ctx, *account, getenv, "mailboxes", "CUSTOMERS_TABLE")
	if err != nil {
		return err
	}
	key, err := opentables.MailboxKey(ctx, *account, getenv, "mailboxes")
	if err == nil {
		err = carryOver(ctx, store, contactchange.Keeper{Store: store, Mailbox: key.Mailbox}, out)
	}
	return opentables.Located(err, where)
}

// carryOver names the mailbox of each profile that has an address and names
// none. It prints a line for each page of the table, and the sums.
func carryOver(ctx context.Context, store *dynamo.Store, keeper contactchange.Keeper, out io.Writer) error {
	read, named, page := 0, 0, dynamo.Page{}
	for page.After != dynamo.End {
		var todo []profile.Profile
		next, err := store.Profiles(ctx, page, func(p profile.Profile) error {
			if read++; p.Mailbox == "" && p.Email.Value != "" {
				todo = append(todo, p)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%w\nrun the command again; it continues with the profiles that are left", err)
		}
		workers, ctx := errgroup.WithContext(ctx)
		workers.SetLimit(8)
		for _, p := range todo {
			workers.Go(func() error {
				return keeper.Update(ctx, p.ID, func(p profile.Profile) profile.Profile { return p })
			})
		}
		if err := workers.Wait(); err != nil {
			return fmt.Errorf("%w\nrun the command again; it continues with the profiles that are left", err)
		}
		named += len(todo)
		page.After = next
		fmt.Fprintf(out, "%d profiles read, %d got their mailbox\n", read, named)
	}
	return nil
}
