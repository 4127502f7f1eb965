// Command value writes a page about all customers of a shop: how many are still
// active, how fast second orders come, retention by month of the first order,
// and how accurate the predictions were.
//
//	go run ./infra/ops/value var/value.html
//
// It reads what learn published last night, a few kilobytes, and no customer.
// If SETTINGS_TABLE is set, it reads that table of a stack (make value
// STACK=…), in the account that the AWS CLI would use. Otherwise it reads the
// local cloud of make run, at AWS_ENDPOINT_URL, or on this machine at PORT
// (4566).
//
// With -customer it prints the forecast for one customer instead, with its
// uncertainty; in AWS that needs CUSTOMERS_TABLE too.
//
// -answers names a file with the answers, 0 to 10, to "how likely are you to
// recommend us?", one a line; then the page has the net promoter score too.
// docs/value.md explains the numbers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"regulars/infra/opentables"
	"regulars/infra/ops/value/picture"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

func main() {
	opentables.Main(func(ctx context.Context, args []string) error {
		return run(ctx, args, os.Getenv, time.Now(), os.Stdout)
	})
}

func run(ctx context.Context, args []string, getenv func(string) string, now time.Time, out io.Writer) error {
	flags := flag.NewFlagSet("value", flag.ContinueOnError)
	flags.SetOutput(out)
	answers := flags.String("answers", "", "a `file` with answers of 0 to 10, one a line")
	customer := flags.String("customer", "", "print the forecast for this `customer` instead of writing the page")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 && *customer == "" {
		return errors.New("name the file to write: value [-answers FILE] value.html")
	}
	names := []string{"SETTINGS_TABLE"}
	if *customer != "" {
		names = append(names, "CUSTOMERS_TABLE")
	}
	store, where, err := opentables.Open(ctx, getenv("SETTINGS_TABLE") != "", getenv, "value", names...)
	if err != nil {
		return err
	}
	if *customer != "" {
		err = printCustomer(ctx, store, shop.CustomerID(*customer), now, out)
	} else {
		err = page(ctx, store, flags.Arg(0), *answers, out)
	}
	if picture.Nothing(err) {
		return fmt.Errorf("nothing was learned yet at %s; learn runs once a night", where)
	}
	return opentables.Located(err, where)
}

// page writes the page of all customers.
func page(ctx context.Context, store *dynamo.Store, name, answers string, out io.Writer) error {
	data, err := picture.Read(ctx, store)
	if err != nil {
		return err
	}
	if answers != "" {
		if data.Score, err = readAnswers(answers); err != nil {
			return err
		}
	}
	return write(data, name, out)
}

// write writes the page and prints its most important numbers.
func write(data picture.Shop, name string, out io.Writer) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := errors.Join(data.Write(file), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	r := data.Report
	fmt.Fprintf(out, "%d customers, about %.0f of them still active; %.0f orders expected in 90 days\n", r.Customers, r.StillActive, r.Expected)
	if t := r.Trial; t != nil {
		fmt.Fprintf(out, "the last 90 days: %.0f orders predicted (%.0f without calibration and season), %d placed (naive %.0f); off by %.2f orders a customer (%.2f; naive %.2f)\n",
			t.Expected, t.Plain, t.Actual, t.Naive, t.Error, t.PlainError, t.NaiveError)
	}
	orders, basket := data.Model.Calibration.Factors()
	season := "no season"
	if s := data.Model.Season; s.Known() {
		season = fmt.Sprintf("factors of the months %.2f", s)
	}
	fmt.Fprintf(out, "from now on: expected orders times %.2f, the amount of an order times %.2f, by %d past quarters; %s\n", orders, basket, len(r.Quarters), season)
	for _, why := range data.Model.Why {
		fmt.Fprintln(out, why)
	}
	if s := data.Score; s != nil {
		fmt.Fprintf(out, "net promoter score %+.0f (%+.0f to %+.0f) of %d answers\n", s.Score, s.Low, s.High, s.Answers)
	}
	fmt.Fprintf(out, "written to %s\n", name)
	return nil
}
