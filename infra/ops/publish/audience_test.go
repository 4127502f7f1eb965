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
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// noon is the time of the checks.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

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
	checker, err := condition.NewChecker("GBP")
	if err != nil {
		t.Fatal(err)
	}
	for what, test := range map[string]struct {
		audience string
		percent  bool // the offer lowers the price; otherwise it is free shipping
		uses     int
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
			"campaigns/sale.yaml: the budget of offer ten has 9 uses, and 10 customers of the audience would get it; raise uses and the offer's version, or narrow the audience; a customer who comes later gets no coupon",
		}},
	} {
		t.Run(what, func(t *testing.T) {
			audience, err := checker.Compile(test.audience)
			if err != nil {
				t.Fatal(err)
			}
			o := offer.Offer{ID: "ten", Version: 1, Effect: offer.Effect{Kind: offer.KindShipping}, AtMost: shop.Money{Minor: 500, Currency: "GBP"}, Days: 14, Owed: test.owed, Budget: offer.Budget{Uses: test.uses, Shards: 1}}
			if test.percent {
				o.Effect, o.AtMost = offer.Effect{Kind: offer.KindPercent, Percent: 1000}, shop.Money{}
			}
			c := campaign.Campaign{ID: "sale", Version: 1, Class: shop.ClassPromotion, Schedule: "0 10 * * 6", Audience: audience, NotAfter: time.Hour}
			if test.uses > 0 {
				c.Offers = []shop.OfferID{"ten"}
			}
			p := shoppolicy.Policy{
				Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Need: offer.Need{FullPrice: 3, Rest: 14},
				Offers: []offer.Offer{o}, Campaigns: []campaign.Campaign{c},
			}
			live := fortyCustomers()
			s, err := take(t.Context(), live, int64(len(live)))
			if err != nil {
				t.Fatal(err)
			}
			advice, err := adviseOnAudiences(t.Context(), p, s, live, noon)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range advice {
				got = append(got, a.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("advice (-want +got):\n%s", diff)
			}
		})
	}
}

func TestASampleIsSaidWithItsInterval(t *testing.T) {
	s := sample{profiles: make([]profile.Profile, 20_000), of: 50}
	if least, said := s.about(2_000, 20_000); least != 95_842 || said != "95842 to 104157" {
		t.Errorf("2,000 of a sample of 20,000 = %d, %s", least, said)
	}
	if got, want := s.name(), "20000 customers, a random sample of about 1000000 (so at most 0.015 % of all differ, with 95 % confidence)"; got != want {
		t.Errorf("name = %q, want %q", got, want)
	}
}
