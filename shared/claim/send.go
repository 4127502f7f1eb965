// Package claim holds a send's life: its states, its record, and the one
// transaction that makes a decision binding.
//
//	absent ─claim→ SENDING ─accepted→ ACCEPTED → DELIVERED | BOUNCED | COMPLAINED
//	                  ├─ refused for certain → REFUSED   slot, coupon and budget given back
//	                  ├─ told to wait        → QUEUED    slot kept; claimed again later
//	                  └─ unknown, no event   → promotion: LOST · service: QUEUED again, 3 attempts at most
//	CAPPED · SUPPRESSED · HELD_OUT · EXPIRED · OUTRANKED  ends without a send
//
// The claim comes before the call to SES, because SES takes no idempotency
// token: what was claimed and not answered is written down as unknown, and a
// promotion whose fate is unknown is never sent again.
package claim

import (
	"encoding/json"
	"time"

	"regulars/shared/cadence"
	"regulars/shared/campaign"
	"regulars/shared/shop"
)

// Send is the record of one intent: what became of it, and why.
type Send struct {
	ID     shop.SendID     `json:"id"`
	Intent campaign.Intent `json:"intent"`
	State  State           `json:"state"`
	Reason Reason          `json:"reason,omitzero"` // why it is in this state

	// Attempt and Owner are the fence: a claim raises Attempt and makes a fresh
	// Owner; whoever writes the end of an attempt names both.
	Attempt int    `json:"attempt,omitempty"`
	Owner   string `json:"owner,omitempty"`
	Unheard int    `json:"unheard,omitempty"` // attempts of which nothing was heard, and which may have arrived

	Claimed time.Time `json:"claimed,omitzero"` // of the latest attempt
	Changed time.Time `json:"changed"`          // of State
	Wake    time.Time `json:"wake,omitzero"`    // for QUEUED: try again then

	Message   shop.MessageID  `json:"message,omitempty"`
	Class     shop.Class      `json:"class,omitempty"`
	Language  string          `json:"language,omitempty"`
	SESID     string          `json:"ses_id,omitempty"`    // SES's MessageId, once known
	SlotKept  bool            `json:"slot_kept,omitempty"` // QUEUED with its ledger entry and coupon still held
	Coupon    *Coupon         `json:"coupon,omitempty"`
	Explained json.RawMessage `json:"explained,omitempty"` // decide.Explanation: from which inputs
}

// Reason says why in a code that can be counted and a sentence that can be read.
type Reason struct {
	Code string `json:"code"` // such as "cap:promotions-7d", "quiet-hours", "no-consent", "trouble:returned"
	Text string `json:"text"` // plain English; never an address, name or code
}

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
	Key      string          `json:"key,omitempty"`     // what it was earned by: see cadence.Grant
	State    string          `json:"state"`             // "issued", "voided"; the checkout's states come with redeem
}

// Fence names the attempt that a write belongs to.
type Fence struct {
	Attempt int
	Owner   string
}

// Claim is the transaction that makes a decision binding. All of it is written,
// or nothing.
type Claim struct {
	Send Send  // in state SENDING, with its new fence
	From Fence // of the QUEUED record that is taken over; zero where none may exist

	// Contact is the customer's contact with the new ledger entry (and grant),
	// to be written only where its stored revision is still ContactRev.
	Contact    cadence.Contact
	ContactRev string

	Coupon *Coupon // to be created, and its offer's budget shard debited by one; nil: none
}
