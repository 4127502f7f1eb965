package frequency

import (
	"cmp"
	"time"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Contact is what the shop may send to one mailbox and what it sent recently:
// consent, suppression, wishes, and the ledger. All customers with the same
// address share it. It is stored as one small item with a revision; a claim is
// conditional on that revision, so that no message is claimed if the consent or
// the ledger changed after the decision.
type Contact struct {
	Consents   map[shop.Topic]Consent `json:"consents,omitempty"` // explicit ones only
	Refused    time.Time              `json:"refused,omitzero"`   // the latest opt-out of promotions, and so of all topics: an older yes to a topic does not count
	Suppressed *Suppression           `json:"suppressed,omitempty"`
	Wishes     Wishes                 `json:"wishes,omitzero"`
	Ledger     []Entry                `json:"ledger,omitempty"` // oldest first

	// Granted lists, by offer, the grants to this customer that were not given
	// back; their times are those of the sends that carried them.
	Granted map[shop.OfferID][]Grant `json:"granted,omitempty"`

	Waiting []Waiting `json:"waiting,omitempty"` // intents that wait; a hint, the first to expire first

	// Issues has the service issues of all customers of the mailbox, by order, as
	// their profiles have them. They are stored with the profile in one
	// transaction, so that a claim that was decided before the issue is refused
	// (the promise "pause" in docs/guarantees.md).
	Issues map[shop.OrderID]profile.ServiceIssue `json:"issues,omitempty"`

	// Ordered is when a customer of the mailbox placed the latest order, in a shop with
	// a campaign about abandoned carts: an order ends the carts of the whole mailbox.
	Ordered time.Time `json:"ordered,omitzero"`

	Links map[shop.OrderKind]LinkRequest `json:"links,omitempty"` // by shop.AskedExport and shop.AskedErasure

	Moved []shop.CustomerID `json:"moved,omitempty"` // customers whose address changed from this one to another, the last ones
}

// Consent is the customer's latest explicit consent (Given) or opt-out on a topic.
// Of two at one time, the opt-out counts.
type Consent struct {
	Given  bool               `json:"given"`
	At     time.Time          `json:"at"`
	Source shop.ConsentSource `json:"source,omitempty"` // of a consent, how the customer gave it

	Wording string `json:"wording,omitempty"` // of a consent, the text that the customer agreed to; empty if it is not known
}

// outdates reports whether c counts rather than other: it is later, or of two at
// one time the opt-out, or the one whose source and wording sort last.
func (c Consent) outdates(other Consent) bool {
	if by := c.At.Compare(other.At); by != 0 {
		return by > 0
	}
	if c.Given != other.Given {
		return other.Given
	}
	return cmp.Or(cmp.Compare(c.Source, other.Source), cmp.Compare(c.Wording, other.Wording)) > 0
}

// Suppression stops every message to one address: a message to it bounced, or its
// owner complained or asked to be erased.
type Suppression struct {
	Address string    `json:"address"` // empty: the contact's mailbox; in a customer's own contact the hex SHA-256 of the lower-cased address, or empty for any
	Reason  string    `json:"reason"`  // "bounce", "complaint" or "erased"
	At      time.Time `json:"at"`
}

// Entry is one claimed message, and so one reservation. Class and Tags are those at
// the time of the claim; At is set again when another attempt takes the claim over.
type Entry struct {
	Send  shop.SendID `json:"send"`
	At    time.Time   `json:"at"`
	Class shop.Class  `json:"class"`
	Tags  []string    `json:"tags,omitempty"`

	Run         string           `json:"run,omitempty"`   // names the run that a marketing message belongs to, the same for every customer
	Impressions []shop.ProductID `json:"shown,omitempty"` // the products that the message recommended
}

// Grant is one use of an offer that was given to the customer and not given back.
type Grant struct {
	Send shop.SendID `json:"send"`
	At   time.Time   `json:"at"`
	Key  string      `json:"key,omitempty"` // what earned it, such as "MUG-1/10"; there is one grant for each key
}
