// Package coupon holds the life of a coupon: its record, its states, and which
// step may lead from one state to another.
//
//	issued ─hold→ held by one order ─redeem→ redeemed ─all of it is returned→ issued
//	   │            └─ release, or the sweep after 15 minutes → issued
//	   ├─ SES refused its message → voided       its use goes back to the budget
//	   └─ its end and 24 hours are past → expired   its use goes back to the budget
package coupon

import (
	"time"

	"regulars/shared/shop"
)

// Coupon is one customer's right to one offer, carried by one send.
type Coupon struct {
	Hash     string          `json:"hash"` // hex SHA-256 of the code; the code itself is stored nowhere
	Offer    shop.OfferID    `json:"offer"`
	Version  int             `json:"version"`
	Customer shop.CustomerID `json:"customer"`
	Send     shop.SendID     `json:"send"`
	Shard    int             `json:"shard"` // of the budget that it was debited from
	Issued   time.Time       `json:"issued"`
	Until    time.Time       `json:"until"`             // as printed; the checkout adds a grace of 24 hours
	Product  shop.ProductID  `json:"product,omitempty"` // the free one, where one is
	Key      string          `json:"key,omitempty"`     // what it was earned by: see frequency.Grant
	State    State           `json:"state"`

	// For which order the checkout holds it, and until when, or has redeemed it.
	Order     shop.OrderID `json:"order,omitempty"`
	HeldUntil time.Time    `json:"held_until,omitzero"`
}

// State is where a coupon is in its life: issued → held (for one order,
// while its customer pays) → redeemed. From held and redeemed it can come back
// to issued; voided and expired are the end, and give its use back to the budget.
type State string

const (
	Issued   State = "issued"
	Held     State = "held"
	Redeemed State = "redeemed"
	Voided   State = "voided"  // its message did not go
	Expired  State = "expired" // unused by its end, and a day of grace
)
