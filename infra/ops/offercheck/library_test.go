package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"regulars/shared/condition"
	"regulars/shared/conditioncheck"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/policyfiles"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func gbp(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

// library returns the offers of infra/ops/offer-library by their IDs.
func library(t *testing.T) map[shop.OfferID]offer.Offer {
	t.Helper()
	shopFile, err := os.ReadFile("../../shop/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	pointsFile, err := os.ReadFile("../../shop/points.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := fstest.MapFS{"shop.yaml": {Data: shopFile}, "points.yaml": {Data: pointsFile}}
	names, err := filepath.Glob("../offer-library/*.yaml")
	if err != nil || len(names) < 11 {
		t.Fatalf("the library has %d offers, %v", len(names), err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all["offers/"+filepath.Base(name)] = &fstest.MapFile{Data: data}
	}
	p, err := policyfiles.LoadOffers(all, conditioncheck.Compile)
	if err != nil {
		t.Fatal(err)
	}
	offers := map[shop.OfferID]offer.Offer{}
	for _, o := range p.Offers {
		offers[o.ID] = o
	}
	return offers
}

// Each offer of the library goes to the customers that its title names, does on a
// cart what the title says, and is refused to other customers.
func TestLibraryOffersDoWhatTheirTitlesSay(t *testing.T) {
	offers := library(t)
	line := func(category string, units int, price int64) pricing.Line {
		return pricing.Line{ID: category, Product: shop.ProductID(category), Category: category, Units: units, Price: price, Cost: price / 2}
	}
	cart := func(lines ...pricing.Line) pricing.Cart {
		return pricing.Cart{Currency: "GBP", Shipping: 395, Lines: lines}
	}
	after := func(orders, returns int, cause shop.Cause) condition.Facts {
		return condition.Facts{Customer: condition.Customer{Orders: orders, Returns: returns, Average: gbp(5000)}, Order: condition.Order{Cause: cause}}
	}
	who := func(c condition.Customer) condition.Facts { return condition.Facts{Customer: c} }
	bags := map[shop.ProductID]condition.Bought{"lunch bag": {Units: 10, Title: "Lunch bag", Category: "Lunch Bag", Price: gbp(165)}}
	gets, refused := map[shop.OfferID]bool{}, map[shop.OfferID]bool{}
	for _, test := range []struct {
		offer shop.OfferID
		who   string
		facts condition.Facts
		cart  pricing.Cart
		want  string // what it does on the cart, or the code of the refusal
	}{
		{"welcome", "a customer without orders", who(condition.Customer{}), cart(line("mug", 1, 900)), "395 off shipping"},
		{"welcome", "a customer with an order", who(condition.Customer{Orders: 1}), cart(), "condition"},
		{"second-order", "after the first", who(condition.Customer{Orders: 1, Average: gbp(4000)}), cart(line("mug", 3, 900)), "270 off"},
		{"second-order", "with a small cart", who(condition.Customer{Orders: 1, Average: gbp(4000)}), cart(line("mug", 2, 900)), "minimum"},
		{"second-order", "after the second", who(condition.Customer{Orders: 2}), cart(), "condition"},
		{"repeat-customer", "on the first step", who(condition.Customer{Orders: 4}), cart(line("mug", 5, 900)), "225 off"},
		{"repeat-customer", "on the second", who(condition.Customer{Orders: 4}), cart(line("mug", 10, 900)), "800 off"},
		{"repeat-customer", "below the first", who(condition.Customer{Orders: 4}), cart(line("mug", 4, 900)), "tier"},
		{"repeat-customer", "after the first order", who(condition.Customer{Orders: 1}), cart(), "condition"},
		{"high-spender", "of two thousand", who(condition.Customer{Orders: 3, Spent: gbp(200_000)}), cart(line("cake", 1, 25_000)), "4000 off"},
		{"high-spender", "one who returns every order", who(condition.Customer{Orders: 3, Returns: 3, Spent: gbp(200_000)}), cart(), "condition"},
		{"tenth-unit-free", "with ten", who(condition.Customer{Orders: 2, Bought: bags}), cart(line("lunch bag", 2, 165)), "165 off"},
		{"tenth-unit-free", "with ten of another", who(condition.Customer{Orders: 2, Bought: map[shop.ProductID]condition.Bought{"mug": {Units: 10, Category: "mug", Price: gbp(900)}}}), cart(), "not-earned"},
		{"buy-one-get-one", "two mugs", who(condition.Customer{}), cart(line("mug", 2, 900), line("cake", 1, 100)), "900 off"},
		{"buy-one-get-one", "one mug", who(condition.Customer{}), cart(line("mug", 1, 900), line("cake", 5, 100)), "too-few"},
		{"buy-one-get-one", "ten mugs", who(condition.Customer{}), cart(line("mug", 10, 900)), "2000 off"},
		{"win-back", "late", who(condition.Customer{Orders: 5, Alive: 0.6, Late: 2.1}), cart(line("mug", 4, 900)), "540 off"},
		{"win-back", "on time", who(condition.Customer{Orders: 5, Alive: 0.9, Late: 1.4}), cart(), "condition"},
		{"win-back", "probably lost", who(condition.Customer{Orders: 5, Alive: 0.1, Late: 9}), cart(), "condition"},
		{"promising", "worth a thousand", who(condition.Customer{Orders: 2, Alive: 0.9, Worth: gbp(100_000)}), cart(line("mug", 1, 900)), "395 off shipping"},
		{"promising", "worth less", who(condition.Customer{Orders: 2, Alive: 0.9, Worth: gbp(99_999)}), cart(), "condition"},
		{"anniversary", "a year on", who(condition.Customer{Orders: 3, SinceOne: 366}), cart(line("mug", 1, 900)), "the gift TEA-SAMPLE"},
		{"anniversary", "two years on", who(condition.Customer{Orders: 3, SinceOne: 730}), cart(), "condition"},
		{"early-access", "a gold customer", who(condition.Customer{Orders: 5, Tier: "gold"}), cart(line("mug", 1, 900), line("cake", 1, 900)), "180 off"},
		{"early-access", "a silver customer", who(condition.Customer{Orders: 5, Tier: "silver"}), cart(), "condition"},
		{"double-points", "silver", who(condition.Customer{Orders: 5, Tier: "silver"}), cart(line("mug", 1, 900)), "points"},
		{"double-points", "no tier", who(condition.Customer{Orders: 5, Tier: "member"}), cart(), "condition"},
		{"birthday", "on the day", who(condition.Customer{Orders: 1, Born: true}), cart(line("mug", 1, 900)), "the gift TEA-SAMPLE"},
		{"birthday", "a day after", who(condition.Customer{Orders: 1, Born: true, Birthday: 364}), cart(line("mug", 1, 900)), "the gift TEA-SAMPLE"},
		{"birthday", "a day before", who(condition.Customer{Orders: 1, Born: true, Birthday: 1}), cart(), "condition"},
		{"birthday", "a customer without a birthday", who(condition.Customer{Orders: 1}), cart(), "condition"},
		{"small-gift", "a regular", who(condition.Customer{Orders: 3, Rhythm: "on-time"}), cart(line("mug", 1, 100)), "the gift TEA-SAMPLE"},
		{"small-gift", "not yet one", who(condition.Customer{Orders: 2}), cart(), "condition"},
		{"goodwill-newcomer", "a first order that was broken", after(1, 0, shop.CauseDefect), cart(line("mug", 2, 900)), "270 off"},
		{"goodwill-newcomer", "a change of mind", after(1, 1, shop.CauseUnwanted), cart(), "condition"},
		{"goodwill-regular", "a late parcel", after(7, 1, shop.CauseLate), cart(line("mug", 1, 300)), "300 off"},
		{"goodwill-regular", "one who returns much", after(7, 3, shop.CauseLate), cart(), "condition"},
		{"goodwill-often-returned", "one who returns much", after(7, 3, shop.CauseWrong), cart(line("mug", 1, 300)), "395 off shipping"},
		{"goodwill-often-returned", "one who returned little", after(7, 2, shop.CauseWrong), cart(), "condition"},
	} {
		if strings.Contains(test.want, " ") { // an effect is in words, a refusal is a code
			gets[test.offer] = true
		} else {
			refused[test.offer] = true
		}
		t.Run(string(test.offer)+" for "+test.who, func(t *testing.T) {
			o, ok := offers[test.offer]
			if !ok {
				t.Fatalf("the library has no %s", test.offer)
			}
			if got := effectOf(o, test.facts, test.cart); got != test.want {
				t.Errorf("%s = %q, want %q", o.Title, got, test.want)
			}
		})
	}
	if len(offers) != 16 {
		t.Errorf("the library has %d offers, want 16: add a row here for a customer who gets the new one, and a row for one who does not", len(offers))
	}
}

// effectOf returns what the offer does for a customer with these facts on the cart,
// or the code of the refusal.
func effectOf(o offer.Offer, f condition.Facts, cart pricing.Cart) string {
	c := offer.Case{
		Now: now, Facts: f, Granted: map[shop.OfferID][]frequency.Grant{},
		Products: map[shop.ProductID]shop.Product{"TEA-SAMPLE": {ID: "TEA-SAMPLE", Title: "Jasmine tea, 10 g"}},
	}
	o.Holdout = 0
	var product shop.ProductID
	if o.Automatic {
		if refused := o.Refused(c); refused != nil {
			return refused.Code
		}
	} else {
		grant, refusals := offer.Best([]offer.Offer{o}, c)
		if grant == nil {
			return refusals[0].Code
		}
		product = grant.Product
	}
	q := pricing.Price(cart, []pricing.Deal{o.Deal(o.ID, product)})
	switch why := q.Refused[o.ID]; {
	case why != "":
		return string(why)
	case len(q.Gifts) > 0:
		return "the gift " + string(q.Gifts[0])
	case q.ShippingOff > 0:
		return fmt.Sprint(q.ShippingOff, " off shipping")
	case o.Effect.Points != nil:
		return "points"
	}
	return fmt.Sprint(q.Off, " off")
}

func TestOffersNameTheirSchemaForEditors(t *testing.T) {
	for _, pattern := range []string{"../offer-library/*.yaml", "../../shop/offers/*.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(data), "\n")
			_, schema, ok := strings.Cut(first, "# yaml-language-server: $schema=")
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), schema)); !ok || err != nil {
				t.Errorf("%s begins with %q, want the path of its schema: %v", name, first, err)
			}
		}
	}
}
