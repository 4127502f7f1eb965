package points

import (
	"slices"
	"time"
)

// Tier is one tier of a scheme.
type Tier struct {
	Name  string            `json:"name"`            // its name in conditions
	From  int64             `json:"from"`            // points to be earned within the scheme's window; 0 for the first
	Named map[string]string `json:"named,omitempty"` // its name in messages, by language
}

// Collected is the points of one order that count towards a tier: those that it
// earned, less those that were taken back.
type Collected struct {
	At    time.Time
	Worth int64
}

// Standing is a customer's tier, and what is missing to the next.
type Standing struct {
	Tier  string    // empty if not even the first was reached
	Worth int64     // points earned within the window that ends now
	Next  string    // the tier above, empty at the top
	Needs int64     // points that are missing to Next
	Later int64     // points of orders within the window that count once these are paid
	Until time.Time // the end of the tier if nothing more is earned; zero: it has no end
}

// Standing returns the tier at now of a customer with this history. A tier is
// reached if a window that ends at any time up to now has enough points, and is
// kept for the grace period after the last such time.
func (s Scheme) Standing(history []Collected, now time.Time) (at Standing) {
	history = slices.DeleteFunc(slices.Clone(history), func(c Collected) bool { return c.At.After(now) })
	slices.SortFunc(history, func(a, b Collected) int { return a.At.Compare(b.At) })
	at.Worth = within(history, now.Add(-s.Window), now)
	for i, t := range s.Tiers {
		until, reached := s.keeps(history, t, now)
		if !reached {
			at.Next, at.Needs = t.Name, t.From-at.Worth
			break
		}
		at.Tier, at.Until = s.Tiers[i].Name, until
	}
	return at
}

// keeps returns until when the tier is kept, and whether that is after now. The
// sum of a window falls only when an order leaves it, so only these times have
// to be checked.
func (s Scheme) keeps(history []Collected, t Tier, now time.Time) (until time.Time, reached bool) {
	if t.From <= 0 {
		return time.Time{}, true
	}
	var last time.Time // the latest time up to which a window has enough points
	for i, c := range history {
		// After c the sum of the window falls as orders leave it; find when it
		// falls below the tier.
		sum := within(history[:i+1], c.At.Add(-s.Window), c.At)
		for _, old := range history[:i+1] {
			if old.At.After(c.At.Add(-s.Window)) && sum >= t.From {
				if leaves := old.At.Add(s.Window); leaves.After(last) {
					last = leaves
				}
				sum -= old.Worth
			}
		}
	}
	until = last.Add(s.Grace)
	return until, !last.IsZero() && until.After(now)
}

// within returns the points that were earned after one time and until another.
func within(history []Collected, after, until time.Time) (sum int64) {
	for _, c := range history {
		if c.At.After(after) && !c.At.After(until) {
			sum += c.Worth
		}
	}
	return sum
}

// StandingOf returns the tier at now of the customer with this ledger: by the
// points that their orders earned, whether these are pending, active, spent or
// expired. Points of an order that is not paid do not count. An order that was
// refunded in part counts for the rest, at the time at which it was placed.
// Points that offers granted do not count.
func (s Scheme) StandingOf(l Ledger, now time.Time) Standing {
	if len(s.Tiers) == 0 {
		return Standing{}
	}
	var history []Collected
	later := int64(0)
	for _, lot := range l.lots() {
		switch at := lot.end(); {
		case lot.Kind != Earn || lot.left <= 0:
		case !lot.Unpaid:
			history = append(history, Collected{At: at, Worth: int64(lot.left)})
		case at.After(now.Add(-s.Window)) && !at.After(now):
			later += int64(lot.left)
		}
	}
	standing := s.Standing(history, now)
	standing.Later = later
	return standing
}
