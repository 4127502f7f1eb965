package decide

import (
	"slices"
	"time"

	"regulars/shared/condition"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/profile"
)

// How a customer's rhythm is computed from their orders.
const (
	fewestGaps = 2                   // between three orders; fewer orders show no rhythm
	lateAfter  = 150                 // per cent of the usual gap; up to this the customer is on time
	lostAfter  = 300                 // per cent of the usual gap; above this the customer is lost, not late
	usableFor  = 30 * 24 * time.Hour // how long after its grant a coupon counts as available
)

// habits fills in how often the customer orders, and how many of the latest
// orders they placed without having a coupon. It uses the orders that the profile
// keeps whole, the newest 30.
//
// The gap is the median number of whole days between two orders, 1 at least. An
// order counts as placed at full price if the customer was granted no coupon in
// the 30 days before it. A coupon counts whether it was used or not: an order
// that could have used one does not prove that the customer buys without it.
func habits(now time.Time, p profile.Profile, c frequency.Contact, to *condition.Customer) {
	var given []time.Time
	for _, grants := range c.Granted {
		for _, g := range grants {
			if !g.AtCheckout() {
				given = append(given, g.At)
			}
		}
	}
	if to.Coupons = len(given); to.Coupons > 0 {
		to.SinceGot = days(now.Sub(slices.MaxFunc(given, time.Time.Compare)))
	}
	var orders []time.Time
	for _, visit := range p.Orders {
		if !visit.Cancelled {
			orders = append(orders, visit.At)
		}
	}
	for _, at := range slices.Backward(orders) {
		if slices.ContainsFunc(given, func(g time.Time) bool { return g.Before(at) && at.Sub(g) <= usableFor }) {
			break
		}
		to.FullPrice++
	}
	to.Rhythm, to.Gap = rhythm(orders, to.SinceLast)
}

// rhythm returns whether the customer is on time, late or lost by their usual gap
// between orders, and that gap in days; "" and 0 if there are too few orders.
func rhythm(orders []time.Time, since int) (place string, gap int) {
	var gaps []int
	for i := 1; i < len(orders); i++ {
		gaps = append(gaps, max(1, days(orders[i].Sub(orders[i-1]))))
	}
	if len(gaps) < fewestGaps {
		return "", 0
	}
	slices.Sort(gaps)
	gap = gaps[len(gaps)/2] // of two middle gaps the longer, so that no customer counts as late too soon
	switch {
	case since*100 <= gap*lateAfter:
		return offer.OnTime, gap
	case since*100 <= gap*lostAfter:
		return "late", gap
	}
	return "lost", gap
}
