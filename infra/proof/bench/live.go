package main

import (
	"fmt"
	"time"

	"regulars/shared/condition"
	"regulars/shared/offer"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// pair is one offer, and the same conditions written in Go.
type pair struct {
	offer.Offer
	bare offer.Offer // without its conditions
	when func(condition.Customer) bool
	on   func(pricing.Line) bool // nil: on all lines
}

// regular is the customer of the cart.
var regular = condition.Customer{Orders: 40, SinceLast: 12, Spent: pounds(90_000), Country: "GB"}

func pounds(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

// live returns n offers with four effects, two thirds of them limited to some lines.
// No two have a condition in common.
func live(n int) (offers []pair, err error) {
	effects := []offer.Effect{
		{Kind: offer.KindPercent, Percent: 1000},
		{Kind: offer.KindAmount, Amount: pounds(500)},
		{Kind: offer.KindBuyGet, BuyGet: &offer.BuyGet{Buy: 2, Get: 1, Percent: 10_000}},
		{Kind: offer.KindTiers, Tiers: []offer.Tier{{From: pounds(5000), Percent: 500}, {From: pounds(10_000), Amount: pounds(1500)}}},
	}
	margin := 500
	for i := range n {
		p := pair{Offer: offer.Offer{
			ID: shop.OfferID(fmt.Sprint("offer-", i)), Rank: i % 7, Effect: effects[i%4], Minimum: pounds(2000), Stacks: []string{"", "shop", "loyal"}[i%3],
		}}
		if i%5 == 0 && i%4 != 2 {
			p.Margin = &margin
		}
		p.bare = p.Offer
		who := fmt.Sprintf(`customer.orders >= 2 && customer.days_since_last_order < %d && customer.country in ["GB", "IE"]`, 60+i)
		p.when = func(c condition.Customer) bool {
			return c.Orders >= 2 && c.SinceLast < 60+i && (c.Country == "GB" || c.Country == "IE")
		}
		if p.When, err = condition.Parse(who, "GBP"); err != nil {
			return nil, err
		}
		var what string
		what, p.on = lines(i)
		if p.On, err = condition.Parse(what, "GBP"); err != nil {
			return nil, err
		}
		offers = append(offers, p)
	}
	return offers, nil
}

// lines returns the i-th condition on lines, and the same in Go.
func lines(i int) (string, func(pricing.Line) bool) {
	a, b := fmt.Sprint("c", i%kinds), fmt.Sprint("c", i/kinds%kinds)
	least, but := int64(500+i), shop.ProductID(fmt.Sprint("p", i))
	switch i % 6 {
	case 0:
		return fmt.Sprintf(`line.category == %q || line.category == %q`, a, b), func(l pricing.Line) bool { return l.Category == a || l.Category == b }
	case 1:
		return fmt.Sprintf(`line.category in [%q, "c1", "c2", %q]`, a, b), func(l pricing.Line) bool {
			return l.Category == a || l.Category == "c1" || l.Category == "c2" || l.Category == b
		}
	case 2:
		return fmt.Sprintf(`line.price >= money("%d.%02d") && line.units >= 2`, least/100, least%100), func(l pricing.Line) bool { return l.Price >= least && l.Units >= 2 }
	case 3:
		return fmt.Sprintf(`line.product != %q && line.category != %q`, but, b), func(l pricing.Line) bool { return l.Product != but && l.Category != b }
	}
	return "", nil
}

// today is when the carts are priced.
var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// kinds is the number of categories; a shop has some dozens.
const kinds = 24

func cartOf(n int) pricing.Cart {
	cart := pricing.Cart{Currency: "GBP", Shipping: 395}
	for i := range n {
		cart.Lines = append(cart.Lines, pricing.Line{
			ID: fmt.Sprintf("%04d", i), Product: shop.ProductID(fmt.Sprint("p", i)), Category: fmt.Sprint("c", i%kinds),
			Units: 1 + i%4, Price: int64(199 + 37*(i%60)), Cost: int64(99 + 20*(i%60)),
		})
	}
	return cart
}

// price prices the cart as the checkout does: which offers the customer may have, and
// what each takes off.
func price(offers []pair, cart pricing.Cart, byHand bool) pricing.Quote {
	c := offer.Case{Now: today, Facts: condition.Facts{Customer: regular}}
	deals := make([]pricing.Deal, 0, len(offers))
	for i := range offers {
		switch p := &offers[i]; {
		case !byHand && p.Refused(c) == nil:
			deals = append(deals, p.Deal(p.ID, ""))
		case byHand && p.when(regular) && p.bare.Refused(c) == nil:
			deal := p.bare.Deal(p.ID, "")
			deal.On = p.on
			deals = append(deals, deal)
		}
	}
	return pricing.Price(cart, deals)
}
