// Command brakes shows the brakes that are on, and releases one.
//
//	go run ./infra/ops/breakers [-aws]
//	go run ./infra/ops/breakers [-aws] -release weekly-picks
//
// The first lists what is held and why, with the counts of the last seven days.
// The second releases the brake of a campaign, of the "account", or the pause
// that is on while "ses" takes nothing, and forgets what was counted before: see
// docs/runbooks/breaker.md for what to look at first.
//
// Without -aws it works on the local cloud of make run, at AWS_ENDPOINT_URL, or
// on this machine at PORT (4566). With -aws it works on the table that
// SETTINGS_TABLE names, in the account that the AWS CLI would use; make brakes
// STACK=… finds its name.
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
	"time"

	"regulars/infra/tables"
	"regulars/shared/breaker"
	"regulars/shared/dynamo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, time.Now()); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer, now time.Time) error {
	flags := flag.NewFlagSet("brakes", flag.ContinueOnError)
	account := flags.Bool("aws", false, "work on a table in AWS, not on the local cloud")
	name := flags.String("release", "", `the campaign whose brake is to be released, or "account", or "ses"`)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("brakes takes no arguments beside its flags: to release one, say -release %s", flags.Arg(0))
	}
	store, where, err := tables.Open(ctx, *account, getenv, "brakes", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	if *name == "" {
		err = list(ctx, store, out, now)
	} else {
		err = release(ctx, store, *name, out)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("nothing answers at %s: start the local cloud with make run, or give -aws for a stack in AWS", where)
	}
	return err
}

// The names of what is no campaign.
const (
	theAccount = "account"
	thePause   = "ses"
)

func release(ctx context.Context, store *dynamo.Store, name string, out io.Writer) error {
	if name == thePause {
		if err := (&breaker.Keeper{Store: store, Now: time.Now}).Lift(ctx); err != nil {
			return err
		}
		fmt.Fprintln(out, "the pause is lifted; it comes back with the first message that SES refuses")
		return nil
	}
	scope := breaker.Scope(name)
	if name == theAccount {
		scope = breaker.Account
	}
	was, err := store.ReleaseBreaker(ctx, scope)
	switch {
	case err != nil:
		return err
	case !was:
		return fmt.Errorf("no brake of %q is on; make brakes lists those that are", name)
	}
	fmt.Fprintf(out, "released the brake of %s: what it held goes within a quarter of an hour, and only what happens from now on counts\n", name)
	return nil
}
