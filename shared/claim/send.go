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

	"regulars/shared/campaign"
	"regulars/shared/coupon"
	"regulars/shared/frequency"
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
	Attempt     int    `json:"attempt,omitempty"`
	Owner       string `json:"owner,omitempty"`
	Unconfirmed int    `json:"unheard,omitempty"` // attempts of which nothing was heard, and which may have arrived

	Claimed time.Time `json:"claimed,omitzero"` // of the latest attempt
	Changed time.Time `json:"changed"`          // of State
	Wake    time.Time `json:"wake,omitzero"`    // for QUEUED: try again then

	Message         shop.MessageID  `json:"message,omitempty"`
	Class           shop.Class      `json:"class,omitempty"`
	Language        string          `json:"language,omitempty"`
	SESID           string          `json:"ses_id,omitempty"`    // SES's MessageId, once known
	ReservationKept bool            `json:"slot_kept,omitempty"` // QUEUED with its ledger entry and coupon still held
	Coupon          *coupon.Coupon  `json:"coupon,omitempty"`
	Also            []shop.OrderID  `json:"also,omitempty"`      // orders that it speaks for beside its own: see Claim.Merged
	Explained       json.RawMessage `json:"explained,omitempty"` // decide.Explanation: from which inputs
}

// Reason says why in a code that can be counted and a sentence that can be read.
type Reason struct {
	Code string `json:"code"` // such as "cap:promotions-7d", "quiet-hours", "no-consent", "service-issue:returned"
	Text string `json:"text"` // plain English; never an address, name or code
}

// Fence names the attempt that a write belongs to.
type Fence struct {
	Attempt int
	Owner   string
}

// Claim is the transaction that makes a decision binding. All of it is written,
// or nothing.
type Claim struct {
	Send Send // in state SENDING, with its new fence

	// From is the fence of the QUEUED record that is taken over; nil where there
	// may be none. What is taken over was on the list of what is due, and stays
	// there for when its worker dies: its queue message may have been acknowledged,
	// so that the list alone still names it.
	From *Fence

	// Contact is the customer's contact with the new ledger entry (and grant),
	// to be written only where its stored revision is still ContactRev.
	Contact    frequency.Contact
	ContactRev string

	Coupon *coupon.Coupon // to be created, and its offer's budget shard debited by one; nil: none

	// Merged are sends for which this one speaks as well: each is to be ended as
	// it is given here, and must be QUEUED still, under the fence that it
	// carries, or absent. At most [MostMerged].
	Merged []Send
}

// WatchFor is how long after a claim an unconfirmed send is watched before it is
// tried again or given up: far longer than any function runs, so that its worker
// is dead by then.
const WatchFor = 15 * time.Minute

// MostMerged bounds how many others one message speaks for.
const MostMerged = 5
