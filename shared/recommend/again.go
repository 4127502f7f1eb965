package recommend

import (
	"math"
	"time"
)

const (
	day = 24 * time.Hour

	// ownRhythm is the number of orders with the item from which the
	// customer's own rhythm is used instead of the item's: three orders are
	// two intervals.
	ownRhythm = 3

	// early is the part of a rhythm after which an item is due: a message that
	// arrives only on the day itself is too late for many customers.
	early = 0.8
)

// again returns the item as a choice if it is due, else nil.
func (c *candidate) again(now time.Time) []*choice {
	due := dueness(now, c.own.Bought, c.row)
	if due == 0 {
		return nil
	}
	strength := c.score * due
	if c.score < 0 { // possible with a re-ranker
		strength = c.score / due
	}
	return []*choice{{c, againReason(c.own.Bought, c.row), strength}}
}

// dueness returns how well the time is right to buy the item again. It is 0
// if the item is not due, if its last purchase has no known time, or if the
// customer is not expected to repeat it. It is 1 from just before the end of
// the rhythm until twice the rhythm, and falls after that, because the
// customer may have stopped buying it.
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

// rhythm returns the time after which the customer will want the item again;
// 0 if they will not. One purchase is enough for items that are used up: the
// catalogue says so, or enough of their buyers bought them again. Other items
// need two orders of this customer.
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

// habit reports whether customers buy an item again so often that one purchase
// is enough to offer it again.
func habit(row Item) bool { return row.EveryDays > 0 && row.Again >= habitual && row.Again <= 1 }

// habitual is the least chance of a repeat in the next order that makes an
// item a habit.
const habitual = 0.25

// days returns n days, but at most a hundred years.
func days(n int) time.Duration { return time.Duration(min(n, 36_500)) * day }

// againReason returns the reason for a due item. If the customer bought it in
// two or more orders, the reason counts them and gives the rhythm if it is
// known. If they bought it once, it says after how many days others buy it
// again, else how long it lasts.
func againReason(b Bought, row Item) Reason {
	switch {
	case b.Orders >= 2:
		return Reason{Kind: ReasonAgain, Product: row.ID, Title: row.Title, Times: b.Orders, Days: int(math.Round(b.every().Hours() / 24))}
	case row.EveryDays > 0:
		return Reason{Kind: ReasonOthers, Product: row.ID, Title: row.Title, Days: row.EveryDays}
	}
	return Reason{Kind: ReasonUsedUp, Product: row.ID, Title: row.Title, Days: row.Used}
}
