// Command export writes everything that the tables hold about a customer, as
// JSON, or lists the open requests of customers with the days that are left.
//
//	go run ./infra/ops/export -customer c-17 c-17.json
//	go run ./infra/ops/export
//	go run ./infra/ops/export -answered REQUEST
//
// It closes the customer's open requests. With -answered it closes one that was
// answered in another way. docs/runbooks/erasure.md explains the document.
//
// With -aws it uses the stack whose outputs are in the environment (make export
// STACK=…), in the account that the AWS CLI would use. Otherwise it uses the
// local cloud of make run, at AWS_ENDPOINT_URL, or on this machine at PORT
// (4566).
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"regulars/infra/opentables"
	"regulars/shared/dynamo"
	"regulars/shared/intake"
	"regulars/shared/privacy"
	"regulars/shared/privacyrequest"
	"regulars/shared/shop"
)

func main() {
	opentables.Main(func(ctx context.Context, args []string) error {
		return run(ctx, args, os.Getenv, time.Now(), os.Stdout)
	})
}

func run(ctx context.Context, args []string, getenv func(string) string, now time.Time, out io.Writer) error {
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	account := flags.Bool("aws", false, "use a stack in AWS, not the local cloud")
	customer := flags.String("customer", "", "the `customer`: an ID, or an address, for every customer with it")
	answered := flags.String("answered", "", "the `request` that was answered in another way")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *customer != "" && *answered != "" {
		return errors.New("name a customer or an answered request, not both")
	}
	if flags.NArg() > 1 || *customer != "" && flags.NArg() == 0 {
		return errors.New("name the file to write: export -customer ID FILE")
	}
	store, where, err := opentables.Open(ctx, *account, getenv, "export", "CUSTOMERS_TABLE", "ORDERS_TABLE", "SENDS_TABLE", "DECISIONS_TABLE", "JOURNEYS_TABLE", "COUPONS_TABLE", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	switch {
	case *answered != "":
		err = answer(ctx, store, shop.EventID(*answered), now, out)
	case *customer == "":
		err = list(ctx, store, now, out)
	default:
		err = write(ctx, store, *customer, flags.Arg(0), now, out)
	}
	return opentables.Located(err, where)
}

// write writes the documents of the customer to a file that only its owner can read,
// and ends the customer's open requests. If an address is given, or the owner of a
// mailbox asked, it writes the documents of every customer with that address.
func write(ctx context.Context, store *dynamo.Store, customer, name string, now time.Time, out io.Writer) error {
	id, address := shop.CustomerID(customer), ""
	if strings.Contains(customer, "@") {
		id, address = intake.Guest(customer), customer
	}
	open, err := privacy.OpenRequests(ctx, store)
	if err != nil {
		return err
	}
	open = slices.DeleteFunc(open, func(r privacyrequest.Request) bool {
		return r.Kind != privacyrequest.Export || r.Customer != id
	})
	if slices.ContainsFunc(open, func(r privacyrequest.Request) bool { return r.Source == shop.RequestFromPreferences }) {
		p, _, err := store.Profile(ctx, id)
		if err != nil {
			return err
		}
		address = cmp.Or(address, p.Email.Value)
	}
	documents, err := privacy.ExportPerson(ctx, store, address, now, id)
	if err != nil {
		return err
	}
	if len(documents) == 0 {
		return fmt.Errorf("nothing is stored about the customer %s", id)
	}
	text, err := json.MarshalIndent(documents, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, append(text, '\n'), 0o600); err != nil {
		return err
	}
	var orders, sends, coupons, redemptions int
	for _, d := range documents {
		orders, sends, coupons, redemptions = orders+len(d.Orders), sends+len(d.Sends), coupons+len(d.Coupons), redemptions+len(d.Redemptions)
	}
	fmt.Fprintf(out, "%s, %s, %s and %s of %s written to %s; delete the file when it was handed over\n",
		counted(orders, "order"), counted(sends, "message"), counted(coupons, "coupon"), counted(redemptions, "redemption"), counted(len(documents), "customer ID"), name)
	for _, r := range open {
		if err := privacy.Answer(ctx, store, r.ID, now, privacyrequest.ByDocument); err != nil {
			return err
		}
		fmt.Fprintf(out, "the request %s is answered\n", r.ID)
	}
	return nil
}

func counted(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// answer closes a request that was answered without this command.
func answer(ctx context.Context, store *dynamo.Store, id shop.EventID, now time.Time, out io.Writer) error {
	err := privacy.Answer(ctx, store, id, now, privacyrequest.ByHand)
	if errors.Is(err, dynamo.ErrNotFound) {
		return fmt.Errorf("there is no request %s; without an option the command lists the open ones", id)
	}
	if err == nil {
		fmt.Fprintf(out, "the request %s is answered\n", id)
	}
	return err
}

// list prints the open requests, the first to end first.
func list(ctx context.Context, store *dynamo.Store, now time.Time, out io.Writer) error {
	open, err := privacy.OpenRequests(ctx, store)
	if err != nil {
		return err
	}
	for _, r := range open {
		fmt.Fprintln(out, r.Line(now))
	}
	if len(open) == 0 {
		fmt.Fprintln(out, "no request is open")
	}
	return nil
}
