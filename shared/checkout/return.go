package checkout

import (
	"fmt"
	"maps"
	"time"

	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// Return takes units of a redeemed order back under an ID of the return's own;
// units of nil are all that is left of the order, as on a cancellation. What the
// same ID brought before changes nothing.
//
// It works out what is to be paid back, so that all parts of an order add up to
// what was paid for its lines, to the minor unit, and so does the tax in it.
// Shipping is not in it: whether it is paid back is the shop's decision.
//
// A use is given back when every line that it took something off has come back
// whole: a customer who keeps a part of what the discount was on has had it.
// What took nothing off a line (free shipping, a gift) is given back with the
// whole order. It fails with [ErrNotHeld] where the order was not redeemed, and
// with [ErrUnknownLine].
func (r Redemption) Return(id string, units map[string]int, now time.Time) (Redemption, []Change, error) {
	if _, there := r.Returns[id]; there {
		return r, nil, nil
	}
	if r.State != Redeemed {
		if r.State == Returned {
			return r, nil, fmt.Errorf("return %s of order %s: all of it came back before: %w", id, r.Order, ErrOver)
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

// left returns the units that did not come back, by line; lines without any are
// not in it.
func (r Redemption) left() map[string]int {
	left := map[string]int{}
	for _, l := range r.Quote.Lines {
		if n := l.Units - r.before(l.ID); n > 0 {
			left[l.ID] = n
		}
	}
	return left
}

func (r Redemption) before(line string) (units int) {
	for _, back := range r.Returns {
		units += back.Units[line]
	}
	return units
}

// worth returns what is to be paid back for units, and the tax in it.
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

// over reports whether nothing is left of what the use was on.
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

// Deal names a use's discount in a quote: two coupons of one offer are two
// deals.
func (u Use) Deal() shop.OfferID {
	if u.Coupon == "" {
		return u.Offer
	}
	return u.Offer + "#" + shop.OfferID(u.Coupon)
}
