package recommend

import (
	"cmp"
	"math"
	"slices"
	"time"

	"regulars/shared/shop"
)

// History is what one customer bought, in any order. Of more than
// [LongestHistory] products the newest are looked at. [HistoryOf] makes one.
type History struct {
	Items  []Bought
	Orders int // how many orders they placed; 0: not known, then as many as Items speak of
}

// LongestHistory bounds the work for one customer.
const LongestHistory = 200

// Bought is one product in a customer's history.
type Bought struct {
	Product  shop.ProductID
	Orders   int       // how many of their orders had it, 1 or more; cancelled ones do not count
	Units    int       // net of returned ones; 0 or less: all of it went back
	First    time.Time // their first order with it; zero where it is not known: then no rhythm is told
	Last     time.Time // their latest
	Since    int       // how many orders they placed after that one
	Places   []int     // of its orders, newest first: how many orders came after each; those that are only summed are not in it
	Returned bool      // some of it came back
}

// unwelcome reports whether the customer will not want to hear of it.
func (b Bought) unwelcome() bool { return b.Returned || b.Units <= 0 }

// every returns the customer's own mean time between two orders with it; 0
// where they bought it once, or nobody knows since when.
func (b Bought) every() time.Duration {
	if b.Orders < 2 || b.First.IsZero() || !b.Last.After(b.First) {
		return 0
	}
	return b.Last.Sub(b.First) / time.Duration(b.Orders-1)
}

// on returns when they last bought it; zero where that is not known for certain.
func (b Bought) on() time.Time {
	if len(b.Places) == 0 {
		return time.Time{}
	}
	return b.Last
}

// lately returns how many orders had the item, each of which counts for less with
// each order that came after it.
func (b Bought) lately() float64 {
	var sum float64
	for _, since := range b.Places[:min(len(b.Places), longestPast)] {
		sum += math.Pow(decay, float64(max(0, min(since, longestPast))))
	}
	if rest := b.Orders - len(b.Places); rest > 0 { // longer ago than can be told
		oldest := b.Since
		if n := len(b.Places); n > 0 {
			oldest = b.Places[n-1]
		}
		sum += float64(min(rest, longestPast)) * math.Pow(decay, float64(max(0, min(oldest, longestPast))))
	}
	return sum
}

const (
	decay       = 0.9 // of an order, with each one after it
	longestPast = 100 // orders; what is longer ago weighs nothing
)

// known is a history in order: what to read first comes first, each product once.
type known struct {
	items  []*weighted
	bought map[shop.ProductID]int // all of it, also what is too long ago for items
	orders int
	shelf  shelf
}

// weighted is an item with what it tells of the customer; a power of 0 tells
// nothing, for it went back.
type weighted struct {
	Bought
	power float64 // in what it leads to: 1, or anchored
	often float64 // how many orders had it, the latest counting most
	pull  float64 // to be read first
}

// anchored is how many times stronger an item of the order at hand is.
const anchored = 4

// know puts a history in order, by pull: the order at hand first, then what was
// bought often and lately and is popular of late. The rows of popular products
// lead to more, and cut to 20 sources that counts for more than how often the
// customer bought them. Ties go to the newest, then by ID.
func know(h History, popular []Popular, anchor []shop.ProductID) known {
	items, at := merged(h.Items)
	k := known{bought: at, orders: h.Orders, shelf: shelfOf(popular)}
	for _, b := range items {
		k.orders = max(k.orders, b.Orders, b.Since+1)
	}
	if len(items) > LongestHistory {
		slices.SortFunc(items, func(a, b Bought) int {
			return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Since, b.Since), cmp.Compare(a.Product, b.Product))
		})
		items = items[:LongestHistory]
	}
	all := make([]weighted, len(items))
	k.items = make([]*weighted, len(items))
	for i, b := range items {
		w := &all[i]
		*w = weighted{Bought: b, power: 1, often: b.lately()}
		w.pull = math.Sqrt(w.often) / float64(leading+k.shelf.rank(b.Product))
		switch {
		case b.unwelcome():
			w.power, w.pull = 0, -1
		case slices.Contains(anchor, b.Product):
			w.power, w.pull = anchored, w.pull+1
		}
		k.items[i] = w
	}
	slices.SortFunc(k.items, func(a, b *weighted) int {
		return cmp.Or(cmp.Compare(b.pull, a.pull), b.Last.Compare(a.Last), cmp.Compare(a.Since, b.Since), cmp.Compare(a.Product, b.Product))
	})
	return k
}

