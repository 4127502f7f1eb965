package frequency

import (
	"slices"
	"time"

	"regulars/shared/shop"
)

// MostWaiting bounds the list of what waits for one customer, so that their
// contact stays a small item.
const MostWaiting = 20

// Waiting is a message that waits for its time without holding a slot.
//
// The list of them is a hint and no more: it tells whoever is about to send the
// customer something what else would like to go, so that the better one goes
// (docs/decisions/0018). An entry can be missing, and one can be left over of a
// send that has ended; whoever acts on one reads the send's record first. No
// promise hangs on the list.
type Waiting struct {
	Campaign shop.CampaignID `json:"campaign"`
	Version  int             `json:"version"`
	Occasion string          `json:"occasion"`
	Order    shop.OrderID    `json:"order,omitempty"`
	NotAfter time.Time       `json:"not_after"`
}

// same reports whether both are of one send.
func (w Waiting) same(other Waiting) bool {
	return w.Campaign == other.Campaign && w.Version == other.Version && w.Occasion == other.Occasion
}

// WithWaiting returns the contact with w on the list of what waits, and whether
// that changes it. What expired by now leaves the list; of more than
// [MostWaiting] those stay that expire first. The receiver is not changed.
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

// WithoutWaiting returns the contact without those on the list of what waits,
// and whether one of them was on it. What expired by now leaves it as well. The
// receiver is not changed.
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
