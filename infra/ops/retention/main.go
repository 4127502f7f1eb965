// Command retention counts what the nightly job would let go now, without changing
// anything, and prints how far the last job came.
//
//	go run ./infra/ops/retention
//
// How long each kind of data is kept is what the shop has published (privacy.yaml,
// docs/privacy.md). With -files it is what a folder of the shop's files says, to
// try other periods before they are published.
//
// With -aws it uses the stack whose outputs are in the environment (make retention
// STACK=…), in the account that the AWS CLI would use. Otherwise it uses the local
// cloud of make run, at AWS_ENDPOINT_URL, or on this machine at PORT (4566).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"regulars/infra/opentables"
	"regulars/shared/dynamo"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
	"regulars/shared/retention"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

func main() {
	opentables.Main(func(ctx context.Context, args []string) error {
		return run(ctx, args, os.Getenv, time.Now(), os.Stdout)
	})
}

func run(ctx context.Context, args []string, getenv func(string) string, now time.Time, out io.Writer) error {
	flags := flag.NewFlagSet("retention", flag.ContinueOnError)
	account := flags.Bool("aws", false, "use a stack in AWS, not the local cloud")
	files := flags.String("files", "", "take the periods from the shop's files in this `folder`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	store, where, err := opentables.Open(ctx, *account, getenv, "retention", "CUSTOMERS_TABLE", "ORDERS_TABLE", "SENDS_TABLE", "JOURNEYS_TABLE", "COUPONS_TABLE", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	if err = last(ctx, store, out); err == nil {
		err = try(ctx, store, *files, now, out)
	}
	return opentables.Located(err, where)
}

// last prints how far the last job came, and what it let go.
func last(ctx context.Context, store *dynamo.Store, out io.Writer) error {
	p, rev, err := store.Retention(ctx)
	switch {
	case err != nil:
		return err
	case rev == "":
		fmt.Fprintln(out, "no job has run yet")
	case p.Done.IsZero():
		fmt.Fprintf(out, "the job of %s is at stage %s; so far it let go: %s\n", p.Begun.Format(time.RFC3339), p.Stage, list(p.Gone))
	default:
		fmt.Fprintf(out, "the job of %s was done at %s; it let go: %s\n", p.Begun.Format(time.RFC3339), p.Done.Format(time.TimeOnly), list(p.Gone))
	}
	return nil
}

// try counts what a job would let go now.
func try(ctx context.Context, store *dynamo.Store, files string, now time.Time, out io.Writer) error {
	keep, err := periods(ctx, store, files)
	if err != nil {
		return err
	}
	job := retention.Job{
		Orders: store, Coupons: store, Sends: store, Positions: store, Customers: store, Records: store,
		Keep: keep, Dry: true, NewID: func() shop.SendID { return "" },
	}
	p, err := job.Run(ctx, retention.Begin(now), func() time.Time { return now }, func(dynamo.Retention) error { return nil })
	if err != nil {
		return err
	}
	k := keep.WithDefaults()
	fmt.Fprintf(out, "kept for, in days: orders %d, messages %d, decisions %d, coupons %d, inactive customers %d, requests %d\n",
		k.Orders, k.Messages, k.Decisions, k.Coupons, k.Customers, k.Requests)
	fmt.Fprintf(out, "a job would now let go: %s; nothing was changed\n", list(p.Gone))
	return nil
}

// periods returns how long each kind is kept: as published, or as the files say.
func periods(ctx context.Context, store *dynamo.Store, files string) (shoppolicy.KeepDays, error) {
	if files != "" {
		p, err := policyfiles.LoadPrivacy(os.DirFS(files))
		return p.Keep, err
	}
	_, packed, err := store.Policy(ctx)
	if errors.Is(err, dynamo.ErrNotFound) {
		return shoppolicy.KeepDays{}, errors.New("no policy is published yet, so nothing goes; run make publish, or name the files: FILES=infra/shop")
	}
	if err != nil {
		return shoppolicy.KeepDays{}, err
	}
	p, err := shoppolicy.Decode(packed, message.Renderer{})
	return p.Privacy.Keep, err
}

// list returns counts as text, such as "orders 2, messages 7".
func list(of map[string]int) (text string) {
	for _, kind := range slices.Sorted(maps.Keys(of)) {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%s %d", kind, of[kind])
	}
	if text == "" {
		return "nothing"
	}
	return text
}
