package recommend

import (
	"math"
	"time"
)

const (
	day = 24 * time.Hour

	// ownRhythm is from how many buys on the customer's own rhythm outweighs
	// the item's: three buys are two intervals.
	ownRhythm = 3

	// early is the part of a rhythm after which an item is due: a message that
	// comes on the very day comes too late for many.
	early = 0.8
)

// again returns the choice of an item that is due; none where it is not.
func (c *candidate) again(now time.Time) []*choice {
	due := dueness(now, c.own.Bought, c.row)
	if due == 0 {
		return nil
	}
	strength := c.score * due
	if c.score < 0 { // a re-ranker's may be
		strength = c.score / due
	}
	return []*choice{{c, againReason(c.own.Bought, c.row), strength}}
}

// dueness returns how well it is time for the item again: 0 where it is not due,
// nobody knows when it was bought or nobody would repeat it, 1 from just before its time until twice of it, and
// less and less after that, when they have perhaps stopped.
func dueness(now time.Time, b Bought, row Item) float64 {
	rhythm := rhythm(b, row)
	if rhythm <= 0 || b.Last.IsZero() {
		return 0
	}
	elapsed := float64(now.Sub(b.Last)) / float64(rhythm)
	switch {
	case elapsed < early:
		return 0
	case elapsed <= 2:
		return 1
	}
	return 2 / elapsed
}

// rhythm returns after how long the customer will want the item again; 0 where
// they will not. Items that are used up, by the catalogue or because enough who
// bought them did so again, come back after one buy; others only where the
// customer bought them in two orders.
func rhythm(b Bought, row Item) time.Duration {
	own := b.every()
	switch {
	case b.Orders < 2 && row.Used <= 0 && !habit(row):
		return 0
	case b.Orders >= ownRhythm && own >= day:
		return own
	case row.EveryDays > 0:
		return days(row.EveryDays)
	case row.Used > 0:
		return days(row.Used)
	case own >= day:
		return own
	}
	return 0
}

// habit reports whether an item is bought again so often that it is offered again
// to who bought it once.
func habit(row Item) bool { return row.EveryDays > 0 && row.Again >= habitual && row.Again <= 1 }

// habitual is the least chance of a repeat in the next order that makes a habit.
const habitual = 0.25

// days returns n days, a hundred years at most.
func days(n int) time.Duration { return time.Duration(min(n, 36_500)) * day }

// againReason returns what can be said of a due item: their own repeats, with the
// rhythm where there is one; of what they bought once, how long it lasts or after
// how long others buy it again.
func againReason(b Bought, row Item) Reason {
	switch {
	case b.Orders >= 2:
		return Reason{Kind: ReasonAgain, Product: row.ID, Title: row.Title, Times: b.Orders, Days: int(math.Round(b.every().Hours() / 24))}
	case row.EveryDays > 0:
		return Reason{Kind: ReasonOthers, Product: row.ID, Title: row.Title, Days: row.EveryDays}
	}
	return Reason{Kind: ReasonUsedUp, Product: row.ID, Title: row.Title, Days: row.Used}
}
