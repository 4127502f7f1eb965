package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/campaign"
	"regulars/shared/offer"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// The customers placed 100 orders in the last 30 days: 90 of thirty who ordered
// three times (their first order is 30 days old, so it is not among them), and 10
// first ones.
func TestCampaignsOnEventsAreTriedOnTheLastDays(t *testing.T) {
	gold := profile.Profile{ID: "gold", Birthday: profile.Statement{Value: noon.AddDate(0, 0, -3).Format("01-02")}}
	for what, test := range map[string]struct {
		on      shop.OrderKind
		when    string
		percent bool
		uses    int
		extra   fewTables
		want    []string
	}{
		"every order, without a condition":             {on: shop.OrderPlaced},
		"some of the orders":                           {on: shop.OrderPaid, when: `order.first`},
		"returns, of which there were none":            {on: shop.OrderReturned, when: `order.first`},
		"parcels, of which profiles have no time":      {on: shop.OrderShipped, when: `customer.orders > 1`},
		"an abandoned cart, of which nothing is known": {on: shop.CartAbandoned},
		"none of the orders": {on: shop.OrderPlaced, when: `order.total >= money("1000.00")`, want: []string{
			"campaigns/sale.yaml: no event of the last 30 days would have started it: 100 events of the 40 customers; widen if, or look for a campaign of its group that has a lower rank",
		}},
		"all of the orders": {on: shop.OrderPlaced, when: `order.total >= money("10.00")`, want: []string{
			"campaigns/sale.yaml: its if leaves out none: each of 100 events of the last 30 days would have started it; narrow if, or leave it out",
		}},
		"a price offer for those who buy anyway": {on: shop.OrderPlaced, when: `customer.orders >= 4`, percent: true, uses: 100, want: []string{
			"campaigns/sale.yaml: need.yaml takes most of its audience out: 30 of 30 customers of the last 30 days buy anyway (3 orders in a row at full price, and on time), and get the message without a coupon; give them a gift, points or free_shipping, or write owed: true in the offer if it is meant for them, too",
		}},
		"a price offer before they are known to buy anyway": {on: shop.OrderPlaced, when: `customer.orders == 2`, percent: true, uses: 100},
		"a budget that would not have lasted": {on: shop.OrderPlaced, when: `order.first`, percent: true, uses: 9, want: []string{
			"campaigns/sale.yaml: the budget of offer ten has 9 uses, and 10 customers would have got it in the last 30 days; raise uses and the offer's version, or narrow who gets it; a customer who comes later gets no coupon",
		}},
		"a birthday that no customer has had": {on: shop.BirthdayComes, extra: make(fewTables, 60), want: []string{
			"campaigns/sale.yaml: no customer has had such a day in the last 30 days: none of the 100 customers; widen if, unless it waits for something that the shop does not know of its customers yet",
		}},
		"a birthday of few customers": {on: shop.BirthdayComes},
		"a birthday of one":           {on: shop.BirthdayComes, extra: append(make(fewTables, 60), gold)},
	} {
		t.Run(what, func(t *testing.T) {
			o := offer.Offer{ID: "ten", Version: 1, Effect: offer.Effect{Kind: offer.KindShipping}, AtMost: shop.Money{Minor: 500, Currency: "GBP"}, Days: 14, Budget: offer.Budget{Uses: test.uses, Shards: 1}}
			if test.percent {
				o.Effect, o.AtMost = offer.Effect{Kind: offer.KindPercent, Percent: 1000}, shop.Money{}
			}
			c := campaign.Campaign{ID: "sale", Version: 1, Class: shop.ClassPromise, On: []shop.OrderKind{test.on}, NotAfter: 36 * time.Hour}
			if test.when != "" {
				c.If = compiled(t, test.when)
			}
			if c.OwnDay() != "" {
				c.Hour = "09:00"
			}
			if test.uses > 0 {
				c.Offers = []shop.OfferID{"ten"}
			}
			p := shoppolicy.Policy{
				Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Need: offer.Need{FullPrice: 3, Rest: 14}, Points: points.Scheme{},
				Offers: []offer.Offer{o}, Campaigns: []campaign.Campaign{c},
			}
			if diff := cmp.Diff(test.want, advised(t, p, append(fortyCustomers(), test.extra...), nil)); diff != "" {
				t.Errorf("advice (-want +got):\n%s", diff)
			}
		})
	}
}
