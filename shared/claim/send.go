// Package claim holds the record of one message to one customer (a send), its
// states, and the claim: the one transaction that stores the decision to send it,
// with its reservation in the frequency caps and its coupon, before SES is called.
//
//	absent ─claim→ SENDING ─accepted→ ACCEPTED → DELIVERED | BOUNCED | COMPLAINED
//	                  ├─ SES refused it for certain → REFUSED   reservation, coupon and budget given back
//	                  ├─ SES throttled it           → QUEUED    reservation kept; claimed again later
//	                  └─ unconfirmed, no event      → promotion: LOST · service: QUEUED again, 3 attempts at most
//	CAPPED · SUPPRESSED · HELD_OUT · EXPIRED · OUTRANKED · CANCELLED  end states without a message
//
// The claim comes before the call to SES, because SES takes no idempotency
// token. An attempt that was claimed and got no answer is unconfirmed, and a
// promotion with an unconfirmed attempt is never sent again.
package claim

import (
	"encoding/json"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/coupon"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// Send is the record of one intent: its state, and why it is in it.
type Send struct {
	ID     shop.SendID     `json:"id"`
	Intent campaign.Intent `json:"intent"`
	State  State           `json:"state"`

	// Mailbox is the one whose contact has the reservation; empty if it is the
	// customer's own contact.
	Mailbox shop.Mailbox `json:"mailbox,omitempty"`
	Reason  Reason       `json:"reason,omitzero"` // why it is in this state

	// Attempt and Owner are the fence: a claim raises Attempt and makes a new
	// Owner; a worker that writes the outcome of an attempt names both.
	Attempt     int    `json:"attempt,omitempty"`
	Owner       string `json:"owner,omitempty"`
	Unconfirmed int    `json:"unheard,omitempty"` // attempts without answer or SES event, whose mail may have arrived

	Claimed time.Time `json:"claimed,omitzero"` // of the latest attempt
	Changed time.Time `json:"changed"`          // of State
	Wake    time.Time `json:"wake,omitzero"`    // for QUEUED: the time of the next attempt

	Message         shop.MessageID  `json:"message,omitempty"`
	Variant         string          `json:"variant,omitempty"` // of the campaign, that the customer gets; empty if it has none
	Drawn           time.Time       `json:"drawn,omitzero"`    // since when the shares hold by which the variant was drawn; zero: the shares are fixed, or the customer is not assigned yet
	Class           shop.Class      `json:"class,omitempty"`
	Language        string          `json:"language,omitempty"`
	SESID           string          `json:"ses_id,omitempty"`    // SES's MessageId, once known
	ReservationKept bool            `json:"slot_kept,omitempty"` // QUEUED, and keeps its reservation and coupon
	Coupon          *coupon.Coupon  `json:"coupon,omitempty"`
	Also            []shop.OrderID  `json:"also,omitempty"`      // other orders that its message covers: see Claim.Merged
	Explained       json.RawMessage `json:"explained,omitempty"` // decide.Explanation: the inputs of the decision

	// Assigned is when a decision first got as far as the holdout: from then on the
	// customer is mailed or held out, and counts in the campaign's results. It is zero
	// if no decision did, and of sends that were decided before it was kept.
	Assigned time.Time `json:"assigned,omitzero"`

	// Clicks are the visits of the message's links to the shop, in the order of their
	// links and times. An erasure keeps none.
	Clicks []Click `json:"clicks,omitempty"`
}

// Stripped returns what is kept of a send as soon as its customer is erased:
// what its worker and the reconciliation need, without the explanation, the
// coupon and other orders. A waiting send ends.
func (d Send) Stripped(at time.Time) Send {
	kept := Send{
		ID: d.ID, State: d.State, Attempt: d.Attempt, Owner: d.Owner, Unconfirmed: d.Unconfirmed,
		Claimed: d.Claimed, Changed: d.Changed, Message: d.Message, Class: d.Class,
		Reason: Reason{Code: d.Reason.Code}, Intent: d.Intent,
	}
	kept.Intent.Cause = ""
	if d.State == Queued {
		kept.State, kept.Reason, kept.Changed = Suppressed, Reason{Code: "erased", Text: "the customer was erased"}, shop.Millis(at)
		if d.Unconfirmed > 0 { // it may have arrived
			kept.State = Lost
		}
	}
	return kept
}

// Anonymous returns what is kept of a stripped send once its worker must have
// ended, under an ID that does not name its customer or order: enough for the
// reconciliation to count it. A send that is still claimed is LOST.
func (d Send) Anonymous(id shop.SendID) Send {
	kept := Send{
		ID: id, State: d.State, Changed: d.Changed, Message: d.Message, Class: d.Class, Reason: d.Reason,
		Intent: d.Intent,
	}
	if !kept.State.Ended() {
		kept.State = Lost
	}
	kept.Intent.Customer = shop.ErasedPrefix
	if d.Intent.Order != "" {
		kept.Intent.Order, kept.Intent.Occasion = shop.ErasedPrefix, shop.ErasedPrefix
	}
	if d.Intent.Cart() != "" {
		kept.Intent.Occasion = shop.ErasedPrefix
	}
	if day := d.Intent.OwnDay(); day != "" { // it can name a product and an order; the run is kept, by which it is counted
		kept.Intent.Occasion = string(day) + "/" + shop.ErasedPrefix
	}
	return kept
}

// Reason says why a send is in its state: a code to count and a sentence to
// read.
type Reason struct {
	Code string `json:"code"` // such as "cap:promotions-7d", "quiet-hours", "no-consent", "service-issue:returned"
	Text string `json:"text"` // plain English, without an address, name or coupon code
}

// Fence is the attempt that a write belongs to.
type Fence struct {
	Attempt int
	Owner   string
}

// Claim is the transaction that makes a decision binding. It is written all or
// nothing.
type Claim struct {
	Send Send // in state SENDING, with its new fence

	// From is the fence of the QUEUED record that the claim takes over; nil if the
	// send must be absent. A send that is taken over stays in the index of due
	// sends, in case its worker dies: its queue message may have been
	// acknowledged, and then only the index still names it.
	From *Fence

	// Contact is the contact of the send's mailbox with the new reservation and,
	// with a coupon, the new grant. It is written only if its stored revision is
	// ContactRev. If the send has no mailbox, it is the customer's own contact,
	// and it is written only if the profile's stored revision is ProfileRev as
	// well: so it is not made again after it was added to a mailbox's.
	Contact    frequency.Contact
	ContactRev string
	ProfileRev string

	Coupon *coupon.Coupon // is created, and its use taken from the shard of the offer's budget; nil: none

	// Merged are sends whose orders this message covers as well. Each is ended as
	// given here; it must be absent, or QUEUED under the same fence. At most
	// [MostMerged].
	Merged []Send
}

// WatchFor is how long after a claim an unconfirmed send waits for an SES event
// before it is tried again or ends LOST. It is far longer than any function
// runs, so that its worker has ended by then.
const WatchFor = 15 * time.Minute

// MostMerged is how many other sends one message can be merged with.
const MostMerged = 5
