// Command breakers lists the circuit breakers that have stopped a campaign or the
// account's sending, and resets one, so that sending goes on.
//
//	go run ./infra/ops/breakers [-aws]
//	go run ./infra/ops/breakers [-aws] -release weekly-picks
//
// The first form lists the breakers with their reasons and the counts of the
// last seven days. The second releases the breaker of a campaign, or of the
// "account", and sets its counts to zero; for "ses" it ends the pause of the
// account. docs/runbooks/breaker.md says what to check first.
//
// Without -aws it works on the local cloud of make run, at AWS_ENDPOINT_URL, or
// on this machine at PORT (4566). With -aws it works on the table that
// SETTINGS_TABLE names, in the account that the AWS CLI would use; make
// breakers STACK=… sets SETTINGS_TABLE.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"regulars/infra/opentables"
	"regulars/shared/breaker"
	"regulars/shared/dynamo"
)

func main() {
	opentables.Main(func(ctx context.Context, args []string) error {
		return run(ctx, args, os.Getenv, os.Stdout, time.Now())
	})
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer, now time.Time) error {
	flags := flag.NewFlagSet("breakers", flag.ContinueOnError)
	account := flags.Bool("aws", false, "work on a table in AWS, not on the local cloud")
	name := flags.String("release", "", `the campaign whose breaker to release, or "account", or "ses"`)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("breakers takes flags only; to release a breaker, use -release %s", flags.Arg(0))
	}
	store, where, err := opentables.Open(ctx, *account, getenv, "breakers", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	if *name == "" {
		err = list(ctx, store, out, now)
	} else {
		err = release(ctx, store, *name, out)
	}
	return opentables.Located(err, where)
}

// The values of -release that are not campaigns.
const (
	theAccount = "account"
	thePause   = "ses"
)

func release(ctx context.Context, store *dynamo.Store, name string, out io.Writer) error {
	if name == thePause {
		if err := (&breaker.Keeper{Store: store, Now: time.Now}).Lift(ctx); err != nil {
			return err
		}
		fmt.Fprintln(out, "the pause has ended; it starts again if SES refuses a message for the same reason")
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
		return fmt.Errorf("the breaker of %q has not tripped; make breakers lists the tripped ones", name)
	}
	fmt.Fprintf(out, "released the breaker of %s: its held messages are sent within a quarter of an hour, and its counts start again from zero\n", name)
	return nil
}
