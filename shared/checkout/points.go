package checkout

import (
	"reflect"
	"slices"
	"time"

	"regulars/shared/points"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// PointsDeal names, in a quote, what the customer pays with points. No file of an
// offer can be called so.
const PointsDeal shop.OfferID = "@points"

// Account returns the customer's points as they are after the redemption went
// from old to r, and whether that changed them: what is held is set aside, what
// is redeemed is spent, what comes back is given back in proportion. An offer
// that grants points does so when the order is redeemed, and takes them back as
// the goods come back that they were granted for, a fixed number with the last. The same step again changes nothing. Where the shop has
// no scheme any more, nothing is granted, and what comes back lives a year.
//
// It fails with [points.ErrShort] where the points are not to be had any more.
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
	case old.State == Held: // it is redeemed now
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

// ungranted returns how many of the points that a use granted are to be taken
// back by now, in all: of points for money, the share of the money that came
// back; of a fixed number all, once the use is given back.
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

// share returns the part of points that back is of paid, rounded down.
func share(points int, paid, back int64) int64 {
	if paid <= 0 {
		return 0
	}
	return pricing.Refund(int64(points), int(paid), 0, int(back))
}

// pointsBack returns how many of the points that the order was paid with are to
// be given back by now, in all: their share of what came back.
func (r Redemption) pointsBack() int {
	var paid, back int64
	for _, l := range r.Quote.Lines {
		for _, share := range l.Offs {
			if share.Deal == PointsDeal {
				paid += share.Off
				back += pricing.Refund(share.Off, l.Units, 0, r.before(l.ID))
			}
		}
	}
	return int(share(r.Points, paid, back))
}
