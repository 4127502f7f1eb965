package checkout

import (
	"fmt"
	"maps"
	"time"

	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// Return records that units of a redeemed order were returned, under the
// return's own ID. If units is nil, all that is left of the order was returned,
// as on a cancellation. The same ID again changes nothing.
//
// It computes the money to be paid back: what was paid, less what the customer
// would have paid for the units that stay, less what was paid back before (see
// [Redemption.kept]). All returns of an order add up to what was paid for its
// lines, to the minor unit, and so does the tax in it. Shipping is not in it: the
// shop decides whether it pays that back.
//
// A use is given back when all units of every line that it took something off
// were returned: a customer who keeps a part of them has had the discount. A
// use that took nothing off a line (free shipping, a gift) is given back with
// the last units of the order. It fails with [ErrNotHeld] if the order was not
// redeemed, with [ErrOver] if all of it was returned before, and with
// [ErrUnknownLine].
func (r Redemption) Return(id string, units map[string]int, now time.Time) (Redemption, []Change, error) {
	if _, there := r.Returns[id]; there {
		return r, nil, nil
	}
	if !r.Erased.IsZero() {
		return r, nil, fmt.Errorf("return %s of order %s: its customer was erased, and with it what each line cost: %w", id, r.Order, ErrOver)
	}
	if r.State != Redeemed {
		if r.State == Returned {
			return r, nil, fmt.Errorf("return %s of order %s: all of it was returned before: %w", id, r.Order, ErrOver)
		}
		return r, nil, fmt.Errorf("return %s of order %s: it was not redeemed: %w", id, r.Order, ErrNotHeld)
	}
	if units == nil {
		units = r.left()
	}
	part, err := r.worth(units)
	if err != nil {
		return r, nil, fmt.Errorf("return %s of order %s: %w", id, r.Order, err)
	}
	returns := maps.Clone(r.Returns)
	if returns == nil {
		returns = map[string]Return{}
	}
	part.At, part.Units = now, units
	returns[id] = part
	r.Returns, r.Changed = returns, now
	r.Step++

	left := r.left()
	if len(left) == 0 {
		r.State = Returned
	}
	var freed []Change
	uses := make([]Use, len(r.Uses))
	for i, u := range r.Uses {
		if !u.Back && r.over(u, left) {
			freed = append(freed, Change{u, Free})
			u.Back = true
		}
		uses[i] = u
	}
	r.Uses = uses
	return r, freed, nil
}

// left returns the units that were not returned, by line, without the lines
// that have none.
func (r Redemption) left() map[string]int {
	left := map[string]int{}
	for _, l := range r.Quote.Lines {
		if n := l.Units - r.before(l.ID); n > 0 {
			left[l.ID] = n
		}
	}
	return left
}

// before returns the units of a line that were returned so far.
func (r Redemption) before(line string) (units int) {
	for _, back := range r.Returns {
		units += back.Units[line]
	}
	return units
}

// worth returns the money, the tax in it and the points to be given back for
// units. It fails with [ErrUnknownLine].
func (r Redemption) worth(units map[string]int) (Return, error) {
	left := r.left()
	for line, n := range units {
		if n <= 0 || n > left[line] {
			return Return{}, fmt.Errorf("%d units of line %q, of which %d are left: %w", n, line, left[line], ErrUnknownLine)
		}
		left[line] -= n
	}
	if len(r.Deals) == 0 {
		return r.share(units), nil
	}
	all, kept := r.all(), r.kept(left)
	var before Return
	for _, back := range r.Returns {
		before.Paid, before.Tax, before.Points = before.Paid+back.Paid, before.Tax+back.Tax, before.Points+back.Points
	}
	var part Return
	part.Paid = max(0, all.money-kept.money-before.Paid)
	part.Points = max(0, r.Points-kept.pointsOf(r.Points, all)-before.Points)

	// No part has more tax than money, and enough money is left for the tax that is
	// left.
	taxLeft, moneyLeft := all.tax-before.Tax, all.money-before.Paid
	part.Tax = min(max(all.tax-kept.tax-before.Tax, 0, taxLeft-(moneyLeft-part.Paid)), part.Paid, taxLeft)
	return part, nil
}

// share is [Redemption.worth] for an order whose deals are not stored: each unit
// is worth its share of what its line cost.
func (r Redemption) share(units map[string]int) (part Return) {
	for _, l := range r.Quote.Lines {
		before := r.before(l.ID)
		paid := pricing.Refund(l.Net, l.Units, before, units[l.ID])
		taxed := pricing.RefundTax(l, pricing.Refund(l.Net, l.Units, 0, before), paid)
		part.Paid, part.Tax = part.Paid+paid, part.Tax+taxed
		if r.Quote.TaxAdded {
			part.Paid += taxed
		}
	}
	part.Points = r.pointsBack(units) - r.pointsBack(nil)
	return part
}

// over reports whether all units of the lines that the use took something off
// were returned, or all units of the order if it took nothing off a line.
func (r Redemption) over(u Use, left map[string]int) bool {
	onLines := false
	for _, l := range r.Quote.Lines {
		for _, share := range l.Offs {
			if share.Deal == u.Deal() {
				if left[l.ID] > 0 {
					return false
				}
				onLines = true
			}
		}
	}
	return onLines || len(left) == 0
}

// Deal returns the name of the use's discount in a quote. Two coupons of one
// offer are two deals.
func (u Use) Deal() shop.OfferID {
	if u.Coupon == "" {
		return u.Offer
	}
	return u.Offer + "#" + shop.OfferID(u.Coupon)
}
