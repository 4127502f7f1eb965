package points

import (
	"slices"
	"time"
)

// Tier is a step of a shop's loyalty scheme.
type Tier struct {
	Name  string            `json:"name"`            // what conditions call it
	From  int64             `json:"from"`            // points to be collected within the scheme's window; 0 for the first
	Named map[string]string `json:"named,omitempty"` // what messages call it, by language
}

// Collected is something that counts towards a tier: what an order earned, less
// what was taken back of it.
type Collected struct {
	At    time.Time
	Worth int64
}

// Standing is where a customer stands.
type Standing struct {
	Tier  string    // empty where not even the first was reached
	Worth int64     // collected within the window
	Next  string    // the tier above, empty at the top
	Needs int64     // what is missing to it
	Until time.Time // the tier is kept until then where nothing is collected; zero: without end
}

// Standing returns where a customer of this history stands at now. A tier is
// reached by what was collected within a window that ends at any moment up to
// now, and kept for the grace period after the last moment at which that was so.
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

// keeps returns until when the tier is kept, and whether that is after now. What
// a window holds falls only when something leaves it, so these moments, and now,
// are all that have to be looked at.
func (s Scheme) keeps(history []Collected, t Tier, now time.Time) (until time.Time, reached bool) {
	if t.From <= 0 {
		return time.Time{}, true
	}
	var last time.Time // the end of the latest time in which enough was collected
	for i, c := range history {
		// From c on, the window holds what was collected since; find when that
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

func within(history []Collected, after, until time.Time) (sum int64) {
	for _, c := range history {
		if c.At.After(after) && !c.At.After(until) {
			sum += c.Worth
		}
	}
	return sum
}

// Stands returns where the customer of this ledger stands at now: by the points
// that their orders earned, whether they are pending, spent or expired. An order
// that was given back in part counts for the rest, at the time it was placed; what
// offers granted does not count.
func (s Scheme) Stands(l Ledger, now time.Time) Standing {
	if len(s.Tiers) == 0 {
		return Standing{}
	}
	var history []Collected
	for _, lot := range l.lots() {
		if lot.Kind == Earn && lot.left > 0 {
			history = append(history, Collected{At: lot.At, Worth: int64(lot.left)})
		}
	}
	return s.Standing(history, now)
}
