// Command value writes a page of what was learned of a shop's customers as a
// whole: who is still there, how fast they come again, retention by month of the
// first order, and how far what was foretold has come true.
//
//	go run ./infra/ops/value var/value.html
//
// It reads what learn published last night, a few kilobytes, and no customer. It
// works on the local cloud of make run, at AWS_ENDPOINT_URL, or on this machine
// at PORT (4566), or where SETTINGS_TABLE names a stack's table (make value
// STACK=…), in the account that the AWS CLI would use.
//
// With -customer it prints what to expect of one customer instead, and how surely;
// in AWS that wants CUSTOMERS_TABLE, too.
//
// -answers names a file with the answers, 0 to 10, to "how likely are you to
// recommend us?", one a line; then the page has the net promoter score, too.
// docs/value.md says what the numbers mean.
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

	"regulars/infra/ops/value/picture"
	"regulars/infra/tables"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, time.Now(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, now time.Time, out io.Writer) error {
	flags := flag.NewFlagSet("value", flag.ContinueOnError)
	flags.SetOutput(out)
	answers := flags.String("answers", "", "a `file` with answers of 0 to 10, one a line")
	customer := flags.String("customer", "", "print what to expect of this `customer`, instead of the page")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 && *customer == "" {
		return errors.New("say which file to write: value [-answers FILE] value.html")
	}
	names := []string{"SETTINGS_TABLE"}
	if *customer != "" {
		names = append(names, "CUSTOMERS_TABLE")
	}
	store, where, err := tables.Open(ctx, getenv("SETTINGS_TABLE") != "", getenv, "value", names...)
	if err != nil {
		return err
	}
	if *customer != "" {
		err = one(ctx, store, shop.CustomerID(*customer), now, out)
	} else {
		err = page(ctx, store, flags.Arg(0), *answers, out)
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nothing answers at %s: start the local cloud with make run, or name a stack: make value STACK=regulars", where)
	case picture.Nothing(err):
		return fmt.Errorf("nothing was learned yet at %s: learn runs once a night", where)
	}
	return err
}

// page writes the page of all customers.
func page(ctx context.Context, store *dynamo.Store, name, answers string, out io.Writer) error {
	seen, err := picture.Read(ctx, store)
	if err != nil {
		return err
	}
	if answers != "" {
		if seen.Score, err = asked(answers); err != nil {
			return err
		}
	}
	return write(seen, name, out)
}

// write writes the page, and says the most important of it.
func write(seen picture.Shop, name string, out io.Writer) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := errors.Join(seen.Write(file), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	r := seen.Report
	fmt.Fprintf(out, "%d customers, about %.0f of them still; %.0f orders to expect in 90 days\n", r.Customers, r.Still, r.Expected)
	if t := r.Trial; t != nil {
		fmt.Fprintf(out, "the 90 days before: %.0f foretold, %d happened (naive %.0f); off by %.2f orders a customer (naive %.2f)\n",
			t.Expected, t.Happened, t.Naive, t.Error, t.NaiveError)
	}
	for _, why := range seen.Model.Why {
		fmt.Fprintln(out, why)
	}
	if s := seen.Score; s != nil {
		fmt.Fprintf(out, "net promoter score %+.0f (%+.0f to %+.0f) of %d answers\n", s.Score, s.Low, s.High, s.Answers)
	}
	fmt.Fprintf(out, "written to %s\n", name)
	return nil
}
