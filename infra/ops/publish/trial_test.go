package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/dynamo"
	"regulars/shared/funnel"
	"regulars/shared/offer"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// noon is the time of the checks.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// given is the budget of a test's offer that is spent already; the other ones are not
// published.
type given map[shop.OfferID]int

func (g given) Budget(_ context.Context, id shop.OfferID, _ int) ([]int, error) {
	if left, ok := g[id]; ok {
		return []int{left / 2, left - left/2}, nil
	}
	return nil, dynamo.ErrNotFound
}

// fewTables is the live tables of a test: the customers, without contacts.
type fewTables []profile.Profile

func (t fewTables) Profiles(_ context.Context, _ dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error) {
	for _, p := range t {
		if err := visit(p); err != nil {
			return "", err
		}
	}
	return dynamo.End, nil
}

func (t fewTables) Snapshot(_ context.Context, id shop.CustomerID) (s dynamo.Snapshot, err error) {
	for _, p := range t {
		if p.ID == id {
			s.Profile = p
		}
	}
	return s, nil
}

func (fewTables) Items(context.Context, recommend.Model, []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	return nil, nil
}

func (fewTables) Sources(context.Context, recommend.Model, []shop.ProductID, int) (map[shop.ProductID]recommend.Item, error) {
	return nil, nil
}

// fortyCustomers has thirty who order every ten days, the last time today, and ten
// with one order of 50 pounds.
func fortyCustomers() (all fewTables) {
	for i := range 40 {
		p := profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", i)), Country: profile.Statement{Value: "GB"}}
		orders := 4
		if i >= 30 {
			orders = 1
		}
		for n := range orders {
			p.Orders = append(p.Orders, profile.Visit{
				Order: shop.OrderID(fmt.Sprintf("o-%d-%d", i, n)), At: noon.AddDate(0, 0, -10*(orders-1-n)), Net: shop.Money{Minor: 5_000, Currency: "GBP"},
			})
		}
		all = append(all, p)
	}
	return all
}

func TestPublishingLooksAtTheCustomersThatTheShopHas(t *testing.T) {
	for what, test := range map[string]struct {
		audience string
		percent  bool // the offer lowers the price; otherwise it is free shipping
		uses     int
		left     int // of the budget; 0: the offer is not published yet
		owed     bool
		want     []string
	}{
		"an audience that is empty": {audience: `customer.country == "PL"`, want: []string{
			"campaigns/sale.yaml: its audience is empty, today and on each of the next 30 days: none of the 40 customers; widen the audience, unless it waits for customers whom the shop does not have yet",
		}},
		"an audience that is empty today only": {audience: `customer.days_since_last_order == 7`},
		"an audience that is everybody": {audience: `customer.orders >= 1`, want: []string{
			"campaigns/sale.yaml: everybody is in its audience: each of the 40 customers; narrow the audience, unless it is meant for everybody",
		}},
		"an audience that is some": {audience: `customer.orders >= 2`},
		"a price offer for those who buy anyway": {audience: `customer.orders >= 2`, percent: true, uses: 100, want: []string{
			"campaigns/sale.yaml: need.yaml takes most of its audience out: 30 of 30 customers buy anyway (3 orders in a row at full price, and on time), and get the message without a coupon; give them a gift, points or free_shipping, or write owed: true in the offer if it is meant for them, too",
		}},
		"the same, owed":             {audience: `customer.orders >= 2`, percent: true, uses: 100, owed: true},
		"free shipping for them":     {audience: `customer.orders >= 2`, uses: 100},
		"a price offer for the rest": {audience: `customer.orders == 1`, percent: true, uses: 10},
		"a budget that is too small": {audience: `customer.orders == 1`, percent: true, uses: 9, want: []string{
			"campaigns/sale.yaml: the budget of offer ten has 9 uses, and 10 customers of the audience would get it; raise uses and the offer's version, or narrow who gets it; a customer who comes later gets no coupon",
		}},
		"a budget of which enough is left": {audience: `customer.orders == 1`, percent: true, uses: 100, left: 10},
		"a budget that is nearly spent": {audience: `customer.orders == 1`, percent: true, uses: 100, left: 9, want: []string{
			"campaigns/sale.yaml: the budget of offer ten has 9 of its 100 uses left, and 10 customers of the audience would get it; raise uses and the offer's version, or narrow who gets it; a customer who comes later gets no coupon",
		}},
	} {
		t.Run(what, func(t *testing.T) {
			o := offer.Offer{ID: "ten", Version: 1, Effect: offer.Effect{Kind: offer.KindShipping}, AtMost: shop.Money{Minor: 500, Currency: "GBP"}, Days: 14, Owed: test.owed, Budget: offer.Budget{Uses: test.uses, Shards: 1}}
			if test.percent {
				o.Effect, o.AtMost = offer.Effect{Kind: offer.KindPercent, Percent: 1000}, shop.Money{}
			}
			c := campaign.Campaign{ID: "sale", Version: 1, Class: shop.ClassPromotion, Schedule: "0 10 * * 6", Audience: compiled(t, test.audience), NotAfter: time.Hour}
			if test.uses > 0 {
				c.Offers = []shop.OfferID{"ten"}
			}
			p := shoppolicy.Policy{
				Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Need: offer.Need{FullPrice: 3, Rest: 14},
				Offers: []offer.Offer{o}, Campaigns: []campaign.Campaign{c},
			}
			left := given{}
			if test.left > 0 {
				left["ten"] = test.left
			}
			if diff := cmp.Diff(test.want, advised(t, p, fortyCustomers(), left)); diff != "" {
				t.Errorf("advice (-want +got):\n%s", diff)
			}
		})
	}
}

