package policyfiles

import (
	"fmt"
	"strings"

	"regulars/shared/offer"
	"regulars/shared/shop"
)

// effect reads the one effect of an offer. If the file has several, it reads
// all of them, so that all faults are reported at once.
func (s *sheet) effect() (e offer.Effect) {
	var keys []string
	for _, kind := range offer.Kinds {
		keys = append(keys, string(kind))
	}
	e.Kind = offer.Kind(s.oneOf(keys, "the offer"))
	e.Percent, e.Amount = s.percent("percent", 1, 10_000), s.money("amount")
	e.Tiers, e.BuyGet, e.Nth, e.Gift = s.tiers(), s.buyGet(), s.nth(), s.gift()
	e.Points = s.points()
	if shipping := string(offer.KindShipping); !s.flag(shipping) && s.has(shipping) {
		s.wrong(shipping, shipping+" is not true", "write "+shipping+": true, or leave it out")
	}
	return e
}

func (s *sheet) tiers() (tiers []offer.Tier) {
	for _, node := range s.list("tiers") {
		t := s.sheet(s.file, node)
		tier := offer.Tier{From: t.money("from"), Percent: t.percent("percent", 1, 10_000), Amount: t.money("amount")}
		if t != nil && !t.has("from") {
			t.missing("from", "from: 50.00")
		}
		t.oneOf([]string{"percent", "amount"}, "the tier")
		if !tier.From.IsZero() && tier.From.Minor < tier.Amount.Minor {
			t.wrong("amount", "the tier begins below its discount", "raise from, or the shop pays its customers")
		}
		if n := len(tiers); n > 0 && !tier.From.IsZero() && tier.From.Minor <= tiers[n-1].From.Minor {
			t.wrong("from", "the tier begins no higher than the one before it", "write tiers in rising order")
		}
		t.done()
		tiers = append(tiers, tier)
	}
	if s.has("tiers") && len(tiers) == 0 {
		s.wrong("tiers", "there is no tier", "write tiers: [{from: 50.00, percent: 5}, {from: 100.00, percent: 10}]")
	}
	return tiers
}

func (s *sheet) buyGet() *offer.BuyGet {
	b := s.sub("buy_get")
	if b == nil {
		return nil
	}
	e := &offer.BuyGet{Buy: b.requiredWhole("buy", 1, 100, 2), Get: b.requiredWhole("get", 1, 100, 1), Percent: b.percent("percent", 1, 10_000)}
	if !b.has("percent") {
		e.Percent = 10_000
	}
	b.done()
	return e
}

func (s *sheet) nth() *offer.Nth {
	n := s.sub("nth_unit_free")
	if n == nil {
		return nil
	}
	e := &offer.Nth{N: n.requiredWhole("n", 2, 1_000, 10)}
	for _, p := range n.entries("products") {
		e.Products = append(e.Products, shop.ProductID(p.text))
	}
	for _, c := range n.entries("categories") {
		e.Categories = append(e.Categories, strings.ToLower(c.text))
	}
	n.done()
	return e
}

func (s *sheet) gift() *offer.Gift {
	g := s.sub("gift")
	if g == nil {
		return nil
	}
	e := &offer.Gift{Product: shop.ProductID(g.requiredText("product", "TEA-SAMPLE")), Worth: g.money("worth")}
	if !g.has("worth") {
		g.missing("worth", fmt.Sprintf("worth: 3.00: what %s counts as when offers are compared", e.Product))
	}
	g.done()
	return e
}

func (s *sheet) points() *offer.Points {
	p := s.sub("points")
	if p == nil {
		return nil
	}
	e := &offer.Points{Grant: p.whole("grant", 1, 1_000_000, 0), Times: p.whole("times", 2, 100, 0)}
	p.oneOf([]string{"grant", "times"}, "points")
	p.done()
	if !s.hasPoints {
		s.wrong("points", "the shop has no points", "write points.yaml first: docs/points.md shows what is in it")
	}
	return e
}

// assumedBasket is the assumed total of an unknown customer's basket, in minor
// units. It gives a worth to an effect that multiplies the points of an order.
const assumedBasket = 100_00

// pointsWorth returns approximately what the points of an effect are worth.
func (l *loader) pointsWorth(e *offer.Points) (m shop.Money) {
	if e == nil || l.scheme.Spend.Points == 0 {
		return m
	}
	n := e.Grant
	if e.Times > 0 {
		n = (e.Times - 1) * l.scheme.For(shop.Money{Minor: assumedBasket, Currency: l.shop.Currency})
	}
	return shop.Money{Minor: l.scheme.Spend.WorthOf(n), Currency: l.shop.Currency}
}
