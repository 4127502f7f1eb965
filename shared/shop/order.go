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
	Number   string    `json:"number,omitempty"` // as the customer knows the order, such as "#1027"; empty if it is only known by its ID
	At       time.Time `json:"at"`
	Revision time.Time `json:"revision"`
	Customer Customer  `json:"customer"`
	Lines    []Line    `json:"lines"`
	Total    Money     `json:"total"` // what the customer pays, without gift cards that are bought
	Consent  *bool     `json:"consent,omitempty"`

	// TaxIncluded says that the prices of units contain their tax, so that the
	// tax of a [Worth] is not added to its price.
	TaxIncluded bool  `json:"tax_included,omitempty"`
	Rate        *Rate `json:"rate,omitempty"` // nil: the customer pays in the shop's currency

	// Items are the products of the order's lines by their [ItemID], if the
	// platform's parcels and returns name lines.
	Items map[ProductID]ProductID `json:"items,omitempty"`
}

// Rate is one amount of an order in two currencies: the shop's, and the one in
// which the customer saw the prices and paid. Both are above 0.
type Rate struct {
	Shop Money `json:"shop"`
	Seen Money `json:"seen"`
}

// Cause is the reason of a return, a cancellation or a delay.
type Cause string

const (
	CauseDefect   Cause = "defect"   // broken or faulty: the shop's fault
	CauseWrong    Cause = "wrong"    // not what was ordered: the shop's fault
	CauseLate     Cause = "late"     // arrived too late: the shop's fault
	CauseUnwanted Cause = "unwanted" // the customer changed their mind
	CauseOther    Cause = "other"    // unknown

	// Of a cancellation only.
	CauseFraud    Cause = "fraud"    // the shop does not trust the order
	CauseDeclined Cause = "declined" // the payment was declined
)

// Apologizes reports whether a cancellation with this cause is a bad experience
// for which the shop apologizes. A change of mind is none, and neither is an
// order that the shop does not trust or that was not paid.
func (c Cause) Apologizes() bool {
	return c != CauseUnwanted && c != CauseFraud && c != CauseDeclined
}

// Edit is units that the shop took out of an order before it sent them, at the
// customer's wish or its own. They were neither bought nor returned.
type Edit struct {
	At    time.Time         `json:"at"`
	Units map[ProductID]int `json:"units,omitempty"` // above 0; nil: only the postage was changed
	Worth Worth             `json:"worth,omitzero"`
}

// Worth is what units would have cost the customer, if they left the order and
// no money was paid back for them; zero if money was, or if it is not known.
type Worth struct {
	Price Money `json:"price,omitzero"`
	Tax   Money `json:"tax,omitzero"` // added to Price, unless [Placed.TaxIncluded]
}

// Return is one return of units of an order.
type Return struct {
	At    time.Time         `json:"at"`
	Units map[ProductID]int `json:"units"` // above 0
	Cause Cause             `json:"cause"`
	Worth Worth             `json:"worth,omitzero"`
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

// Parcel is one of several parcels, or the only one, in which an order is sent.
type Parcel struct {
	Units     map[ProductID]int `json:"units,omitempty"`    // above 0; nil: not known yet
	Delivered time.Time         `json:"delivered,omitzero"` // zero: not yet
}

// Order is the state of one order, folded from its events in any order (see
// package profile). A nil or zero field is not known yet.
type Order struct {
	ID        OrderID           `json:"id"`
	Customer  CustomerID        `json:"customer,omitempty"`
	Named     time.Time         `json:"named,omitzero"` // the revision that names the guest; zero if Customer is no guest
	Placed    *Placed           `json:"placed,omitempty"`
	Paid      time.Time         `json:"paid,omitzero"`
	Shipped   time.Time         `json:"shipped,omitzero"`
	Delivered time.Time         `json:"delivered,omitzero"` // if an event says so of the whole order: see [Order.Arrived]
	Parcels   map[string]Parcel `json:"parcels,omitempty"`  // by the parcel's ID
	Delay     *Delay            `json:"delay,omitempty"`
	Cancel    *Cancel           `json:"cancel,omitempty"`
	Edits     map[string]Edit   `json:"edits,omitempty"`   // by the edit's ID
	Returns   map[string]Return `json:"returns,omitempty"` // by the return's ID
	Refunds   map[string]Refund `json:"refunds,omitempty"` // by the refund's ID

	// Imported says that the order came with the shop's history. What it had then
	// raises no message, also if an event says it again.
	Imported bool `json:"imported,omitempty"`

	// Erased is when the order's customer was erased. An erased order has its ID
	// and nothing else: its later events are acknowledged and dropped.
	Erased time.Time `json:"erased,omitzero"`

	// Outdated says that Erased is when the shop stopped keeping the order, because
	// of its age; its customer was not erased.
	Outdated bool `json:"outdated,omitempty"`
}
