package frequency

import (
	"slices"
	"time"

	"regulars/shared/shop"
)

// How much of the ledger is kept beyond what today's policy needs, so that a cap
// whose window is made longer has a history to count.
const (
	keepFor     = 31 * 24 * time.Hour
	keepEntries = 100
)

// LargestCap limits [Cap].Max, and [MostCaps] the number of caps. Together they
// limit the ledger to keepEntries plus LargestCap entries for each cap, however
// many messages go out.
const (
	LargestCap = 50
	MostCaps   = 20
)

// With returns the contact with e in its ledger; e replaces an earlier entry of the
// same send. Entries that no window of p can reach from now on are removed. The
// receiver is not changed.
//
// Removing them never changes the result of [Policy.Check] under p, at now or
// later: for each cap only its Max latest entries matter.
func (c Contact) With(e Entry, now time.Time, p Policy) Contact {
	e.At = shop.Millis(e.At)
	ledger := append(c.Without(e.Send).Ledger, e) // Without has copied it
	slices.SortStableFunc(ledger, func(a, b Entry) int { return a.At.Compare(b.At) })
	c.Ledger = p.prune(ledger, now)
	return c
}

// Without returns the contact without the entry of that send. It is used before a
// claim is taken over, so that a message does not count against itself, and when a
// reservation is given back. The receiver is not changed.
func (c Contact) Without(send shop.SendID) Contact {
	c.Ledger = slices.DeleteFunc(slices.Clone(c.Ledger), func(e Entry) bool { return e.Send == send })
	return c
}

// prune removes in place the entries that no cap can reach; the ledger is oldest
// first.
func (p Policy) prune(ledger []Entry, now time.Time) []Entry {
	reach := p.reach()
	var used [MostCaps]int // by cap, how many later entries it counts
	caps := p.Caps[:min(len(p.Caps), MostCaps)]
	kept, marketing, counted := 0, 0, 0
	keep := make([]bool, len(ledger))
	for i, e := range slices.Backward(ledger) {
		if e.At.Before(now.Add(-reach)) {
			break
		}
		needed := kept < keepEntries
		if ofMarketing(e) {
			needed = needed || marketing == 0 // the pace counts from the latest, whenever it is chosen
			marketing++
		}
		if p.counts(e) {
			needed = needed || counted == 0 // the latest starts the gap
			counted++
			for i, limit := range caps {
				if limit.covers(e.Class, e.Tags) {
					needed = needed || used[i] < limit.Max
					used[i]++
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

// reach returns how far back the longest window of p reaches, keepFor at least.
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
