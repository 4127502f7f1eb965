package shop

import "time"

// Line is one product of an order. Units is positive.
type Line struct {
	Product ProductID `json:"product"`
	Title   string    `json:"title,omitempty"`
	Units   int       `json:"units"`
	Price   Money     `json:"price"` // of one unit
}

// Placed is what the customer ordered. A later Revision (an edited order)
// replaces an earlier one whole; At never changes.
type Placed struct {
	At       time.Time `json:"at"`
	Revision time.Time `json:"revision"`
	Customer Customer  `json:"customer"`
	Lines    []Line    `json:"lines"`
	Total    Money     `json:"total"` // what the customer pays
	Consent  *bool     `json:"consent,omitempty"`
}

// Cause says why goods came back, or why an order was cancelled.
type Cause string

const (
	CauseDefect   Cause = "defect"   // broken or faulty: the shop's fault
	CauseWrong    Cause = "wrong"    // not what was ordered: the shop's fault
	CauseLate     Cause = "late"     // came too late: the shop's fault
	CauseUnwanted Cause = "unwanted" // a change of mind
	CauseOther    Cause = "other"    // not said
)

// Return is one parcel, or one click, by which units come back.
type Return struct {
	At    time.Time         `json:"at"`
	Units map[ProductID]int `json:"units"` // positive
	Cause Cause             `json:"cause"`
}

// Refund is money given back. Amount is positive.
type Refund struct {
	At     time.Time `json:"at"`
	Amount Money     `json:"amount"`
}

// Delay is a promise that moved. Until is zero where no new day is known.
type Delay struct {
	At    time.Time `json:"at"`
	Until time.Time `json:"until,omitzero"`
}

// Cancel ends an order before it was delivered.
type Cancel struct {
	At    time.Time `json:"at"`
	Cause Cause     `json:"cause"`
}

// Order is everything known of one order, joined from its events in whatever
// order they came (see package profile). A nil or zero field is not known yet.
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
