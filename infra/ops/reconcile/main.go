// Command reconcile compares the planned intents of each campaign with its
// sends, and prints the result.
//
//	go run ./infra/ops/reconcile
//
// It counts all runs, orders and sends as they are now, as settle does once a
// day, and prints a line for each campaign: planned = ended + open. An intent
// without a send that was planned within the last six hours is in flight: it is
// on a queue, also while the functions are stopped. Below the lines it prints
// the occasions of which intents are missing or stuck; then it exits with
// status 1. Package reconcile says how it counts, and
// docs/runbooks/reconciliation.md what to do.
//
// It works on the local cloud of make run, at AWS_ENDPOINT_URL, or on this
// machine at PORT (4566). If
// SENDS_TABLE, ORDERS_TABLE and SETTINGS_TABLE are set (make reconcile STACK=…
// sets them), it works on these tables of a stack, in the account that the AWS
// CLI would use. It reads the first two tables whole: a million sends of 1 KB
// are 125,000 read units, about 0.02 dollars, and take some minutes.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"regulars/infra/opentables"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/reconcile"
)

func main() {
	opentables.Main(func(ctx context.Context, _ []string) error { return run(ctx, os.Getenv, time.Now(), os.Stdout) })
}

// errBroken ends the command if intents are missing or stuck.
var errBroken = errors.New("intents are missing or stuck: see docs/runbooks/reconciliation.md")

func run(ctx context.Context, getenv func(string) string, now time.Time, out io.Writer) error {
	store, where, err := opentables.Open(ctx, getenv("SENDS_TABLE") != "", getenv, "reconcile", "SENDS_TABLE", "ORDERS_TABLE", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	table := reconcile.New(now)
	table.Until = now // count the intents in flight as well
	err = count(ctx, store, table)
	if err != nil {
		return opentables.Located(err, where)
	}
	fmt.Fprintf(out, "planned until %s\n\n", table.Until.UTC().Format("2 January 2006, 15:04 MST"))
	table.Print(out)
	if !table.Sum().Kept() {
		return errBroken
	}
	return nil
}

// count reads all runs, orders and sends into the table.
func count(ctx context.Context, store *dynamo.Store, table *reconcile.Table) error {
	err := store.Runs(ctx, func(p dynamo.Progress) error {
		if at, sends := p.Counted(); sends {
			table.Run(p.Campaign, p.Version, at, p.Started, p.Planned)
		}
		return nil
	})
	for page := (dynamo.Page{}); err == nil && page.After != dynamo.End; {
		page.After, err = store.Raised(ctx, page, func(raised []campaign.Intent) error {
			table.Order(raised)
			return nil
		})
	}
	for page := (dynamo.Page{}); err == nil && page.After != dynamo.End; {
		page.After, err = store.Sends(ctx, page, func(d claim.Send) error {
			table.Send(d)
			return nil
		})
	}
	return err
}
