package frequency

import (
	"maps"
	"slices"
	"time"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// This file is about contacts of mailboxes. A contact belongs to a mailbox:
// all customers with the same address share it (docs/decisions/0029). Before a
// customer's address is known, the contact is the customer's own.

const (
	// MostIssues limits the service issues that a contact keeps. Of more than
	// that, those that began last stay.
	MostIssues = 20

	// mostMoved limits the list of customers who have left the mailbox. The list
	// only has to outlast the calls that were running when they left.
	mostMoved = 10
)

// Adopt returns the contact of a mailbox after a customer's own contact was
// added to it, because the customer's address became known. The profile is the
// one with the address; its service issues are added as well. An opt-out of
// either is kept. The receiver and own are not changed.
func (c Contact) Adopt(own Contact, of profile.Profile) Contact {
	if s := own.SuppressedFor(of.Email.Value); s != nil {
		here := *s
		here.Address = ""
		own.Suppressed = &here
	} else {
		own.Suppressed = nil
	}
	own.Waiting = slices.Clone(own.Waiting)
	for i, w := range own.Waiting {
		if w.Customer == "" { // an entry that was stored before contacts belonged to mailboxes
			own.Waiting[i].Customer = of.ID
		}
	}
	return c.join(own).arrived(of)
}

// Move returns the contacts of two mailboxes, from and to, after the address of
// the profile's customer changed from the first to the second. What goes with
// the customer is added to the second: opt-outs and opt-ins, wishes, the
// ledger, grants, the customer's waiting intents and service issues. An opt-out
// of either is kept. The suppression of an address stays with it.
//
// The first one names the customer as moved. So a claim that was decided before
// the change is refused, and a reader with an old profile notices it: see
// [Contact.HasMoved]. The arguments are not changed.
func Move(of profile.Profile, from, to Contact) (left, joined Contact) {
	customer, with := of.ID, from
	with.Suppressed, with.Issues, with.Moved = nil, nil, nil
	with.Waiting = slices.DeleteFunc(slices.Clone(from.Waiting), func(w Waiting) bool { return w.Customer != customer })
	joined = to.join(with).arrived(of)

	left = from
	left.Waiting = slices.DeleteFunc(slices.Clone(from.Waiting), func(w Waiting) bool { return w.Customer == customer })
	for order := range of.Issues() {
		left = left.WithIssue(order, profile.ServiceIssue{})
	}
	left.Moved = append(from.withoutMoved(customer).Moved, customer)
	left.Moved = left.Moved[max(0, len(left.Moved)-mostMoved):]
	return left, joined
}

// arrived returns the contact after a customer got its address: with the
// service issues of the customer's profile.
func (c Contact) arrived(of profile.Profile) Contact {
	c = c.withoutMoved(of.ID)
	issues := of.Issues()
	for _, order := range slices.Sorted(maps.Keys(issues)) {
		c = c.WithIssue(order, issues[order])
	}
	return c
}

// HasMoved reports whether the customer left this mailbox recently. A reader
// that was led here by the customer's profile must read the profile again.
func (c Contact) HasMoved(customer shop.CustomerID) bool { return slices.Contains(c.Moved, customer) }

// withoutMoved returns the contact without the customer in its list of those who
// moved away.
func (c Contact) withoutMoved(customer shop.CustomerID) Contact {
	c.Moved = slices.DeleteFunc(slices.Clone(c.Moved), func(id shop.CustomerID) bool { return id == customer })
	return c
}

// join returns the contact with all of other added. Of two consents on a topic
// an opt-out counts, whichever came later: only a later opt-in of the customer
// ends it.
func (c Contact) join(other Contact) Contact {
	c.Consents = maps.Clone(c.Consents)
	for topic, theirs := range other.Consents {
		ours, ok := c.Consents[topic]
		switch {
		case !ok:
			ours = theirs
		case ours.Given == theirs.Given:
			if theirs.outdates(ours) {
				ours = theirs
			}
		default:
			ours = Consent{Given: false, At: later(ours.At, theirs.At)}
		}
		if c.Consents == nil {
			c.Consents = map[shop.Topic]Consent{}
		}
		c.Consents[topic] = ours
	}
	c.Refused, c.Ordered = later(c.Refused, other.Refused), later(c.Ordered, other.Ordered)
	if other.Suppressed != nil {
		c = c.WithSuppression(*other.Suppressed)
	}
	c = c.WithWishes(other.Wishes)

	c.Ledger = slices.Clone(c.Ledger)
	for _, e := range other.Ledger {
		if i := slices.IndexFunc(c.Ledger, func(ours Entry) bool { return ours.Send == e.Send }); i < 0 {
			c.Ledger = append(c.Ledger, e)
		} else if e.At.After(c.Ledger[i].At) {
			c.Ledger[i] = e
		}
	}
	slices.SortStableFunc(c.Ledger, func(a, b Entry) int { return a.At.Compare(b.At) })

	for _, offer := range slices.Sorted(maps.Keys(other.Granted)) {
		for _, grant := range other.Granted[offer] {
			c = c.WithGrant(offer, grant)
		}
	}
	for _, w := range other.Waiting {
		c, _ = c.WithWaiting(w, time.Time{})
	}
	for _, order := range slices.Sorted(maps.Keys(other.Issues)) {
		c = c.WithIssue(order, other.Issues[order])
	}
	return c
}

// WithIssue returns the contact with the service issue of an order; a zero issue
// removes it. Of more than [MostIssues] orders, those whose issue began last
// stay. The receiver is not changed.
func (c Contact) WithIssue(order shop.OrderID, issue profile.ServiceIssue) Contact {
	c.Issues = maps.Clone(c.Issues)
	if issue == (profile.ServiceIssue{}) {
		delete(c.Issues, order)
		return c
	}
	if c.Issues == nil {
		c.Issues = map[shop.OrderID]profile.ServiceIssue{}
	}
	c.Issues[order] = issue
	for len(c.Issues) > MostIssues {
		var first shop.OrderID
		for _, id := range slices.Sorted(maps.Keys(c.Issues)) {
			if first == "" || since(c.Issues[id]).Before(since(c.Issues[first])) {
				first = id
			}
		}
		delete(c.Issues, first)
	}
	return c
}

// since returns when the latest issue of an order began.
func since(s profile.ServiceIssue) (latest time.Time) {
	for _, issue := range []*profile.Issue{s.Returned, s.Delayed, s.Cancelled} {
		if issue != nil {
			latest = later(latest, issue.Since)
		}
	}
	return latest
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// WithOrder returns the contact with the time of an order of a customer of the mailbox,
// and whether that is later than all that it knew. The receiver is not changed.
func (c Contact) WithOrder(at time.Time) (Contact, bool) {
	if !at.After(c.Ordered) {
		return c, false
	}
	c.Ordered = at
	return c, true
}
