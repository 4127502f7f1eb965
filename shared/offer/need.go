package offer

import (
	"slices"
	"time"

	"regulars/shared/frequency"
)

// Need says which customers get no coupon that lowers prices, because they buy
// without one. It is the shop's setting (need.yaml); the zero Need refuses no
// coupon. Reasons: docs/decisions/0020.
//
// It refuses coupons only. An offer that is Owed (goodwill, a birthday) and a
// unit that was earned (nth_unit_free) are granted all the same, and an offer
// that needs no code is for every customer who meets its condition.
type Need struct {
	// FullPrice is the number of orders in a row, up to the last one, that a
	// customer must have placed without a valid coupon to count as one who buys
	// anyway. They count as that while they are on time by their own rhythm. They
	// may have gifts and free shipping. 0: no customer counts as that.
	FullPrice int `json:"full_price_orders,omitempty"`

	// Rest is the least number of days between two coupons of one customer, of any
	// offers, so that customers do not learn to wait for the next one. 0: no
	// limit.
	Rest int `json:"rest_days,omitempty"`
}

// OnTime is the customer.rhythm of a customer who orders as often as before.
const OnTime = "on-time"

// refused returns why the customer gets no coupon of the offer, or nil.
func (n Need) refused(o Offer, c Case) *Refusal {
	if o.Owed || o.Effect.Kind == KindNth {
		return nil
	}
	var last time.Time
	for _, grants := range c.Granted {
		coupons := slices.DeleteFunc(slices.Clone(grants), frequency.Grant.AtCheckout)
		if at := latest(coupons); at.After(last) {
			last = at
		}
	}
	if free := last.AddDate(0, 0, n.Rest); n.Rest > 0 && !last.IsZero() && c.Now.Before(free) {
		return o.refuse(RefusedRest, "the customer had a coupon less than %d days ago; the next may come on %s", n.Rest, free.In(c.Zone).Format("2 January 2006"))
	}
	lowersPrices := o.Effect.Kind != KindGift && o.Effect.Kind != KindShipping && o.Effect.Kind != KindPoints
	if who := c.Facts.Customer; lowersPrices && n.FullPrice > 0 && who.FullPrice >= n.FullPrice && who.Rhythm == OnTime {
		return o.refuse(RefusedAnyway, "the last %d orders came without a coupon, and the next is not overdue: this customer buys anyway", who.FullPrice)
	}
	return nil
}
