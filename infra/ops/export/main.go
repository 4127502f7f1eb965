// Command export writes everything that the tables hold about a customer, as
// JSON, or lists the requests for it that are open.
//
//	go run ./infra/ops/export -customer c-17 c-17.json
//	go run ./infra/ops/export
//
// It ends the customer's open requests. docs/runbooks/erasure.md explains the
// document.
//
// With -aws it uses the stack whose outputs are in the environment (make export
// STACK=…), in the account that the AWS CLI would use. Otherwise it uses the
// local cloud of make run, at AWS_ENDPOINT_URL, or on this machine at PORT
// (4566).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"regulars/infra/opentables"
	"regulars/shared/dynamo"
	"regulars/shared/intake"
	"regulars/shared/privacy"
	"regulars/shared/shop"
)

// term is how long a shop may take to answer a request (GDPR, Article 12: a
// month).
const term = 30 * 24 * time.Hour

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, time.Now(), os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, now time.Time, out io.Writer) error {
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	account := flags.Bool("aws", false, "use a stack in AWS, not the local cloud")
	customer := flags.String("customer", "", "the `customer`: an ID, or a guest's address")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 1 || *customer != "" && flags.NArg() == 0 {
		return errors.New("name the file to write: export -customer ID FILE")
	}
	store, where, err := opentables.Open(ctx, *account, getenv, "export", "CUSTOMERS_TABLE", "ORDERS_TABLE", "SENDS_TABLE", "COUPONS_TABLE", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	if *customer == "" {
		err = list(ctx, store, out)
	} else {
		id := shop.CustomerID(*customer)
		if strings.Contains(*customer, "@") {
			id = intake.Guest(*customer)
		}
		err = write(ctx, store, id, flags.Arg(0), now, out)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("nothing answers at %s: start the local cloud with make run, or name a stack: make export STACK=regulars", where)
	}
	return err
}

// write writes the customer's document to a file that only its owner can read,
// and ends the customer's open requests.
func write(ctx context.Context, store *dynamo.Store, id shop.CustomerID, name string, now time.Time, out io.Writer) error {
	document, err := privacy.Export(ctx, store, id, now)
	if errors.Is(err, dynamo.ErrNotFound) {
		return fmt.Errorf("nothing is stored about the customer %s", id)
	}
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, append(text, '\n'), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d orders, %d messages, %d coupons and %d redemptions written to %s; delete the file when it was handed over\n",
		len(document.Orders), len(document.Sends), len(document.Coupons), len(document.Redemptions), name)
	var open []dynamo.ExportRequest
	err = store.ExportRequests(ctx, func(r dynamo.ExportRequest) error {
		if r.Customer == id && r.Done.IsZero() {
			open = append(open, r)
		}
		return nil
	})
	for _, r := range open {
		if err != nil {
			return err
		}
		r.Done = shop.Millis(now)
		if err = store.SaveExportRequest(ctx, r); err == nil {
			fmt.Fprintf(out, "the request %s is answered\n", r.Request)
		}
	}
	return err
}

// list prints the open requests, the first to end first.
func list(ctx context.Context, store *dynamo.Store, out io.Writer) error {
	var open []dynamo.ExportRequest
	err := store.ExportRequests(ctx, func(r dynamo.ExportRequest) error {
		if r.Done.IsZero() {
			open = append(open, r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(open, func(a, b dynamo.ExportRequest) int { return a.At.Compare(b.At) })
	for _, r := range open {
		fmt.Fprintf(out, "%s  asked %s, answer by %s  %s\n", r.Customer, r.At.Format(time.DateOnly), r.At.Add(term).Format(time.DateOnly), r.Request)
	}
	if len(open) == 0 {
		fmt.Fprintln(out, "no request is open")
	}
	return nil
}
