package recommend

import (
	"math"
	"time"

	"regulars/shared/shop"
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

// again returns the items that are due, best first.
func (k known) again(now time.Time, items map[shop.ProductID]Item, opt Options) []choice {
	var out []choice
	for _, b := range k.items {
		row, ok := items[b.Product]
		if !ok || b.unwelcome() || !offered(b.Product, row, opt) {
			continue
		}
		due := dueness(now, b.Bought, row)
		reason, ok := againReason(b.Bought, row)
		if due == 0 || !ok {
			continue
		}
		often := float64(b.Orders) / float64(b.Orders+1)
		out = append(out, choice{Pick{row.Product, often * due, reason}, row.Customers})
	}
	return sorted(out)
}

// dueness returns how well it is time for the item again: 0 where it is not due
// or nobody would repeat it, 1 from just before its time until twice of it, and
// less and less after that, when they have perhaps stopped.
func dueness(now time.Time, b Bought, row Item) float64 {
	rhythm := rhythm(b, row)
	if rhythm <= 0 {
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
// they will not. Items that are used up come back after one buy, others only
// where the customer bought them in two orders.
func rhythm(b Bought, row Item) time.Duration {
	own := b.every()
	switch {
	case b.Orders < 2 && row.Used <= 0:
		return 0
	case b.Orders >= ownRhythm && own >= day:
		return own
	case row.EveryDays > 0:
		return time.Duration(row.EveryDays) * day
	case row.Used > 0:
		return time.Duration(row.Used) * day
	case own >= day:
		return own
	}
	return 0
}

// againReason returns what can be said of a due item: their own rhythm where
// they have one, else that others buy it.
func againReason(b Bought, row Item) (Reason, bool) {
	if days := int(math.Round(b.every().Hours() / 24)); b.Orders >= 2 && days >= 1 {
		return Reason{Kind: ReasonAgain, Product: row.ID, Title: row.Title, Times: b.Orders, Days: days}, true
	}
	return Reason{Kind: ReasonPopular, Customers: row.Customers}, row.Customers >= FewestCustomers
}
