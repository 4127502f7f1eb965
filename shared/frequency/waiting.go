package frequency

import (
	"slices"
	"time"

	"regulars/shared/shop"
)

// MostWaiting limits the waiting list of one mailbox, so that the contact stays a
// small item.
const MostWaiting = 20

// Waiting is an entry of the waiting list: an intent that waits for its time
// without a reservation.
//
// The list is only a hint. Before a message is sent to the customer, it shows which
// other intents compete, so that the best is sent first (docs/decisions/0018). An
// entry can be missing, and an entry can remain after its send has ended: read the
// send's record before acting on one. No promise of docs/guarantees.md depends on
// the list.
type Waiting struct {
	Customer shop.CustomerID `json:"customer,omitempty"`
	Campaign shop.CampaignID `json:"campaign"`
	Version  int             `json:"version"`
	Occasion string          `json:"occasion"`
	Order    shop.OrderID    `json:"order,omitempty"`
	NotAfter time.Time       `json:"not_after"`
}

// same reports whether both entries are of one send.
func (w Waiting) same(other Waiting) bool {
	return w.Customer == other.Customer && w.Campaign == other.Campaign && w.Version == other.Version && w.Occasion == other.Occasion
}

// WithWaiting returns the contact with w on its waiting list, and whether that
// changed the list. Entries that have expired by now are removed; of more than
// [MostWaiting] entries those that expire first stay. The receiver is not changed.
func (c Contact) WithWaiting(w Waiting, now time.Time) (Contact, bool) {
	w.NotAfter = shop.Millis(w.NotAfter)
	if slices.Contains(c.Waiting, w) {
		return c, false
	}
	c, _ = c.WithoutWaiting(now, w) // an earlier entry of the same send
	waiting := append(slices.Clone(c.Waiting), w)
	slices.SortStableFunc(waiting, func(a, b Waiting) int { return a.NotAfter.Compare(b.NotAfter) })
	if len(waiting) > MostWaiting {
		waiting = waiting[:MostWaiting]
	}
	c.Waiting = waiting
	return c, slices.Contains(waiting, w)
}

// WithoutWaiting returns the contact without these entries of its waiting list, and
// whether one of them was on it. Entries that have expired by now are removed as
// well. The receiver is not changed.
func (c Contact) WithoutWaiting(now time.Time, gone ...Waiting) (Contact, bool) {
	found := false
	var waiting []Waiting
	for _, w := range c.Waiting {
		switch {
		case slices.ContainsFunc(gone, w.same):
			found = true
		case !now.After(w.NotAfter):
			waiting = append(waiting, w)
		}
	}
	c.Waiting = waiting
	return c, found
}
