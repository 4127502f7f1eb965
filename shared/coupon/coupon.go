// Package coupon holds the rules of a coupon's life: its record, its states,
// and for each transition which coupons it accepts and what they become. It is
// the only place with these rules. Package dynamo writes a [Transition] as a
// conditional update; the checkout calls [Coupon.Refused] to say why a code
// gives nothing.
//
//	issued ─hold→ held by one order ─redeem→ redeemed ─the whole order is returned→ issued
//	   │            └─ release, or the sweep after 15 minutes → issued
//	   ├─ SES refused its message → voided           its use goes back to the budget
//	   └─ its end and 24 hours have passed → expired   its use goes back to the budget
package coupon

import (
	"time"

	"regulars/shared/shop"
)

// Grace is how long the checkout accepts a coupon after the end that its
// message prints.
const Grace = 24 * time.Hour

// HoldTime is how long a hold keeps a coupon for one order.
const HoldTime = 15 * time.Minute

// Coupon is one customer's right to one offer, issued with one send.
type Coupon struct {
	Hash     string          `json:"hash"` // hex SHA-256 of the code; the code itself is not stored
	Offer    shop.OfferID    `json:"offer"`
	Version  int             `json:"version"`
	Customer shop.CustomerID `json:"customer"`
	Send     shop.SendID     `json:"send"`
	Shard    int             `json:"shard"` // of the budget that it was debited from
	Issued   time.Time       `json:"issued"`
	Until    time.Time       `json:"until"`             // as printed; the checkout adds [Grace]
	Product  shop.ProductID  `json:"product,omitempty"` // the free product, if the offer gives one
	Key      string          `json:"key,omitempty"`     // what earned it: see frequency.Grant
	State    State           `json:"state"`

	// Earned is the order that earned the coupon; empty for a coupon that no order
	// earned, such as one on a birthday or an apology. Not to be confused with
	// Order, the one that uses it.
	Earned shop.OrderID `json:"earned,omitempty"`

	// Order is the order that holds or has redeemed the coupon, HeldUntil the end
	// of the hold. A coupon has an Order only if it is held or redeemed, and
	// HeldUntil only if it is held.
	Order     shop.OrderID `json:"order,omitempty"`
	HeldUntil time.Time    `json:"held_until,omitzero"`
}

// State is the state of a coupon. Voided and Expired are end states.
type State string

const (
	Issued   State = "issued"   // free to be held
	Held     State = "held"     // by one order, while its customer pays
	Redeemed State = "redeemed" // by one order
	Voided   State = "voided"   // its message was not sent
	Expired  State = "expired"  // not used by its end plus Grace
)

// Erased returns what is kept of a redeemed coupon after its customer was
// erased: its use of the budget, and the order.
func (c Coupon) Erased() Coupon {
	c.Customer, c.Send, c.Product, c.Key, c.Earned = "", "", "", "", ""
	return c
}
