package profile

import (
	"time"

	"regulars/shared/shop"
)

// Trouble is what went wrong with one order. Each part is nil where it did not.
type ServiceIssue struct {
	Returned  *Issue `json:"returned,omitempty"`  // goods came back, for whatever reason
	Delayed   *Issue `json:"delayed,omitempty"`   // the parcel was late
	Cancelled *Issue `json:"cancelled,omitempty"` // by the shop, not by a change of mind

	Promised time.Time `json:"promised,omitzero"` // a late parcel's new day, where one is known
}

// Wrong is one thing that went wrong and, once it has been, when it was put
// right: refunded, or delivered.
type Issue struct {
	Since time.Time  `json:"since"`
	Right time.Time  `json:"right,omitzero"`
	Cause shop.Cause `json:"cause,omitempty"`
}

// Worsens reports whether promotions have to rest that did not before, or for
// longer: something went wrong that old did not know of, or what old took for
// put right is not, or was put right later.
func (t ServiceIssue) Worsens(old ServiceIssue) bool {
	return t.Returned.worsens(old.Returned) || t.Delayed.worsens(old.Delayed) || t.Cancelled.worsens(old.Cancelled)
}

func (w *Issue) worsens(old *Issue) bool {
	switch {
	case w == nil:
		return false
	case old == nil || !w.Since.Equal(old.Since):
		return true
	}
	return !old.Right.IsZero() && (w.Right.IsZero() || w.Right.After(old.Right))
}

// remember keeps what is wrong with the order as it is now.
func (p *Profile) remember(order shop.Order) {
	trouble := serviceIssueOf(order)
	p.ServiceIssues = copied(p.ServiceIssues)
	if trouble == (ServiceIssue{}) {
		delete(p.ServiceIssues, order.ID)
		return
	}
	p.ServiceIssues[order.ID] = trouble
}

func serviceIssueOf(order shop.Order) ServiceIssue {
	var t ServiceIssue
	var refunded time.Time
	for _, refund := range order.Refunds {
		if refund.At.After(refunded) {
			refunded = refund.At
		}
	}
	for _, back := range order.Returns {
		if t.Returned == nil || back.At.After(t.Returned.Since) {
			t.Returned = &Issue{Since: back.At, Cause: back.Cause}
		} else if back.At.Equal(t.Returned.Since) {
			t.Returned.Cause = min(t.Returned.Cause, back.Cause)
		}
	}
	if t.Returned != nil && !refunded.Before(t.Returned.Since) {
		t.Returned.Right = refunded
	}
	if order.Delay != nil && (order.Delivered.IsZero() || order.Delivered.After(order.Delay.At)) {
		t.Delayed = &Issue{Since: order.Delay.At, Right: order.Delivered, Cause: shop.CauseLate}
		t.Promised = order.Delay.Until
	}
	if order.Cancel != nil && order.Cancel.Cause != shop.CauseUnwanted {
		t.Cancelled = &Issue{Since: order.Cancel.At, Right: refunded, Cause: order.Cancel.Cause}
		if order.Paid.IsZero() && refunded.IsZero() { // there was nothing to give back
			t.Cancelled.Right = order.Cancel.At
		}
	}
	return t
}
