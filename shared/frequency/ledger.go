package frequency

import (
	"slices"
	"time"

	"regulars/shared/shop"
)

// How much of the ledger is kept beyond what the policy of today needs, so that
// a rule which is made longer finds a history to count.
const (
	keepFor     = 31 * 24 * time.Hour
	keepEntries = 100
)

// LargestCap bounds Rule.Max and the customer's own limit, and [MostCaps] the
// number of rules; together they bound the ledger: at most keepEntries plus
// LargestCap entries for each rule, however many messages go out.
const (
	LargestCap = 50
	MostCaps   = 20
)

// With returns the contact with e in its ledger, in the place of an earlier
// entry of the same send, and without the entries that no window of p can reach
// from now on. The receiver is not changed.
//
// Pruning never changes what [Policy.Check] says under p, at now or later: for
// each rule only its Max latest entries can matter.
func (c Contact) With(e Entry, now time.Time, p Policy) Contact {
	e.At = shop.Millis(e.At)
	ledger := append(c.Without(e.Send).Ledger, e) // Without has copied it
	slices.SortStableFunc(ledger, func(a, b Entry) int { return a.At.Compare(b.At) })
	c.Ledger = p.prune(ledger, now, c.Own)
	return c
}

// Without returns the contact without the entry of that send: before a claim is
// taken over, so that a message does not count against itself, and when a slot
// is given back. The receiver is not changed.
func (c Contact) Without(send shop.SendID) Contact {
	c.Ledger = slices.DeleteFunc(slices.Clone(c.Ledger), func(e Entry) bool { return e.Send == send })
	return c
}

// perWeek returns the customer's own limit, cut to what the ledger can hold.
func (l Limits) perWeek() (int, bool) {
	if l.PerWeek == nil {
		return 0, false
	}
	return min(*l.PerWeek, LargestCap), true
}

// prune drops, in place, what no rule can reach; the ledger is oldest first.
func (p Policy) prune(ledger []Entry, now time.Time, own Limits) []Entry {
	reach := p.reach()
	limit, limited := own.perWeek()
	var used [MostCaps]int // by rule, how many later entries it sees
	rules := p.Caps[:min(len(p.Caps), MostCaps)]
	kept, promotions, counted := 0, 0, 0
	keep := make([]bool, len(ledger))
	for i, e := range slices.Backward(ledger) {
		if e.At.Before(now.Add(-reach)) {
			break
		}
		needed := kept < keepEntries
		if e.Class == shop.ClassPromotion && limited {
			needed = needed || promotions < limit
			promotions++
		}
		if p.counts(e) {
			needed = needed || counted == 0 // the latest starts the gap
			counted++
			for r, rule := range rules {
				if rule.covers(e.Class, e.Tags) {
					needed = needed || used[r] < rule.Max
					used[r]++
				}
			}
		}
		if needed {
			keep[i] = true
			kept++
		}
	}
	n := 0
	for i, e := range ledger {
		if keep[i] {
			ledger[n] = e
			n++
		}
	}
	clear(ledger[n:])
	return ledger[:n]
}

// reach returns how far back any window of p can look, and no less than keepFor.
func (p Policy) reach() time.Duration {
	const longestDay = 26 * time.Hour // 25 hours, and zones with odd changes
	reach := max(keepFor, p.MinGap)
	for _, r := range p.Caps {
		switch r.Window.Calendar {
		case Day:
			reach = max(reach, longestDay)
		case Week:
			reach = max(reach, 6*24*time.Hour+longestDay)
		default:
			reach = max(reach, r.Window.Rolling)
		}
	}
	return reach + p.Slack
}
