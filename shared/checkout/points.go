package checkout

import (
	"reflect"
	"slices"
	"time"

	"regulars/shared/points"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// PointsDeal names, in a quote, what the customer pays with points. No offer
// can have this ID, because no offer's file can have this name.
const PointsDeal shop.OfferID = "@points"

// Account returns the customer's points after the transition from old to r, and
// whether it changed them. A hold holds the points, a redemption spends them,
// and a return gives them back in proportion. An offer that grants points does
// so when the order is redeemed. A return takes them back in proportion to the
// money of the lines that they were granted for; a fixed number is taken back
// when the use is given back. The same transition again changes nothing.
//
// If the shop has no points scheme any more, nothing is granted, and points
// that are given back live for a year.
//
// It fails with [points.ErrShort] if the points are not free any more.
func (r Redemption) Account(old Redemption, a points.Account, s points.Scheme, now time.Time) (next points.Account, changed bool, err error) {
	next = a
	_, held := a.Held[r.Order]
	switch {
	case r.State == Held && r.Points == 0 && !held:
	case r.State == Held:
		next, err = next.Hold(r.Order, r.Points, r.Until, now)
	case r.State == Released && held:
		next, err = next.Hold(r.Order, 0, now, now)
	case r.State == Released:
	case old.State == Held: // the transition redeems it
		if r.Points > 0 {
			next, err = next.Spend(r.Order, r.Points, now)
		}
		for _, use := range r.Uses {
			if err == nil && use.Points > 0 && !use.Back && s.On() {
				next, err = next.Grant(r.Order, grantOf(use), use.Points, s, now)
			}
		}
	default:
		lives := s.Lives
		if !s.On() {
			lives = 365 * 24 * time.Hour
		}
		for ref, back := range r.Returns {
			if _, before := old.Returns[ref]; before {
				continue
			}
			if err == nil && back.Points > 0 {
				next, err = next.GiveBack(r.Order, ref, back.Points, lives, now)
			}
			for i, use := range r.Uses {
				if more := r.ungranted(use) - old.ungranted(old.Uses[i]); err == nil && more > 0 {
					next, err = next.Ungrant(r.Order, grantOf(use), ref, more, now)
				}
			}
		}
	}
	if err != nil {
		return a, false, err
	}
	return next, !reflect.DeepEqual(next, a), nil
}

func grantOf(u Use) string { return string(u.Deal()) }

// ungranted returns how many of the points that a use granted have to be taken
// back in all, after the returns so far. Of points for the money of some lines
// it is the share of that money that was returned; of a fixed number it is all,
// once the use is given back.
func (r Redemption) ungranted(u Use) int {
	lines := r.For[u.Deal()]
	if len(lines) == 0 {
		if u.Back {
			return u.Points
		}
		return 0
	}
	var paid, back int64
	for _, l := range r.Quote.Lines {
		if slices.Contains(lines, l.ID) {
			paid += l.Net
			back += pricing.Refund(l.Net, l.Units, 0, r.before(l.ID))
		}
	}
	return int(share(u.Points, paid, back))
}

// share returns points × back ÷ paid, rounded down.
func share(points int, paid, back int64) int64 {
	if paid <= 0 {
		return 0
	}
	return pricing.Refund(int64(points), int(paid), 0, int(back))
}

// pointsBack returns how many of the points that the order was paid with have
// to be given back in all, after the returns so far and that of units: the share
// of the returned units.
func (r Redemption) pointsBack(units map[string]int) int {
	var paid, back int64
	for _, l := range r.Quote.Lines {
		for _, share := range l.Offs {
			if share.Deal == PointsDeal {
				paid += share.Off
				back += pricing.Refund(share.Off, l.Units, 0, r.before(l.ID)+units[l.ID])
			}
		}
	}
	return int(share(r.Points, paid, back))
}
