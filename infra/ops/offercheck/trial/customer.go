package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"regulars/shared/cartquote"
	"regulars/shared/customervalue"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/pricing"
	"regulars/shared/profile"
	"regulars/shared/quoteinputs"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// ReadRequest returns the request in the file of a cart, as the checkout takes it:
// with its codes and the points that the customer wants to pay with. Lines may have
// a category and a cost as well. The file's customer is ignored: the caller names
// the customer.
func ReadRequest(file string, rules shoppolicy.Shop) (cartquote.Request, error) {
	var sent struct {
		pricing.Cart
		ShippingTax int `json:"shipping_tax_rate"`
		Codes       []string
		Points      int

		Customer, Language, Client any
	}
	if err := readJSON(file, &sent); err != nil {
		return cartquote.Request{}, fmt.Errorf("read the cart: %w", err)
	}
	cart, currency := sent.Cart, rules.Currency
	cart.ShippingTaxRate = sent.ShippingTax
	if cart.Currency == "" {
		cart.Currency = currency
	}
	if cart.Currency != currency {
		return cartquote.Request{}, fmt.Errorf("read the cart: its amounts are in %s, the shop's in %s, and nothing is ever converted", cart.Currency, currency)
	}
	if err := cart.Check(); err != nil {
		return cartquote.Request{}, fmt.Errorf("read the cart %s: %w", file, err)
	}
	return cartquote.Request{Cart: cart, Codes: sent.Codes, Points: sent.Points}, nil
}

// FromFile returns the trial of a customer's file:
//
//	{"profile":  {"id": "c-1", "orders": [{"order": "o-1", "at": "2026-11-01T10:00:00Z", "net": {"minor": 4500, "currency": "GBP"}}]},
//	 "contact":  {"granted": {"welcome": [{"send": "s-1", "at": "2026-10-01T10:00:00Z"}]}},
//	 "products": [{"id": "MUG-1", "title": "Mug", "category": "mug", "price": {"minor": 450, "currency": "GBP"}}]}
//
// of which all but the profile may be left out. The customer of a file has no
// coupons, and their value is computed with the model of a typical shop.
func FromFile(file string, p shoppolicy.Policy, r cartquote.Request, now time.Time) (Trial, error) {
	var customer struct {
		Profile  profile.Profile   `json:"profile"`
		Contact  frequency.Contact `json:"contact"`
		Products []shop.Product    `json:"products"`
	}
	if err := readJSON(file, &customer); err != nil {
		return Trial{}, fmt.Errorf("read the customer: %w", err)
	}
	items := map[shop.ProductID]recommend.Item{}
	for _, product := range customer.Products {
		items[product.ID] = recommend.Item{Product: product}
	}
	if customer.Profile.ID == "" {
		customer.Profile.ID = shop.CustomerID(strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	r.Customer = customer.Profile.ID
	return Trial{cartquote.Case{Request: r, Now: now, Policy: p, Profile: customer.Profile, Contact: customer.Contact, Items: items}}, nil
}

// FromStore returns the trial of a customer who is stored, by the policy p. It
// reads what the checkout reads for the same cart, and the products that the
// offers give and that the customer has bought.
func FromStore(ctx context.Context, store *dynamo.Store, id shop.CustomerID, p shoppolicy.Policy, r cartquote.Request, now time.Time) (Trial, error) {
	var err error
	if p.CustomerValue, err = customerValueModel(ctx, store); err != nil {
		return Trial{}, err
	}
	r.Customer = id
	c, err := quoteinputs.New(store, fixed(p)).Read(ctx, r, now)
	if err != nil {
		return Trial{}, err
	}
	if c.Profile.ID == "" {
		return Trial{}, fmt.Errorf("there is no customer %s; the local cloud lists its own at /customers", id)
	}
	products := decide.Bound(p.Offers)
	for _, b := range decide.History(c.Profile).Items {
		products = append(products, b.Product)
	}
	more, err := store.Items(ctx, recommend.Model{}, products)
	if err != nil {
		return Trial{}, err
	}
	maps.Copy(c.Items, more)
	return Trial{c.Case}, nil
}

// fixed is a policy from files as [quoteinputs.Policies].
type fixed shoppolicy.Policy

func (f fixed) Policy(context.Context) (shoppolicy.Policy, error) { return shoppolicy.Policy(f), nil }

// customerValueModel returns the model that the store's customers have taught;
// the zero model, which is that of a typical shop, if nothing was learned yet.
func customerValueModel(ctx context.Context, store *dynamo.Store) (m customervalue.Model, err error) {
	_, body, err := store.Model(ctx, customervalue.ModelName)
	if errors.Is(err, dynamo.ErrNotFound) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(body, &m)
}

// readJSON reads a file into v. A field that v does not have is an error.
func readJSON(file string, v any) error {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %s; docs/offers.md links to an example", file)
	}
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
