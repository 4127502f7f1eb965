// Command offercheck checks the offers of a shop's files, and shows what a customer
// would get by them before they are published.
//
//	go run ./infra/ops/offercheck lint [DIRECTORY]
//	go run ./infra/ops/offercheck try -customer CUSTOMER -cart CART.json [-order ORDER] [DIRECTORY]
//
// lint checks the offers of a shop's directory (infra/shop if none is named),
// and names every fault with its line, its column and what to write instead.
//
// try says what a customer would get by these files, which need not be
// published, and why not the rest. CUSTOMER is a file (see [trial.FromFile]),
// or the ID of a customer of the local cloud of make run, at AWS_ENDPOINT_URL,
// or on this machine at PORT (4566). CART.json is a cart as the checkout sends
// it, its amounts in minor units:
//
//	{"currency": "GBP", "shipping": 395, "lines": [
//	  {"id": "1", "product": "MUG-1", "category": "mug", "units": 2, "price": 450}]}
//
// The category and the cost of a line are those of the catalogue if it has
// none. Codes and points in it are priced as at the checkout. ORDER is one of
// the customer's orders: the occasion, for conditions that ask about it.
// Nothing is stored, and no message is sent.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"regulars/infra/opentables"
	"regulars/infra/ops/offercheck/trial"
	"regulars/infra/ops/publish/celcheck"
	"regulars/shared/cartquote"
	"regulars/shared/dynamo"
	"regulars/shared/inputfault"
	"regulars/shared/policyfiles"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

func main() {
	opentables.Main(func(ctx context.Context, args []string) error {
		return run(ctx, args, os.Getenv, time.Now(), os.Stdout)
	})
}

var errUsage = errors.New(`say what to do: "lint" checks the offers, "try -customer CUSTOMER -cart CART.json" says what a customer would get`)

func run(ctx context.Context, args []string, getenv func(string) string, now time.Time, out io.Writer) error {
	if len(args) == 0 {
		return errUsage
	}
	flags := flag.NewFlagSet("offers "+args[0], flag.ContinueOnError)
	var customer, cart, order string
	switch args[0] {
	case "lint":
	case "try":
		flags.StringVar(&customer, "customer", "", "a customer's file, or their ID in the local cloud")
		flags.StringVar(&cart, "cart", "", "the file of a cart")
		flags.StringVar(&order, "order", "", "the customer's order that is the occasion")
	default:
		return errUsage
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	dir := "infra/shop"
	if flags.NArg() > 0 {
		dir = flags.Arg(0)
	}
	p, err := read(dir)
	if err != nil {
		return err
	}
	if args[0] == "lint" {
		fmt.Fprintf(out, "%s: %d offers are sound\n", dir, len(p.Offers))
		return nil
	}
	if customer == "" || cart == "" {
		return errors.New("name a customer and a cart: make offers-try CUSTOMER=… CART=cart.json")
	}
	r, err := trial.ReadRequest(cart, p.Shop)
	if err != nil {
		return err
	}
	t, err := find(ctx, customer, p, r, getenv, now.UTC())
	if err != nil {
		return err
	}
	t.Occasion.Order = shop.OrderID(order)
	return t.Print(out)
}

// read returns the policy of a directory's offers. The names of files with
// faults begin with the directory, so that editors can open them.
func read(dir string) (shoppolicy.Policy, error) {
	if _, err := os.Stat(dir); err != nil {
		return shoppolicy.Policy{}, fmt.Errorf("read the shop's files: %w", err)
	}
	p, err := policyfiles.LoadOffers(os.DirFS(dir), celcheck.Compile)
	var faults inputfault.InFiles
	if !errors.As(err, &faults) {
		return p, err
	}
	for i := range faults {
		faults[i].File = dir + "/" + faults[i].File
	}
	noun := "faults"
	if len(faults) == 1 {
		noun = "fault"
	}
	return p, fmt.Errorf("%w\n%d %s", faults, len(faults), noun)
}

// find returns the trial of the named customer: a file, or an ID in the local
// cloud.
func find(ctx context.Context, name string, p shoppolicy.Policy, r cartquote.Request, getenv func(string) string, now time.Time) (trial.Trial, error) {
	if _, err := os.Stat(name); err == nil || strings.HasSuffix(name, ".json") {
		return trial.FromFile(name, p, r, now)
	}
	where := opentables.Where(getenv)
	store := opentables.Store(where, dynamo.Tables{Customers: "Customers", Catalogue: "Catalogue", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"})
	t, err := trial.FromStore(ctx, store, shop.CustomerID(name), p, r, now)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return t, fmt.Errorf("nothing answers at %s: start the local cloud with make run, give its PORT if it has another, or name the file of a customer", where)
	}
	return t, err
}
