package decide

import (
	"maps"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// unresolvedFor is how long a service issue counts if no event resolves it: shops
// often do not report that a late parcel arrived.
const unresolvedFor = 60 * 24 * time.Hour

// Issues returns the service issues that count for a customer, by order: their
// own, and those of the other customers of their mailbox.
func Issues(p profile.Profile, c frequency.Contact) map[shop.OrderID]profile.ServiceIssue {
	if len(c.Issues) == 0 {
		return p.Issues()
	}
	all := maps.Clone(c.Issues)
	maps.Copy(all, p.Issues())
	return all
}

// ServiceIssue returns the open service issue of a mailbox at now ("returned",
// "delayed" or "cancelled"; of several the one that lasts longest), and until when
// promotions are paused because of it; "" if there is none.
//
// An issue lasts until it was resolved (by a refund or the delivery) and for the
// policy's number of days after that, or for [unresolvedFor] if no event resolves
// it.
func ServiceIssue(now time.Time, issues map[shop.OrderID]profile.ServiceIssue, pause shoppolicy.PromotionPause) (name string, until time.Time) {
	for _, of := range issues {
		for _, kind := range []struct {
			name  string
			issue *profile.Issue
			days  int // of pause after it was resolved
		}{
			{"cancelled", of.Cancelled, pause.AfterCancellation},
			{"delayed", of.Delayed, pause.AfterLateDelivery},
			{"returned", of.Returned, pause.AfterRefund},
		} {
			if kind.issue == nil {
				continue
			}
			over := kind.issue.Since.Add(unresolvedFor)
			if !kind.issue.Resolved.IsZero() {
				over = kind.issue.Resolved.AddDate(0, 0, kind.days)
			}
			if over.After(now) && (over.After(until) || over.Equal(until) && kind.name < name) {
				name, until = kind.name, over
			}
		}
	}
	return name, until
}
