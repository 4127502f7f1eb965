package learning

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// longestGap is the longest gap between two purchases that is told from longer ones, in
// days.
const longestGap = 999

// tally counts what customers did with one product. All are sums of integers, so tallies
// of parts of the customers add up to that of all.
type tally struct {
	customers int
	recent    int             // customers whose last order with it was recent
	last      int             // customers whose last order had it
	again     int             // orders that had it, of customers who had bought it before
	could     int             // orders that could have had it again
	gaps      map[int16]int32 // customers by their mean days between two purchases
}

func newTally() tally { return tally{gaps: map[int16]int32{}} }

// add counts a customer who bought the product; the recent past begins at since.
func (t *tally) add(b purchased, since time.Time) {
	t.customers++
	t.again += len(b.orders) - 1
	t.could += b.of - 1 - int(b.place)
	if !b.last.Before(since) {
		t.recent++
	}
	if b.inLast {
		t.last++
	}
	if times := len(b.days); times > 1 {
		gap := math.Round(b.last.Sub(b.first).Hours() / 24 / float64(times-1))
		t.gaps[int16(max(1, min(gap, longestGap)))]++
	}
}

func (t *tally) merge(other tally) {
	t.customers += other.customers
	t.recent += other.recent
	t.last += other.last
	t.again += other.again
	t.could += other.could
	for gap, n := range other.gaps {
		t.gaps[gap] += n
	}
}

// repeaters returns how many customers bought the product on two days or more.
func (t *tally) repeaters() (all int) {
	for _, n := range t.gaps {
		all += int(n)
	}
	return all
}

// repeats returns the chance that an order contains the product if the customer
// bought it before. It is the counted share, drawn towards the shop's usual
// chance as if that had been seen in [recommend.RepeatPrior] more orders.
func (t *tally) repeats(usual float64) float64 {
	return (float64(t.again) + float64(recommend.RepeatPrior*usual)) / (float64(t.could) + recommend.RepeatPrior)
}

// every returns the median of the customers' mean days between two purchases, of an even
// number the shorter of the middle two; false for fewer customers than [FewestRhythms].
func (t *tally) every() (days int, known bool) {
	all, below := t.repeaters(), 0
	if all < FewestRhythms {
		return 0, false
	}
	for _, gap := range slices.Sorted(maps.Keys(t.gaps)) {
		if below += int(t.gaps[gap]); below >= (all+1)/2 {
			return int(gap), true
		}
	}
	return 0, false
}

// purchased is one product in one customer's history.
type purchased struct {
	product     shop.ProductID
	first, last time.Time
	orders      map[int32]bool // that had it, by place
	days        map[int64]bool
	place       int32 // of the first order that had it
	of          int   // orders of the customer
	inLast      bool  // the customer's last order had it
}

// basketOf returns the products of a history, the [LongestBasket] newest, the newest
// first.
func basketOf(history []Purchase) []purchased {
	orders := placesOf(history)
	at := map[shop.ProductID]int{}
	var all []purchased
	for _, p := range history {
		if p.Product == "" {
			continue
		}
		i, ok := at[p.Product]
		if !ok {
			i = len(all)
			at[p.Product] = i
			all = append(all, purchased{product: p.Product, first: p.At, last: p.At, orders: map[int32]bool{}, days: map[int64]bool{}, of: len(orders)})
		}
		b := &all[i]
		if p.At.Before(b.first) {
			b.first = p.At
		}
		if p.At.After(b.last) {
			b.last = p.At
		}
		b.orders[orders[p.At.UnixNano()]] = true
		b.days[p.At.Unix()/(24*3600)] = true
	}
	slices.SortFunc(all, func(a, b purchased) int {
		return cmp.Or(b.last.Compare(a.last), cmp.Compare(a.product, b.product))
	})
	all = all[:min(len(all), LongestBasket)]
	for i := range all {
		b := &all[i]
		b.place = orders[b.first.UnixNano()]
		b.inLast = int(orders[b.last.UnixNano()]) == len(orders)-1
	}
	return all
}

// placesOf returns the place of each order, 0 the oldest, by its time.
func placesOf(history []Purchase) map[int64]int32 {
	times := map[int64]int32{}
	for _, p := range history {
		if p.Product != "" {
			times[p.At.UnixNano()] = 0
		}
	}
	for place, at := range slices.Sorted(maps.Keys(times)) {
		times[at] = int32(place)
	}
	return times
}
