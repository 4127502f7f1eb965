package frequency

import (
	"time"

	"regulars/shared/shop"
)

// Contact is what the shop may send to one customer, and what it has sent of
// late: consent, suppression, the customer's own limits, and the ledger. It is
// stored as one small item with a version; a claim is conditioned on that
// version, so that no message is claimed on a consent or a ledger that has
// changed meanwhile.
type Contact struct {
	Consents   map[shop.Topic]Consent `json:"consents,omitempty"` // explicit ones only
	Suppressed *Suppression           `json:"suppressed,omitempty"`
	Own        Limits                 `json:"own,omitzero"`
	Ledger     []Entry                `json:"ledger,omitempty"` // oldest first

	// Granted counts the coupons that each offer has given to this customer and
	// that were not given back; the times are of the sends that carried them.
	Granted map[shop.OfferID][]Grant `json:"granted,omitempty"`

	Waiting []Waiting `json:"waiting,omitempty"` // what would like to go; a hint, first to expire first

	// Hurt counts how often the customer's profile came to know of something that
	// went wrong. Nobody reads the number: it changes the contact's revision, and
	// so a claim that was decided before is refused (promise 8).
	ServiceIssues int `json:"hurt,omitempty"`
}

// WithServiceIssue returns the contact of a customer for whom something has gone
// wrong just now.
func (c Contact) WithServiceIssue() Contact {
	c.ServiceIssues++
	return c
}

// Consent is the customer's latest explicit word on a topic. Of two at one
// time, the withdrawal counts.
type Consent struct {
	Given bool      `json:"given"`
	At    time.Time `json:"at"`
}

// Suppression stops every message to one address: it bounced, its owner
// complained, or asked to be erased.
type Suppression struct {
	Address string    `json:"address"` // hex SHA-256 of the lower-cased address; empty means any address
	Reason  string    `json:"reason"`  // "bounce", "complaint" or "erased"
	At      time.Time `json:"at"`
}

// Limits are the customer's own, below the shop's.
type Limits struct {
	PerWeek     *int      `json:"per_week,omitempty"` // promotions; nil: the shop's caps alone
	PausedUntil time.Time `json:"paused_until,omitzero"`
}

// Entry is one claimed message. Class and Tags are those at the time of the
// claim; At is stamped again when a claim is taken over.
type Entry struct {
	Send  shop.SendID `json:"send"`
	At    time.Time   `json:"at"`
	Class shop.Class  `json:"class"`
	Tags  []string    `json:"tags,omitempty"`

	Impressions []shop.ProductID `json:"shown,omitempty"` // what it recommended
}

// Grant is one coupon that was issued and not given back.
type Grant struct {
	Send shop.SendID `json:"send"`
	At   time.Time   `json:"at"`
	Key  string      `json:"key,omitempty"` // what it was earned by, such as "MUG-1/10"; one grant a key
}
