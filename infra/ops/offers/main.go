// Command offers is for whoever writes offers.
//
//	go run ./infra/ops/offers lint [DIRECTORY]
//	go run ./infra/ops/offers try -customer CUSTOMER -cart CART.json [-order ORDER] [DIRECTORY]
//
// lint checks the offers of a shop's directory (infra/shop where none is named),
// and names every fault with its line, its column and what to write instead.
//
// try says what a customer would get by these files, which need not be published,
// and why not the rest. CUSTOMER is a file (see person.go), or the ID of a customer
// of the local cloud of make run, at AWS_ENDPOINT_URL, or on this machine at PORT
// (4566). CART.json is a cart as the checkout sends it, its amounts in minor units:
//
//	{"currency": "GBP", "shipping": 395, "lines": [
//	  {"id": "1", "product": "MUG-1", "category": "mug", "units": 2, "price": 450}]}
//
// ORDER is one of the customer's orders: the occasion, for conditions that ask
// about it. Nothing is stored, and nobody is sent anything.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"regulars/shared/fault"
	"regulars/shared/policy"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, time.Now(), os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errUsage = errors.New(`say what to do: "lint" checks the offers, "try -customer CUSTOMER -cart CART.json" says what somebody would get`)

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
	c, err := readCart(cart, p.Shop)
	if err != nil {
		return err
	}
	who, err := find(ctx, customer, p, c, getenv)
	if err != nil {
		return err
	}
	return trial{policy: p, person: who, cart: c, order: shop.OrderID(order), now: now.UTC()}.print(out)
}

// read returns the offers of a directory; files of faults are named as editors
// want them.
func read(dir string) (policy.Policy, error) {
	if _, err := os.Stat(dir); err != nil {
		return policy.Policy{}, fmt.Errorf("read the shop's files: %w", err)
	}
	p, err := policy.LoadOffers(os.DirFS(dir))
	var faults fault.InFiles
	if !errors.As(err, &faults) {
		return p, err
	}
	for i := range faults {
		faults[i].File = dir + "/" + faults[i].File
	}
	return p, fmt.Errorf("%w\n%d faults", faults, len(faults))
}

// readCart reads a cart as the checkout sends it. Who it is of, and the codes in
// it, are not looked at: the trial says what the customer could have.
func readCart(file string, rules policy.Shop) (pricing.Cart, error) {
	var sent struct {
		pricing.Cart
		ShippingTax int `json:"shipping_tax_rate"`

		Customer, Language, Client, Codes, Points any
	}
	if err := readJSON(file, &sent); err != nil {
		return sent.Cart, fmt.Errorf("read the cart: %w", err)
	}
	cart, currency := sent.Cart, rules.Currency
	cart.ShippingTaxRate, cart.TaxAdded = sent.ShippingTax, rules.TaxAdded
	if cart.Currency == "" {
		cart.Currency = currency
	}
	if cart.Currency != currency {
		return cart, fmt.Errorf("read the cart: it counts in %s, the shop in %s, and nothing is ever converted", cart.Currency, currency)
	}
	if err := cart.Check(); err != nil {
		return cart, fmt.Errorf("read the cart %s: %w", file, err)
	}
	return cart, nil
}

// readJSON reads a file into v, and knows every field of it.
func readJSON(file string, v any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
