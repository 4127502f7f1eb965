package policy

import (
	"fmt"
	"strings"

	"regulars/shared/offer"
	"regulars/shared/shop"
)

// readOffer reads one file of offers/.
func (d *desk) readOffer(file string) offer.Offer {
	o := offer.Offer{ID: shop.OfferID(d.name(file))}
	s := d.open(file)
	if s == nil {
		return o
	}
	o.Version = s.whole("version", 1, 1_000_000, 1)
	o.Title = s.need("title", "Ten per cent for a second order")
	o.Rank = s.whole("rank", 0, 1_000, 100)
	o.When = s.condition("when")
	o.Effect = s.effect()
	o.Days = s.must("valid_days", 1, 365, 14)
	o.PerCustomer = s.whole("per_customer", 1, 1_000, 0)
	o.CoolDown = s.whole("cool_down_days", 1, 3_650, 0)
	o.Minimum = s.money("minimum")
	budget := s.sub("budget")
	if !s.has("budget") {
		s.missing("budget", "budget: {uses: 1000}")
	}
	o.Budget.Uses = budget.must("uses", 1, 1_000_000_000, 1000)
	o.Budget.Shards = budget.whole("shards", 1, min(64, max(1, o.Budget.Uses)), min(4, max(1, o.Budget.Uses)))
	budget.done()
	s.done()
	if o.Effect.Kind == offer.KindAmount && !o.Minimum.IsZero() && o.Minimum.Minor < o.Effect.Amount.Minor {
		s.wrong("minimum", "the least basket is worth less than the discount", "raise it, or the shop pays its customers")
	}
	return o
}

// effects names the keys of which exactly one is written.
var effects = []string{"percent", "amount", "nth_unit_free"}

func (s *sheet) effect() (e offer.Effect) {
	var written []string
	for _, key := range effects {
		if s.has(key) {
			written = append(written, key)
		}
	}
	if len(written) != 1 {
		at, what := s.at, "the offer has no effect"
		if len(written) > 1 {
			at, what = s.keys[written[1]], fmt.Sprintf("the offer has %d effects", len(written))
		}
		s.fault(s.file, at, what, "write one of "+strings.Join(effects, ", "))
	}
	if e.Percent = s.percent("percent", 1, 10_000); s.has("percent") {
		e.Kind = offer.KindPercent
	}
	if e.Amount = s.money("amount"); s.has("amount") {
		e.Kind = offer.KindAmount
	}
	if nth := s.sub("nth_unit_free"); nth != nil {
		e.Kind = offer.KindNth
		e.Nth = &offer.Nth{N: nth.must("n", 2, 1_000, 10)}
		for _, p := range nth.entries("products") {
			e.Nth.Products = append(e.Nth.Products, shop.ProductID(p.text))
		}
		for _, c := range nth.entries("categories") {
			e.Nth.Categories = append(e.Nth.Categories, strings.ToLower(c.text))
		}
		nth.done()
	}
	return e
}
