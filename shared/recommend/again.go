package recommend

import (
	"math"
	"time"
)

const (
	day = 24 * time.Hour

	// ownRhythm is the number of days on which the customer ordered the item
	// from which they can have a rhythm of their own: three are two intervals.
	ownRhythm = 3

	// shortestSpan is the least time from the first of these days to the last.
	// Three orders in one week are one occasion, not a rhythm.
	shortestSpan = 14 * day

	// unsteady is the largest dispersion of a rhythm: the standard deviation of
	// its intervals as a part of their mean. Of two intervals the longer one is
	// then at most twice the shorter.
	unsteady = 0.5

	// broken is the time since the last order, in intervals of a rhythm, from
	// which the rhythm is no longer true.
	broken = 3

	// early is the part of a rhythm after which an item is due: a message that
	// arrives only on the day itself is too late for many customers.
	early = 0.8

	// shortestWait is the least time after which an item is offered again that
	// is neither used up nor usually bought again.
	shortestWait = 28 * day
)

// again returns the item as a choice if it is due, else nil.
func (c *candidate) again(now time.Time) *choice {
	due := dueness(now, &c.own.Bought, &c.row)
	if due == 0 {
		return nil
	}
	strength := c.score * due
	if c.reranked { // a logarithm of odds
		strength = c.score + math.Log(due)
	}
	return &choice{c, againReason(now, &c.own.Bought, &c.row), strength}
}

// dueness returns how well the time is right to buy the item again. It is 0
// if the item is not due, if its last purchase has no known time, or if the
// customer is not expected to repeat it. It is 1 from just before the end of
// the wait until twice the wait, and falls after that, because the customer
// may have stopped buying it.
func dueness(now time.Time, b *Bought, row *Item) float64 {
	wait := wait(b, row)
	if wait <= 0 || b.Last.IsZero() {
		return 0
	}
	elapsed := float64(now.Sub(b.Last)) / float64(wait)
	switch {
	case elapsed < early:
		return 0
	case elapsed <= 2:
		return 1
	}
	return 2 / elapsed
}

// wait returns the time after which the customer will want the item again; 0
// if they will not. One purchase is enough for an item that is used up (the
// catalogue says so) or that is a habit of its buyers. Another item is offered
// again only if this customer bought it in two orders or more.
func wait(b *Bought, row *Item) time.Duration {
	own := b.rhythm()
	switch {
	case b.Orders < 2 && row.Used <= 0 && !habit(row):
		return 0
	case own > 0 && repeats(row):
		return own
	case usual(row) && row.EveryDays > 0:
		return days(row.EveryDays)
	case row.Used > 0:
		return days(row.Used)
	case row.EveryDays > 0:
		return max(days(row.EveryDays), shortestWait)
	case b.every() >= day:
		return max(b.every(), shortestWait)
	}
	return 0
}

// Lasts returns how long the customer can do with what they bought of the item, from
// its last purchase on: their own rhythm (own is true), or else what its buyers
// usually do or how long the catalogue says that it lasts. It is 0 for an item that
// is not bought again and again, that was returned, or whose last purchase has no
// known time.
func (b Bought) Lasts(row Item) (lasts time.Duration, own bool) {
	switch rhythm := b.rhythm(); {
	case !repeats(&row) || b.returned() || b.Last.IsZero():
		return 0, false
	case rhythm > 0:
		return rhythm, true
	case usual(&row) && row.EveryDays > 0:
		return days(row.EveryDays), false
	case row.Used > 0:
		return days(row.Used), false
	}
	return 0, false
}

// Reminder returns the item as a pick that reminds of it, whether it is due by the
// engine's own measure or not; false if it cannot be shown. Its reason says when the
// customer last bought it.
func (b Bought) Reminder(now time.Time, row Item) (Pick, bool) {
	if !offered(&row, Options{}) {
		return Pick{}, false
	}
	reason := againReason(now, &b, &row)
	reason.On = b.on()
	return Pick{Product: row.Product, Score: 1, Reason: reason}, true
}

// repeats reports whether the item is one to buy again and again: it is used
// up, or its buyers usually repeat it. No other item has a rhythm, however
// often a customer bought it.
func repeats(row *Item) bool { return row.Used > 0 || usual(row) }

// usual reports whether enough of the item's buyers bought it again to speak of
// what they do: [FewestRepeaters] of them, and a quarter of all.
func usual(row *Item) bool {
	return row.Repeaters >= FewestRepeaters && 4*row.Repeaters >= row.Customers
}

// FewestRepeaters is how many customers must have bought a product again before
// their median is printed as what customers do.
const FewestRepeaters = 10

// habit reports whether the next order of a buyer has the item so often that
// one purchase is enough to offer it again.
func habit(row *Item) bool { return usual(row) && row.Again >= habitual && row.Again <= 1 }

// habitual is the least chance of a repeat in the next order that makes an
// item a habit.
const habitual = 0.25

// rhythm returns the customer's own time between two orders with the item; 0
// if they have no rhythm: with fewer than ownRhythm days of orders, if these
// are not spread over time, or if the time of one order is not known.
func (b *Bought) rhythm() time.Duration {
	if len(b.Times) < max(b.Orders, ownRhythm) {
		return 0
	}
	gaps := 0
	var mean, squares float64 // of the gaps in days; squares of their distances to the mean
	last := b.Times[0]
	for _, at := range b.Times[1:] { // newest first
		gap := last.Sub(at)
		if gap < day {
			continue
		}
		last = at
		gaps++
		off := gap.Hours()/24 - mean
		mean += off / float64(gaps)
		squares += float64(off * (gap.Hours()/24 - mean))
	}
	if gaps < ownRhythm-1 || b.Times[0].Sub(last) < shortestSpan {
		return 0
	}
	if deviation := math.Sqrt(squares / float64(gaps-1)); deviation > unsteady*mean {
		return 0
	}
	return time.Duration(mean * float64(day))
}

// expected returns a guess of the time after which the customer orders the item
// again, for a re-ranker: 0 if nothing is known. It is not certain enough to be
// printed or to be waited for; see rhythm and wait.
func expected(b Bought, row Item) time.Duration {
	own := b.every()
	switch {
	case b.Orders < 2 && row.Used <= 0 && !(row.EveryDays > 0 && row.Again >= habitual && row.Again <= 1):
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

// days returns n days, but at most a hundred years.
func days(n int) time.Duration { return time.Duration(min(n, 36_500)) * day }

// againReason returns the reason for a due item. If the customer bought it in
// two or more orders, the reason counts them, and gives their rhythm if they
// have one and still keep it. If they bought it once, it says how many others
// bought it again and after how long, else how long it lasts.
func againReason(now time.Time, b *Bought, row *Item) Reason {
	r := Reason{Kind: ReasonUsedUp, Product: row.ID, Title: row.Title, Days: row.Used}
	switch {
	case b.Orders >= 2:
		r.Kind, r.Times, r.Days = ReasonAgain, b.Orders, 0
		if every := b.rhythm(); repeats(row) && now.Sub(b.Last) <= broken*every {
			r.Days = int(math.Round(every.Hours() / 24))
		}
	case usual(row) && row.EveryDays > 0:
		r.Kind, r.Customers, r.Days = ReasonOthers, row.Repeaters, row.EveryDays
	}
	return r
}