// leading is how far the pull of a popular product reaches: that of the first
// is six times that of one which is not among the [MostPopular].
const leading = 20

// merged returns a copy in which each product is once, and the place of each.
func merged(items []Bought) ([]Bought, map[shop.ProductID]int) {
	at := make(map[shop.ProductID]int, len(items))
	out := make([]Bought, 0, len(items))
	for _, b := range items {
		if b.Product == "" || b.Orders < 1 {
			continue
		}
		i, twice := at[b.Product]
		if !twice {
			at[b.Product] = len(out)
			out = append(out, b)
			continue
		}
		o := &out[i]
		o.Orders, o.Units, o.Since = o.Orders+b.Orders, o.Units+b.Units, min(o.Since, b.Since)
		if b.First.Before(o.First) {
			o.First = b.First
		}
		if b.Last.After(o.Last) {
			o.Last = b.Last
		}
		o.Returned = o.Returned || b.Returned
		o.Places = slices.Concat(o.Places, b.Places)
		slices.Sort(o.Places)
	}
	return out, at
}

// Sources returns the n products of the history whose rows to read before
// [Candidates]. The first half are those that tell most of the customer, strongest
// first, led by those of the order at hand (anchor); the others are those bought
// most often and lately, whose rows say whether they are due, none of the order
// at hand. What went back is never among them. 40 are enough.
func Sources(h History, popular []Popular, n int, anchor ...shop.ProductID) []shop.ProductID {
	n = max(n, 0)
	items := slices.DeleteFunc(know(h, popular, anchor).items, func(b *weighted) bool { return b.power == 0 })
	half := min(len(items), n-n/2)
	staples := slices.DeleteFunc(items[half:], func(b *weighted) bool { return slices.Contains(anchor, b.Product) })
	slices.SortStableFunc(staples, func(a, b *weighted) int { return cmp.Compare(b.often, a.often) })
	var out []shop.ProductID
	for _, b := range slices.Concat(items[:half], staples[:min(len(staples), n-half)]) {
		out = append(out, b.Product)
	}
	return out
}

// Order is one order of a customer, as a history needs it.
type Order struct {
	At    time.Time // zero where only the order of the orders is known
	Lines []Line
}

// Line is one product of an order.
type Line struct {
	Product         shop.ProductID
	Units, Returned int
}

// Sum is one product of orders that are too old to be kept one by one.
type Sum struct {
	Product         shop.ProductID
	Orders          int
	Units, Returned int
}

// HistoryOf returns the history of a customer: orders, oldest first, without
// cancelled ones, and earlier, what is only summed of still older ones; how many
// orders those were is not told, so that History.Orders counts the former. Orders
// with times are put in their order; where any lacks its time, they stay as they
// are.
func HistoryOf(orders []Order, earlier ...Sum) History {
	if !slices.ContainsFunc(orders, func(o Order) bool { return o.At.IsZero() }) {
		orders = slices.Clone(orders)
		slices.SortStableFunc(orders, func(a, b Order) int { return a.At.Compare(b.At) })
	}
	at := map[shop.ProductID]int{}
	h := History{Orders: len(orders)}
	see := func(id shop.ProductID) *Bought {
		i, ok := at[id]
		if !ok {
			i = len(h.Items)
			at[id] = i
			h.Items = append(h.Items, Bought{Product: id})
		}
		return &h.Items[i]
	}
	for since := range orders {
		o := orders[len(orders)-1-since] // newest first
		for _, line := range o.Lines {
			b := see(line.Product)
			if b.Orders == 0 {
				b.Last, b.Since = o.At, since
			}
			b.Units += line.Units - line.Returned
			b.Returned = b.Returned || line.Returned > 0
			if n := len(b.Places); n > 0 && b.Places[n-1] == since {
				continue // a second line of the same product
			}
			b.First = o.At
			b.Orders++
			b.Places = append(b.Places, since)
		}
	}
	var before time.Time // what is only summed was bought before the oldest order that is kept whole
	if len(orders) > 0 {
		before = orders[0].At
	}
	for _, sum := range earlier {
		b := see(sum.Product)
		if b.Orders == 0 {
			b.Last, b.Since = before, len(orders)
		}
		b.First = time.Time{} // not known any more: no rhythm is told of it
		b.Orders += sum.Orders
		b.Units += sum.Units - sum.Returned
		b.Returned = b.Returned || sum.Returned > 0
	}
	return h
}
