package offer

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"regulars/shared/condition"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// unknown is the assumed cost of the basket of a customer without orders, in
// minor units: a round number, the same for every offer.
const unknown = 10_000

// mostKinds is the largest number of products in a likely basket.
const mostKinds = 12

// Worth returns an estimate of what the offer is worth to the customer: what
// package pricing takes off their likely basket. A gift is worth its Worth, and
// free shipping its ceiling. It refuses with [RefusedZero] if the offer is
// worth nothing.
//
// The likely basket costs the customer's average order, else what the order of
// the facts costs, else a round sum. It has one unit of each product that they
// buy, those of which they have most first, as far as the money goes; the rest
// is a line of any product, on which every offer is assumed to be. If that
// basket is too small for the offer (its minimum, its lowest tier, its first
// free unit), the offer is valued on the smallest basket that is not: one line
// of any product.
func (o Offer) Worth(f condition.Facts) (shop.Money, *Refusal) { return o.worth(likely(f)) }

// worth is [Offer.Worth] for a likely basket, which is the same for every
// offer.
func (o Offer) worth(cart pricing.Cart) (shop.Money, *Refusal) {
	deal := o.Deal(o.ID, "")
	deal.On = orAnyProduct(deal.On)
	cart.Shipping = o.AtMost.Minor
	q := pricing.Price(cart, []pricing.Deal{deal})
	switch q.Refused[o.ID] {
	case pricing.TooSmall, pricing.TooFew, pricing.NoTier:
		larger := o.smallest(cart)
		larger.Shipping = cart.Shipping
		q = pricing.Price(larger, []pricing.Deal{deal})
	}
	if why := q.Refused[o.ID]; why != "" {
		if why == pricing.Nothing {
			return shop.Money{}, o.refuse(RefusedZero, "it is on no product that this customer buys")
		}
		return shop.Money{}, o.refuse(RefusedZero, "it would take nothing off this customer's likely basket")
	}
	worth := q.Off
	switch o.Effect.Kind {
	case KindGift:
		worth = o.Effect.Gift.Worth.Minor
	case KindPoints:
		worth = o.Brings.Minor
	}
	return shop.Money{Minor: worth, Currency: cmp.Or(cart.Currency, o.currency())}, nil
}

// anyProduct is the product of the line of any product; no product has an empty
// ID.
const anyProduct shop.ProductID = ""

// orAnyProduct returns on, extended to the line of any product.
func orAnyProduct(on func(pricing.Line) bool) func(pricing.Line) bool {
	if on == nil {
		return nil
	}
	return func(l pricing.Line) bool { return l.Product == anyProduct || on(l) }
}

// likely returns the customer's likely basket.
func likely(f condition.Facts) pricing.Cart {
	total := f.Customer.Average
	if total.IsZero() {
		total = f.Order.Total
	}
	if total.IsZero() {
		total.Minor = unknown
	}
	bought := slices.SortedFunc(maps.Keys(f.Customer.Bought), func(a, b shop.ProductID) int {
		return cmp.Or(cmp.Compare(f.Customer.Bought[b].Units, f.Customer.Bought[a].Units), cmp.Compare(a, b))
	})
	cart, left := pricing.Cart{Currency: total.Currency}, total.Minor
	for _, id := range bought {
		b := f.Customer.Bought[id]
		if b.Price.Currency != total.Currency || b.Price.Minor <= 0 || b.Price.Minor > left || len(cart.Lines) == mostKinds {
			continue
		}
		left -= b.Price.Minor
		cart.Lines = append(cart.Lines, pricing.Line{ID: strconv.Itoa(len(cart.Lines)), Product: id, Category: b.Category, Units: 1, Price: b.Price.Minor})
	}
	if left > 0 || len(cart.Lines) == 0 {
		cart.Lines = append(cart.Lines, pricing.Line{ID: "rest", Product: anyProduct, Units: 1, Price: left})
	}
	return cart
}

// smallest returns a basket with one line of any product that costs as much as
// the offer needs, and at least as much as the likely basket.
func (o Offer) smallest(than pricing.Cart) pricing.Cart {
	l := pricing.Line{ID: "rest", Product: anyProduct, Units: 1, Price: o.Minimum.Minor}
	var total int64
	for _, has := range than.Lines {
		total += int64(has.Units) * has.Price
	}
	l.Price = max(l.Price, total)
	switch o.Effect.Kind {
	case KindTiers:
		l.Price = max(l.Price, o.Effect.Tiers[0].From.Minor)
	case KindBuyGet:
		l.Units = o.Effect.BuyGet.Buy + o.Effect.BuyGet.Get
		l.Price = (l.Price + int64(l.Units) - 1) / int64(l.Units)
	}
	return pricing.Cart{Currency: than.Currency, Lines: []pricing.Line{l}}
}

// currency returns the currency of the offer's amounts, or "" if it has none.
func (o Offer) currency() shop.Currency {
	amounts := []shop.Money{o.Effect.Amount, o.Minimum, o.AtMost}
	if o.Effect.Gift != nil {
		amounts = append(amounts, o.Effect.Gift.Worth)
	}
	for _, t := range o.Effect.Tiers {
		amounts = append(amounts, t.From)
	}
	for _, m := range amounts {
		if m.Currency != "" {
			return m.Currency
		}
	}
	return ""
}
