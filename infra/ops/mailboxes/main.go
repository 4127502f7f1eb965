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
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sync/errgroup"

	"regulars/infra/opentables"
	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
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
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("nothing answers at %s: start the local cloud with make run, or give -aws for a stack in AWS", where)
	}
	return err
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
