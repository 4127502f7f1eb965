package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"regulars/infra/tables"
	"regulars/shared/customervalue"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/policy"
	"regulars/shared/pricing"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// person is everything of one customer that offers ask for. As a file it is
//
//	{"profile":  {"id": "c-1", "orders": [{"order": "o-1", "at": "2026-11-01T10:00:00Z", "net": {"minor": 4500, "currency": "GBP"}}]},
//	 "contact":  {"granted": {"welcome": [{"send": "s-1", "at": "2026-10-01T10:00:00Z"}]}},
//	 "products": [{"id": "MUG-1", "title": "Mug", "category": "mug", "price": {"minor": 450, "currency": "GBP"}}]}
//
// of which all but the profile may be left out.
type person struct {
	Profile  profile.Profile   `json:"profile"`
	Contact  frequency.Contact `json:"contact"`
	Products []shop.Product    `json:"products"`

	items  map[shop.ProductID]recommend.Item
	taught customervalue.Model // by all customers of the local cloud; a typical shop for a file
}

// find returns the customer that was named: a file, or an ID of the local cloud.
func find(ctx context.Context, name string, p policy.Policy, cart pricing.Cart, getenv func(string) string) (person, error) {
	if _, err := os.Stat(name); err == nil || strings.HasSuffix(name, ".json") {
		return readPerson(name)
	}
	where := tables.Where(getenv)
	store := tables.Store(where, dynamo.Tables{Customers: "Customers", Catalogue: "Catalogue", Settings: "Settings"})
	who, err := stored(ctx, store, shop.CustomerID(name), p, cart)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return who, fmt.Errorf("nothing answers at %s: start the local cloud with make run, or name the file of a customer", where)
	}
	return who, err
}

func readPerson(file string) (who person, err error) {
	if err := readJSON(file, &who); err != nil {
		return who, fmt.Errorf("read the customer: %w", err)
	}
	who.items = map[shop.ProductID]recommend.Item{}
	for _, product := range who.Products {
		who.items[product.ID] = recommend.Item{Product: product}
	}
	return who, nil
}

// stored reads the customer, and the products that they bought, that the offers
// give and that are in the cart.
func stored(ctx context.Context, store *dynamo.Store, id shop.CustomerID, p policy.Policy, cart pricing.Cart) (who person, err error) {
	s, err := store.Snapshot(ctx, id)
	if err != nil {
		return who, err
	}
	if s.Profile.ID == "" {
		return who, fmt.Errorf("there is no customer %s; the local cloud lists its own at /customers", id)
	}
	products := decide.Bound(p.Offers)
	for _, b := range decide.History(s.Profile).Items {
		products = append(products, b.Product)
	}
	for _, l := range cart.Lines {
		products = append(products, l.Product)
	}
	items, err := store.Items(ctx, recommend.Model{}, products)
	if err != nil {
		return who, err
	}
	model, err := taught(ctx, store)
	return person{Profile: s.Profile, Contact: s.Contact, items: items, taught: model}, err
}

// taught returns what was learned of all customers; the zero model where nothing
// was yet.
func taught(ctx context.Context, store *dynamo.Store) (m customervalue.Model, err error) {
	_, body, err := store.Model(ctx, customervalue.ModelName)
	if errors.Is(err, dynamo.ErrNotFound) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(body, &m)
}