// Only one of the two variants has an offer: the advice is about its customers.
func TestPublishingLooksAtTheOffersOfVariants(t *testing.T) {
	p := shoppolicy.Policy{
		Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Need: offer.Need{FullPrice: 3, Rest: 14},
		Offers: []offer.Offer{{ID: "ten", Version: 1, Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}, Days: 14, Owed: true, Budget: offer.Budget{Uses: 5, Shards: 1}}},
		Campaigns: []campaign.Campaign{{
			ID: "sale", Version: 1, Class: shop.ClassPromotion, Schedule: "0 10 * * 6", Audience: compiled(t, `customer.orders >= 2`), NotAfter: time.Hour,
			Variants: []campaign.Variant{{Name: "plain", Share: 5000}, {Name: "coupon", Share: 5000, Offers: []shop.OfferID{"ten"}}},
		}},
	}
	with := 0
	for _, customer := range fortyCustomers()[:30] {
		if p.Campaigns[0].For(customer.ID, customer.FirstOrder(), "").Variant == "coupon" {
			with++
		}
	}
	want := []string{fmt.Sprintf("campaigns/sale.yaml: the budget of offer ten has 5 uses, and %d customers of the audience would get it; raise uses and the offer's version, or narrow who gets it; a customer who comes later gets no coupon", with)}
	if diff := cmp.Diff(want, advised(t, p, fortyCustomers(), given{})); diff != "" || with == 30 {
		t.Errorf("advice to %d (-want +got):\n%s", with, diff)
	}
	p.Campaigns[0].Thompson = &campaign.Thompson{Floor: 1000}
	if got := advised(t, p, fortyCustomers(), given{}); len(got) != 1 {
		t.Errorf("with shares that follow the better variant, the advice is %q", got)
	}
}

// A sale for the tier gold says how many of them need no discount, and what to write
// instead.
func TestASaleForGoldSaysWhomTheNeedRuleTakesOut(t *testing.T) {
	live := fortyCustomers()
	for i := range live[:30] { // 20 points an order; the other customers have none
		for _, visit := range live[i].Orders {
			var err error
			live[i].Points.Ledger, err = live[i].Points.Ledger.Add(points.Entry{ID: "earn/" + string(visit.Order), Kind: points.Earn, Order: visit.Order, At: visit.At, Active: visit.At, Points: 20, Rate: 100, Until: noon.AddDate(1, 0, 0)})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := 24; i < 30; i++ { // too few orders to know whether they buy anyway
		live[i].Orders = live[i].Orders[:1]
	}
	p := shoppolicy.Policy{
		Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Need: offer.Need{FullPrice: 3, Rest: 14},
		Points: points.Scheme{Earn: map[shop.Currency]int64{"GBP": 100}, Tiers: []points.Tier{{Name: "gold", From: 60}}, Window: 365 * 24 * time.Hour, Grace: 24 * time.Hour},
		Offers: []offer.Offer{{ID: "gold-sale", Version: 1, Effect: offer.Effect{Kind: offer.KindPercent, Percent: 2000}, Days: 14, Budget: offer.Budget{Uses: 1000, Shards: 1}}},
		Campaigns: []campaign.Campaign{{
			ID: "gold-sale", Version: 1, Class: shop.ClassPromotion, Date: "2026-11-28 10:00", NotAfter: time.Hour,
			Audience: compiled(t, `customer.tier == "gold"`), Offers: []shop.OfferID{"gold-sale"}, NeedsOffer: true,
		}},
	}
	want := []string{"campaigns/gold-sale.yaml: need.yaml takes most of its audience out: 24 of 30 customers buy anyway (3 orders in a row at full price, and on time), and get no message; give them a gift, points or free_shipping, or write owed: true in the offer if it is meant for them, too"}
	if diff := cmp.Diff(want, advised(t, p, live, nil)); diff != "" {
		t.Errorf("advice (-want +got):\n%s", diff)
	}
}

// advised returns the lines of advice about a policy by these customers.
func advised(t *testing.T, p shoppolicy.Policy, live fewTables, left given) (lines []string) {
	t.Helper()
	s, err := funnel.Take(t.Context(), live, int64(len(live)))
	if err != nil {
		t.Fatal(err)
	}
	advice, err := trial{policy: p, sample: s, tables: live, budgets: left, now: noon}.advise(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range advice {
		lines = append(lines, a.String())
	}
	return lines
}

func compiled(t *testing.T, text string) condition.Condition {
	t.Helper()
	c, err := condition.Parse(text, "GBP")
	if err != nil {
		t.Fatal(err)
	}
	return c
}
