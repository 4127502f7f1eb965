package privacyrequest

import (
	"fmt"
	"time"

	"regulars/shared/shop"
)

// Kind is what a customer asks for.
type Kind string

const (
	Export Kind = "export" // all data about them
	Erase  Kind = "erase"  // that these data are deleted

	Unreadable Kind = "unreadable" // the record cannot be read; no record has this kind
)

// Means is how a request was answered.
type Means string

const (
	ByErasure  Means = "erasure"         // the customer is erased, and with them what else they asked for
	ByDocument Means = "make export"     // an operator wrote the document and handed it over
	ByPage     Means = "preference page" // the customer saw the document, by a link that was sent to their address
	ByHand     Means = "by hand"         // an operator answered in another way, such as by refusing a stranger
)

// DefaultTerm is how long a shop has to answer if its policy says nothing: the
// month of GDPR, Article 12(3).
const DefaultTerm = 30 * 24 * time.Hour

// Soon is how long before its due time an open request raises an alarm.
const Soon = 7 * 24 * time.Hour

// Request is one request of a customer and its state. Times are in UTC and in
// whole milliseconds.
type Request struct {
	ID       shop.EventID       `json:"id"` // of the event that asked
	Kind     Kind               `json:"kind"`
	Customer shop.CustomerID    `json:"customer,omitempty"` // "" after an erasure
	Name     string             `json:"name,omitempty"`     // a keyed hash of the customer's ID, after an erasure
	Source   shop.RequestSource `json:"source"`
	Received time.Time          `json:"received"`
	Due      time.Time          `json:"due"`
	Done     time.Time          `json:"done,omitzero"`
	Means    Means              `json:"means,omitempty"` // "" while the request is open
}

// New returns the open request of an event that was received at that time, due a
// term later. A term of 0 is [DefaultTerm].
func New(id shop.EventID, kind Kind, customer shop.CustomerID, source shop.RequestSource, received time.Time, term time.Duration) Request {
	if term == 0 {
		term = DefaultTerm
	}
	received = shop.Millis(received)
	return Request{ID: id, Kind: kind, Customer: customer, Source: source, Received: received, Due: received.Add(term)}
}

// Open reports whether the request still has to be answered.
func (r Request) Open() bool { return r.Done.IsZero() }

// DaysLeft returns how many whole days are left until the request is due: 0 on
// the last day, and a negative number after it, -1 from the due time on.
func (r Request) DaysLeft(now time.Time) int {
	const day = 24 * time.Hour
	left := r.Due.Sub(now)
	if left <= 0 {
		return int((left+1)/day) - 1
	}
	return int(left / day)
}

// Line returns the request as a line for the operator: its kind, how many days are
// left, the customer, and the request's name.
func (r Request) Line(now time.Time) string {
	if r.Kind == Unreadable {
		return fmt.Sprintf("%s  counts as OVERDUE, mend it as docs/runbooks/unreadable-rows.md says  %s", r.Kind, r.ID)
	}
	left := "the last day"
	switch n := r.DaysLeft(now); {
	case n < 0:
		left = fmt.Sprintf("OVERDUE since %s", r.Due.Format(time.DateOnly))
	case n == 1:
		left = "1 day left"
	case n > 1:
		left = fmt.Sprintf("%d days left", n)
	}
	return fmt.Sprintf("%s  %s, answer by %s  %s  asked %s (%s)  %s", r.Kind, left, r.Due.Format(time.DateOnly), r.Customer, r.Received.Format(time.DateOnly), r.Source, r.ID)
}

// Close returns the request as answered. A request that is answered already stays
// as it is, with its first answer.
func (r Request) Close(at time.Time, by Means) Request {
	if r.Open() {
		r.Done, r.Means = shop.Millis(at), by
	}
	return r
}

// Forget returns the request without the customer, who is erased: name, a keyed
// hash of their ID, takes the place of the ID.
func (r Request) Forget(name string) Request {
	if r.Customer != "" {
		r.Customer, r.Name = "", name
	}
	return r
}
