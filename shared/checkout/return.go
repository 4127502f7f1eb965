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
// It computes the money to be paid back, so that all returns of an order add up
// to what was paid for its lines, to the minor unit, and so does the tax in it.
// Shipping is not in it: the shop decides whether it pays that back.
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
	paid, tax, err := r.worth(units)
	if err != nil {
		return r, nil, fmt.Errorf("return %s of order %s: %w", id, r.Order, err)
	}
	returns := maps.Clone(r.Returns)
	if returns == nil {
		returns = map[string]Return{}
	}
	given := r.pointsBack()
	returns[id] = Return{At: now, Units: units, Paid: paid, Tax: tax}
	r.Returns, r.Changed = returns, now
	r.Step++
	returns[id] = Return{At: now, Units: units, Paid: paid, Tax: tax, Points: r.pointsBack() - given}

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

// worth returns the money to be paid back for units, and the tax in it. It
// fails with [ErrUnknownLine].
func (r Redemption) worth(units map[string]int) (paid, tax int64, err error) {
	left := r.left()
	for line, n := range units {
		if n <= 0 || n > left[line] {
			return 0, 0, fmt.Errorf("%d units of line %q, of which %d are left: %w", n, line, left[line], ErrUnknownLine)
		}
	}
	for _, l := range r.Quote.Lines {
		before := r.before(l.ID)
		part := pricing.Refund(l.Net, l.Units, before, units[l.ID])
		taxed := pricing.RefundTax(l, pricing.Refund(l.Net, l.Units, 0, before), part)
		paid, tax = paid+part, tax+taxed
		if r.Quote.TaxAdded {
			paid += taxed
		}
	}
	return paid, tax, nil
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
