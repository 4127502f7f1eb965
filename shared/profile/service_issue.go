package profile

import (
	"maps"
	"time"

	"regulars/shared/shop"
)

// ServiceIssue is the service issues of one order, by kind; nil if it had none
// of the kind.
type ServiceIssue struct {
	Returned  *Issue `json:"returned,omitempty"`  // products came back, for any cause
	Delayed   *Issue `json:"delayed,omitempty"`   // the parcel was late
	Cancelled *Issue `json:"cancelled,omitempty"` // for a cause that the shop apologizes for

	Promised time.Time `json:"promised,omitzero"` // the new delivery day of a late parcel; zero if unknown

	// Orders is set in a sum only, see [Profile.Issues]: how many older orders had an
	// issue of this kind that began, or was resolved, on one day.
	Orders int `json:"orders,omitempty"`
}

// Issue is one service issue. Resolved is when it was resolved, by a refund or by
// the delivery; zero if it is open.
type Issue struct {
	Since    time.Time  `json:"since"`
	Resolved time.Time  `json:"right,omitzero"`
	Cause    shop.Cause `json:"cause,omitempty"`
}

// How long the service issues of orders that are not kept whole stay in a
// profile, counted back from the customer's newest order.
const (
	// issueWhole is how long an issue stays under its order after its latest
	// change: longer than a message about it may wait.
	issueWhole = 10 * day

	// How long it counts in a sum after that: longer than any promotion pause, which
	// is 365 days after the issue was resolved at most (see package shoppolicy), or 60
	// days if it is open (see package decide).
	resolvedSummed = 367 * day
	openSummed     = 62 * day

	day = 24 * time.Hour
)

// setServiceIssue stores the service issue that the order has now, or removes
// the stored one if it has none.
func (p *Profile) setServiceIssue(old, new shop.Order) {
	p.ServiceIssues = copied(p.ServiceIssues)
	before, now := serviceIssueOf(old), serviceIssueOf(new)
	if _, whole := p.ServiceIssues[new.ID]; !whole && before != (ServiceIssue{}) {
		p.sumIssue(before, -1)
	}
	delete(p.ServiceIssues, new.ID)
	if now != (ServiceIssue{}) {
		p.ServiceIssues[new.ID] = now
	}
}

// foldIssues moves the issues of older orders that have not changed for a while
// into sums, and removes the sums that cannot pause promotions any more. What it
// keeps depends on the issues and on the newest order only, so it is the same
// for any order of events.
func (p *Profile) foldIssues() {
	newest := p.newest()
	for id, issue := range maps.Clone(p.ServiceIssues) {
		switch {
		case issue.Orders > 0: // a sum of one day, as profiles had them before they had IssueDays
			delete(p.ServiceIssues, id)
			p.takeSum(issue)
		case !issue.latest().Add(issueWhole).After(newest) && !p.keepsWhole(id):
			delete(p.ServiceIssues, id)
			p.sumIssue(issue, +1)
		}
	}
	p.foldDays()
}

// takeSum adds a sum of one kind and day, whose times are the end of the day.
func (p *Profile) takeSum(of ServiceIssue) {
	for _, kind := range issueKinds {
		issue := *kind.of(&of)
		switch {
		case issue == nil:
		case issue.Resolved.IsZero():
			p.sumDay(kind.name+begun, issue.Since.Add(-day), of.Orders)
		default:
			p.sumDay(kind.name+resolved, issue.Resolved.Add(-day), of.Orders)
		}
	}
}

// latest returns the time of the latest change of the order's issues.
func (s ServiceIssue) latest() (at time.Time) {
	for _, issue := range []*Issue{s.Returned, s.Delayed, s.Cancelled} {
		if issue == nil {
			continue
		}
		for _, t := range []time.Time{issue.Since, issue.Resolved} {
			if t.After(at) {
				at = t
			}
		}
	}
	return at
}

// Returns is the number of the customer's orders of which something was
// returned.
func (p Profile) Returns() int {
	n := p.Returned
	for _, issue := range p.ServiceIssues {
		if issue.Returned != nil && issue.Orders == 0 {
			n++
		}
	}
	return n
}

func serviceIssueOf(order shop.Order) ServiceIssue {
	var s ServiceIssue
	var refunded time.Time
	for _, refund := range order.Refunds {
		if refund.At.After(refunded) {
			refunded = refund.At
		}
	}
	for _, back := range order.Returns {
		if s.Returned == nil || back.At.After(s.Returned.Since) {
			s.Returned = &Issue{Since: back.At, Cause: back.Cause}
		} else if back.At.Equal(s.Returned.Since) {
			s.Returned.Cause = min(s.Returned.Cause, back.Cause)
		}
	}
	if s.Returned != nil && !refunded.Before(s.Returned.Since) {
		s.Returned.Resolved = refunded
	}
	if arrived := order.Arrived(); order.Delay != nil && (arrived.IsZero() || arrived.After(order.Delay.At)) {
		s.Delayed = &Issue{Since: order.Delay.At, Resolved: arrived, Cause: shop.CauseLate}
		s.Promised = order.Delay.Until
	}
	if order.Cancel != nil && order.Cancel.Cause.Apologizes() {
		s.Cancelled = &Issue{Since: order.Cancel.At, Resolved: refunded, Cause: order.Cancel.Cause}
		if order.Paid.IsZero() && refunded.IsZero() { // nothing was paid, so there is nothing to refund
			s.Cancelled.Resolved = order.Cancel.At
		}
	}
	return s
}
