package profile

import (
	"time"

	"regulars/shared/shop"
)

// ServiceIssue is the service issues of one order, by kind; nil if it had none
// of the kind.
type ServiceIssue struct {
	Returned  *Issue `json:"returned,omitempty"`  // products came back, for any cause
	Delayed   *Issue `json:"delayed,omitempty"`   // the parcel was late
	Cancelled *Issue `json:"cancelled,omitempty"` // for another cause than the customer's change of mind

	Promised time.Time `json:"promised,omitzero"` // the new delivery day of a late parcel; zero if unknown
}

// Issue is one service issue. Resolved is when it was resolved, by a refund or by
// the delivery; zero if it is open.
type Issue struct {
	Since    time.Time  `json:"since"`
	Resolved time.Time  `json:"right,omitzero"`
	Cause    shop.Cause `json:"cause,omitempty"`
}

// Worsens reports whether t pauses promotions that old did not pause, or for a
// longer time: t has an issue that old does not have, or an issue that was
// resolved in old is open in t, or was resolved later.
func (s ServiceIssue) Worsens(old ServiceIssue) bool {
	return s.Returned.worsens(old.Returned) || s.Delayed.worsens(old.Delayed) || s.Cancelled.worsens(old.Cancelled)
}

func (i *Issue) worsens(old *Issue) bool {
	switch {
	case i == nil:
		return false
	case old == nil || !i.Since.Equal(old.Since):
		return true
	}
	return !old.Resolved.IsZero() && (i.Resolved.IsZero() || i.Resolved.After(old.Resolved))
}

// setServiceIssue stores the service issue that the order has now, or removes
// the stored one if it has none.
func (p *Profile) setServiceIssue(order shop.Order) {
	issue := serviceIssueOf(order)
	p.ServiceIssues = copied(p.ServiceIssues)
	if issue == (ServiceIssue{}) {
		delete(p.ServiceIssues, order.ID)
		return
	}
	p.ServiceIssues[order.ID] = issue
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
	if order.Delay != nil && (order.Delivered.IsZero() || order.Delivered.After(order.Delay.At)) {
		s.Delayed = &Issue{Since: order.Delay.At, Resolved: order.Delivered, Cause: shop.CauseLate}
		s.Promised = order.Delay.Until
	}
	if order.Cancel != nil && order.Cancel.Cause != shop.CauseUnwanted {
		s.Cancelled = &Issue{Since: order.Cancel.At, Resolved: refunded, Cause: order.Cancel.Cause}
		if order.Paid.IsZero() && refunded.IsZero() { // nothing was paid, so there is nothing to refund
			s.Cancelled.Resolved = order.Cancel.At
		}
	}
	return s
}
