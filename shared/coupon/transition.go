package coupon

import (
	"slices"
	"time"

	"regulars/shared/shop"
)

// Transition is one step of a coupon's life: the coupons that it accepts and
// what they become. Times are compared in whole milliseconds, as they are
// stored.
type Transition struct {
	To   State
	From []Guard // it accepts a coupon if one of them holds

	// What the guards compare a coupon with. A transition sets only the fields
	// that its guards need.
	Customer shop.CustomerID
	Order    shop.OrderID // also the order of a coupon that becomes held or redeemed
	Now      time.Time    // a hold has lapsed if it ended before Now
	End      time.Time    // Now − Grace: a coupon is over if its printed end is before End

	HeldUntil time.Time // of a coupon that becomes held
}

// Guard is a condition on a coupon: its state, and each of the others that is
// true.
type Guard struct {
	State        State
	SameCustomer bool // it is the transition's customer's
	SameOrder    bool // the transition's order holds or has redeemed it
	Lapsed       bool // its hold has lapsed
	Valid        bool // it is not over
	Over         bool // its printed end and the grace have passed
}

// Hold keeps a coupon for the order until the given time. It accepts the
// customer's coupons that are free and not over. A coupon that the order holds
// already is accepted even if it is over by now.
func Hold(customer shop.CustomerID, order shop.OrderID, until, now time.Time) Transition {
	t := at(now)
	t.To, t.Customer, t.Order, t.HeldUntil = Held, customer, order, shop.Millis(until)
	t.From = []Guard{
		{State: Held, SameCustomer: true, SameOrder: true},
		{State: Issued, SameCustomer: true, Valid: true},
		{State: Held, SameCustomer: true, Lapsed: true, Valid: true},
	}
	return t
}

// Redeem uses a coupon for good. It accepts what the order holds, even if the
// hold has lapsed or the coupon is over.
func Redeem(order shop.OrderID) Transition {
	return Transition{To: Redeemed, Order: order, From: []Guard{
		{State: Held, SameOrder: true},
	}}
}

// Release gives a coupon back: the order was not placed, or was returned. It
// accepts what the order holds or has redeemed.
func Release(order shop.OrderID) Transition {
	return Transition{To: Issued, Order: order, From: []Guard{
		{State: Held, SameOrder: true},
		{State: Redeemed, SameOrder: true},
	}}
}

// Void ends a coupon whose message was not sent. It accepts only a coupon that
// no order has touched since.
func Void() Transition {
	return Transition{To: Voided, From: []Guard{{State: Issued}}}
}

// Expire ends a coupon that is over. It accepts no coupon that an order has
// redeemed, or still holds.
func Expire(now time.Time) Transition {
	t := at(now)
	t.To = Expired
	t.From = []Guard{
		{State: Issued, Over: true},
		{State: Held, Lapsed: true, Over: true},
	}
	return t
}

func at(now time.Time) Transition {
	return Transition{Now: shop.Millis(now), End: shop.Millis(now.Add(-Grace))}
}

// Accepts reports whether the transition may be made from the coupon as it is.
func (t Transition) Accepts(c Coupon) bool {
	return slices.ContainsFunc(t.From, func(g Guard) bool {
		return c.State == g.State &&
			(!g.SameCustomer || c.Customer == t.Customer) &&
			(!g.SameOrder || t.has(c)) &&
			(!g.Lapsed || t.lapsed(c)) &&
			(!g.Valid || !t.over(c)) &&
			(!g.Over || t.over(c))
	})
}

// Apply returns the coupon after the transition. Call it only for a coupon that
// the transition accepts.
func (t Transition) Apply(c Coupon) Coupon {
	c.State, c.Order, c.HeldUntil = t.To, "", time.Time{}
	if t.To == Held || t.To == Redeemed {
		c.Order = t.Order
	}
	if t.To == Held {
		c.HeldUntil = t.HeldUntil
	}
	return c
}

// has reports whether the coupon is held or redeemed by the transition's order.
func (t Transition) has(c Coupon) bool { return c.Order != "" && c.Order == t.Order }

func (t Transition) lapsed(c Coupon) bool {
	return !c.HeldUntil.IsZero() && shop.Millis(c.HeldUntil).Before(t.Now)
}

func (t Transition) over(c Coupon) bool { return shop.Millis(c.Until).Before(t.End) }
