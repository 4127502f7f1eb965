package offer_test

import (
	"fmt"
	"testing"

	"regulars/shared/offer"
	"regulars/shared/pricing"
	"regulars/shared/rule"
	"regulars/shared/shop"
)

// live returns so many offers, of every kind, half of which are on some lines
// only, and for each of these the same question in Go.
func live(n int) (offers []offer.Offer, byHand []func(pricing.Line) bool) {
	asked := []struct {
		condition rule.Condition
		byHand    func(pricing.Line) bool
	}{
		{when(`line.category == "c3"`), func(l pricing.Line) bool { return l.Category == "c3" }},
		{when(`line.category in ["c1", "c2", "c5"]`), func(l pricing.Line) bool { return l.Category == "c1" || l.Category == "c2" || l.Category == "c5" }},
		{when(`line.price >= money("5.00") && line.units >= 2`), func(l pricing.Line) bool { return l.Price >= 500 && l.Units >= 2 }},
		{when(`line.product.startsWith("p1") || line.price > money("20.00")`), func(l pricing.Line) bool { return l.Product[:2] == "p1" || l.Price > 2000 }},
	}
	effects := []offer.Effect{
		{Kind: offer.KindPercent, Percent: 1000},
		{Kind: offer.KindAmount, Amount: gbp(500)},
		buyGet(2, 1, 10_000),
		{Kind: offer.KindTiers, Tiers: []offer.Tier{{From: gbp(5000), Percent: 500}, {From: gbp(10_000), Amount: gbp(1500)}}},
	}
	margin := 500
	for i := range n {
		o := offer.Offer{ID: shop.OfferID(fmt.Sprint("offer-", i)), Rank: i % 7, Effect: effects[i%4], Minimum: gbp(2000), Stacks: []string{"", "shop", "loyal"}[i%3]}
		var hand func(pricing.Line) bool
		if i%2 == 0 {
			o.On, hand = asked[i/2%4].condition, asked[i/2%4].byHand
		}
		if i%5 == 0 && o.Effect.Kind != offer.KindBuyGet {
			o.Margin = &margin
		}
		offers, byHand = append(offers, o), append(byHand, hand)
	}
	return offers, byHand
}

func bigCart(n int) pricing.Cart {
	cart := pricing.Cart{Currency: "GBP", Shipping: 395}
	for i := range n {
		cart.Lines = append(cart.Lines, pricing.Line{
			ID: fmt.Sprintf("%04d", i), Product: shop.ProductID(fmt.Sprint("p", i)), Category: fmt.Sprint("c", i%8),
			Units: 1 + i%4, Price: int64(199 + 37*(i%60)), Cost: int64(99 + 20*(i%60)),
		})
	}
	return cart
}

// What a quote costs, by the lines of its cart and the offers that the customer
// may have: with conditions in CEL, and for comparison with the same questions
// written in Go, below which no language of conditions can come.
func BenchmarkQuote(b *testing.B) {
	for _, lines := range []int{3, 30, 500} {
		for _, n := range []int{10, 100, 1000} {
			cart := bigCart(lines)
			offers, byHand := live(n)
			for _, way := range []string{"CEL", "Go"} {
				b.Run(fmt.Sprintf("lines=%d/offers=%d/%s", lines, n, way), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						deals := make([]pricing.Deal, len(offers))
						for i, o := range offers {
							deals[i] = o.Deal(o.ID, "")
							if way == "Go" {
								deals[i].On = byHand[i]
							}
						}
						pricing.Price(cart, deals)
					}
				})
			}
		}
	}
}

// What the audience check costs for one customer.
func BenchmarkBest(b *testing.B) {
	bought := map[shop.ProductID]rule.Bought{}
	for i := range 40 {
		bought[shop.ProductID(fmt.Sprint("p", i))] = rule.Bought{Units: 1 + i%5, Category: fmt.Sprint("c", i%8), Price: gbp(int64(199 + 37*i))}
	}
	c := offer.Case{Now: now, Facts: rule.Facts{Customer: rule.Customer{Orders: 5, Average: gbp(6000), Bought: bought}}}
	for _, n := range []int{10, 100} {
		offers, _ := live(n)
		for i := range offers {
			offers[i].When = when("customer.orders >= 2 && customer.days_since_last_order < 60")
		}
		b.Run(fmt.Sprint("offers=", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				offer.Best(offers, c)
			}
		})
	}
}
