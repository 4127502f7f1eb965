package shop

import "time"

// Line is one product of an order. Units is above 0.
type Line struct {
	Product ProductID `json:"product"`
	Title   string    `json:"title,omitempty"`
	Units   int       `json:"units"`
	Price   Money     `json:"price"` // of one unit
}

// Placed is the content of an order. A later Revision (an edited order)
// replaces an earlier one completely; At never changes.
type Placed struct {
	At       time.Time `json:"at"`
	Revision time.Time `json:"revision"`
	Customer Customer  `json:"customer"`
	Lines    []Line    `json:"lines"`
	Total    Money     `json:"total"` // what the customer pays
	Consent  *bool     `json:"consent,omitempty"`
}

// Cause is the reason of a return, a cancellation or a delay.
type Cause string

const (
	CauseDefect   Cause = "defect"   // broken or faulty: the shop's fault
	CauseWrong    Cause = "wrong"    // not what was ordered: the shop's fault
	CauseLate     Cause = "late"     // arrived too late: the shop's fault
	CauseUnwanted Cause = "unwanted" // the customer changed their mind
	CauseOther    Cause = "other"    // unknown
)

// Return is one return of units of an order.
type Return struct {
	At    time.Time         `json:"at"`
	Units map[ProductID]int `json:"units"` // above 0
	Cause Cause             `json:"cause"`
}

// Refund is money that the customer gets back. Amount is above 0.
type Refund struct {
	At     time.Time `json:"at"`
	Amount Money     `json:"amount"`
}

// Delay is a later delivery than announced. Until is the new day, or zero if it
// is not known.
type Delay struct {
	At    time.Time `json:"at"`
	Until time.Time `json:"until,omitzero"`
}

// Cancel is the cancellation of an order before its delivery.
type Cancel struct {
	At    time.Time `json:"at"`
	Cause Cause     `json:"cause"`
}

// Order is the state of one order, folded from its events in any order (see
// package profile). A nil or zero field is not known yet.
type Order struct {
	ID        OrderID           `json:"id"`
	Customer  CustomerID        `json:"customer,omitempty"`
	Placed    *Placed           `json:"placed,omitempty"`
	Paid      time.Time         `json:"paid,omitzero"`
	Shipped   time.Time         `json:"shipped,omitzero"`
	Delivered time.Time         `json:"delivered,omitzero"`
	Delay     *Delay            `json:"delay,omitempty"`
	Cancel    *Cancel           `json:"cancel,omitempty"`
	Returns   map[string]Return `json:"returns,omitempty"` // by the return's ID
	Refunds   map[string]Refund `json:"refunds,omitempty"` // by the refund's ID
}
