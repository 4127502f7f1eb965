package decide

import (
	"slices"
	"time"

	"regulars/shared/condition"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/profile"
)

// How a customer's rhythm is read off their orders.
const (
	fewestGaps = 2                   // between three orders; of fewer nobody can say how often
	lateAfter  = 150                 // per cent of the usual gap; up to there an order is on time
	lostAfter  = 300                 // per cent of it, from where on they are lost rather than late
	atHand     = 30 * 24 * time.Hour // a coupon counts as at hand for so long after it was given
)

// habits fills in how often the customer orders, and whether they need a coupon
// for it. It looks at the orders that the profile keeps whole, the newest 30.
//
// The gap is the median of the whole days between two orders, 1 at least. An
// order counts as placed without a coupon at hand where none was given in the 30
// days before it, used or not: what the customer might have used is not proof
// that they would have bought without it.
func habits(now time.Time, p profile.Profile, c frequency.Contact, who *condition.Customer) {
	var given []time.Time
	for _, grants := range c.Granted {
		for _, g := range grants {
			if !g.AtCheckout() {
				given = append(given, g.At)
			}
		}
	}
	if who.Coupons = len(given); who.Coupons > 0 {
		who.SinceGot = days(now.Sub(slices.MaxFunc(given, time.Time.Compare)))
	}
	var orders []time.Time
	for _, visit := range p.Orders {
		if !visit.Cancelled {
			orders = append(orders, visit.At)
		}
	}
	for _, at := range slices.Backward(orders) {
		if slices.ContainsFunc(given, func(g time.Time) bool { return g.Before(at) && at.Sub(g) <= atHand }) {
			break
		}
		who.FullPrice++
	}
	who.Rhythm, who.Gap = rhythm(orders, who.SinceLast)
}

// rhythm returns the customer's place in their own rhythm, and its gap in days.
func rhythm(orders []time.Time, since int) (place string, gap int) {
	var gaps []int
	for i := 1; i < len(orders); i++ {
		gaps = append(gaps, max(1, days(orders[i].Sub(orders[i-1]))))
	}
	if len(gaps) < fewestGaps {
		return "", 0
	}
	slices.Sort(gaps)
	gap = gaps[len(gaps)/2] // of two in the middle the longer: nobody is called late too soon
	switch {
	case since*100 <= gap*lateAfter:
		return offer.OnTime, gap
	case since*100 <= gap*lostAfter:
		return "late", gap
	}
	return "lost", gap
}
