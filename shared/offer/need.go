package offer

import (
	"slices"
	"time"

	"regulars/shared/frequency"
)

// Need says who is given no price discount, because they buy without one. It is
// the shop's setting (need.yaml); its zero value holds nobody back. Reasons:
// docs/decisions/0020.
//
// It holds back coupons only. An offer that is Owed (goodwill, a birthday) and a
// unit that was earned (nth_unit_free) are given all the same; what needs no
// code is for everybody who meets its condition.
type Need struct {
	// FullPrice is how many orders in a row, up to the last one, a customer has
	// placed without a coupon at hand who is taken to buy anyway, as long as they
	// are on time by their own rhythm. They may have gifts and free shipping. 0:
	// nobody is.
	FullPrice int `json:"full_price_orders,omitempty"`

	// Rest is how many days lie between two coupons of one customer, of whatever
	// offer, so that nobody learns to wait for the next one. 0: none.
	Rest int `json:"rest_days,omitempty"`
}

// OnTime is what customer.rhythm says of who orders as often as they always did.
const OnTime = "on-time"

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
