package offer_test

import (
	"fmt"
	"testing"

	"regulars/shared/condition"
	"regulars/shared/offer"
	"regulars/shared/shop"
)

// What the audience check costs for one customer. What a quote costs is a table
// of infra/proof/bench.
func BenchmarkBest(b *testing.B) {
	bought := map[shop.ProductID]condition.Bought{}
	for i := range 40 {
		bought[shop.ProductID(fmt.Sprint("p", i))] = condition.Bought{Units: 1 + i%5, Category: fmt.Sprint("c", i%8), Price: gbp(int64(199 + 37*i))}
	}
	effects := []offer.Effect{
		{Kind: offer.KindPercent, Percent: 1000},
		{Kind: offer.KindAmount, Amount: gbp(500)},
		buyGet(2, 1, 10_000),
		{Kind: offer.KindTiers, Tiers: []offer.Tier{{From: gbp(5000), Percent: 500}, {From: gbp(10_000), Amount: gbp(1500)}}},
	}
	c := offer.Case{Now: now, Facts: condition.Facts{Customer: condition.Customer{Orders: 5, Average: gbp(6000), Bought: bought}}}
	for _, n := range []int{10, 100} {
		var offers []offer.Offer
		for i := range n {
			o := offer.Offer{
				ID: shop.OfferID(fmt.Sprint("offer-", i)), Effect: effects[i%4], Minimum: gbp(2000),
				When: when("customer.orders >= 2 && customer.days_since_last_order < 60"),
			}
			if i%2 == 0 {
				o.On = when(`line.category in ["c1", "c2", "c5"]`)
			}
			offers = append(offers, o)
		}
		b.Run(fmt.Sprint("offers=", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				offer.Best(offers, c)
			}
		})
	}
}
