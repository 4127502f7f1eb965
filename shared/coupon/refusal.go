package coupon

import (
	"time"

	"regulars/shared/shop"
)

// Refusal says why a customer cannot use a coupon for an order.
type Refusal int

const (
	Usable        Refusal = iota // not refused
	WrongCustomer                // it belongs to another customer, or the customer is not known
	Over                         // its printed end and the grace have passed
	Used                         // another order has redeemed it
	HeldByAnother                // another order holds it
	Ended                        // it was voided or has expired
)

// Refused returns why the order cannot use the coupon now, or [Usable]. Usable
// coupons are those that a [Hold] accepts and, until it is over, the one that
// this order has redeemed.
func (c Coupon) Refused(customer shop.CustomerID, order shop.OrderID, now time.Time) Refusal {
	hold := Hold(customer, order, now, now)
	switch {
	case customer == "" || c.Customer != customer:
		return WrongCustomer
	case hold.Accepts(c):
		return Usable
	case hold.over(c):
		return Over
	case c.State == Redeemed && hold.has(c):
		return Usable
	case c.State == Redeemed:
		return Used
	case c.State == Held:
		return HeldByAnother
	}
	return Ended
}

// HeldBy reports whether the order holds the coupon.
func (c Coupon) HeldBy(order shop.OrderID) bool {
	return c.State == Held && c.Order != "" && c.Order == order
}
