package recommend

import (
	"cmp"
	"math"
	"slices"
	"time"

	"regulars/shared/shop"
)

// History is what one customer bought, in any order. If it has more than
// [LongestHistory] products, the newest are used. [HistoryOf] makes one.
type History struct {
	Items  []Bought
	Orders int // how many orders they placed; 0: not known, then the least number that fits Items
}

// LongestHistory bounds the work for one customer.
const LongestHistory = 200

// Bought is one product in a customer's history.
type Bought struct {
	Product  shop.ProductID
	Orders   int         // how many of their orders had it, 1 or more; cancelled ones do not count
	Units    int         // units bought less units returned; 0 or less: all were returned
	First    time.Time   // their first order with it; zero if not known
	Last     time.Time   // their latest order with it
	Since    int         // how many orders they placed after that one
	Places   []int       // for each order with it, newest first: how many orders came after; orders that are only in a [Sum] are missing
	Times    []time.Time // the times of the same orders; without one of them there is no rhythm
	Returned bool        // at least one unit was returned
}

// returned reports whether units of it were returned or none was kept: then the
// customer is not reminded of it.
func (b Bought) returned() bool { return b.Returned || b.Units <= 0 }

// every returns the customer's own mean time between two orders with it; 0 if
// they bought it once or the time of the first order is not known.
func (b Bought) every() time.Duration {
	if b.Orders < 2 || b.First.IsZero() || !b.Last.After(b.First) {
		return 0
	}
	return b.Last.Sub(b.First) / time.Duration(b.Orders-1)
}

// on returns when they last bought it; zero if that is not known for certain.
func (b Bought) on() time.Time {
	if len(b.Places) == 0 {
		return time.Time{}
	}
	return b.Last
}

// faded returns the number of orders that had the item, in which an order
// weighs less the more orders came after it: by the power of one of [fadings].
func (b Bought) faded(fading int) float64 {
	var sum float64
	for _, since := range b.Places[:min(len(b.Places), longestPast)] {
		sum += power(fading, since)
	}
	if rest := b.Orders - len(b.Places); rest > 0 { // older orders, of which the place is not known
		oldest := b.Since
		if n := len(b.Places); n > 0 {
			oldest = b.Places[n-1]
		}
		sum += float64(float64(min(rest, longestPast)) * power(fading, oldest))
	}
	return sum
}

const (
	decay       = 0.9 // weight of an order for each order after it
	longestPast = 100 // orders; the weight of an older one is negligible
)

// known is a history in reading order: the items whose rows to read first come
// first, each product once.
type known struct {
	items   []*weighted
	bought  map[shop.ProductID]int // every product, also those too old for items
	orders  int
	lines   int // how many products the orders had, added up
	newest  int // how many products the last order had
	popular popularity
}

// weighted is an item with its weights. A returned item has a power of 0: it
// leads to nothing.
type weighted struct {
	Bought
	power   float64 // weight of its neighbours: 1, or anchored
	often   float64 // how many orders had it; the latest count most
	pull    float64 // rank among the rows to read; highest first
	faded75 float64 // .75 to the power of the orders that came after it
}

// anchored is the weight of an item of the anchor, compared with 1 for others.
const anchored = 4

// know sorts a history by pull: items of the anchor first, then items that the
// customer bought often and recently and that are popular. The rows of popular
// products lead to more, and with only 20 sources that counts for more than how
// often the customer bought them. Ties are decided by the newest order, then by
// ID.
func know(h History, popular []Popular, anchor []shop.ProductID) known {
	all, at := merged(h.Items)
	k := known{bought: at, orders: h.Orders, popular: popularityOf(popular)}
	for i := range all {
		b := &all[i]
		k.orders = max(k.orders, b.Orders, b.Since+1)
		k.lines += b.Orders
		if b.Since == 0 {
			k.newest++
		}
	}
	if len(all) > LongestHistory {
		slices.SortFunc(all, func(a, b weighted) int {
			return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Since, b.Since), cmp.Compare(a.Product, b.Product))
		})
		all = all[:LongestHistory]
	}
	k.items = make([]*weighted, len(all))
	for i := range all {
		w := &all[i]
		w.power, w.often, w.faded75 = 1, w.faded(0), power(faded75, w.Since)
		w.pull = math.Sqrt(w.often) / float64(leading+k.popular.rank(w.Product))
		switch {
		case w.returned():
			w.power, w.pull = 0, -1
		case slices.Contains(anchor, w.Product):
			w.power, w.pull = anchored, w.pull+1
		}
		k.items[i] = w
	}
	slices.SortFunc(k.items, func(a, b *weighted) int {
		if first := cmp.Compare(b.pull, a.pull); first != 0 {
			return first
		}
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Since, b.Since), cmp.Compare(a.Product, b.Product))
	})
	return k
}

// leading sets how much popularity adds to the pull: the pull of the most
// popular product is six times that of one which is not among the
// [MostPopular].
const leading = 20

// merged returns a copy with each product once and without weights, and the index of
// each.
func merged(items []Bought) ([]weighted, map[shop.ProductID]int) {
	at := make(map[shop.ProductID]int, len(items))
	out := make([]weighted, 0, len(items))
	for _, b := range items {
		if b.Product == "" || b.Orders < 1 {
			continue
		}
		i, twice := at[b.Product]
		if !twice {
			at[b.Product] = len(out)
			out = append(out, weighted{Bought: b})
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
		o.Times = slices.Concat(o.Times, b.Times)
		slices.SortFunc(o.Times, func(a, b time.Time) int { return b.Compare(a) })
	}
	return out, at
}

// Sources returns up to n products of the history whose rows to read before
// [Candidates]; 40 are enough. The first half are the items with the largest
// pull, strongest first, led by those of the anchor. The second half are the
// items bought most often and recently, without the anchor: their rows say
// whether they are due. Returned items are never among them.
func Sources(h History, popular []Popular, n int, anchor ...shop.ProductID) []shop.ProductID {
	return ReadingOf(h, popular, anchor...).Sources(n)
}

// Reading is a history with what chooses the rows to read: for a caller that asks for
// both [Sources] and [Candidates], so that the history is sorted once.
type Reading struct {
	known  known
	anchor []shop.ProductID
}

// ReadingOf returns the Reading of a history.
func ReadingOf(h History, popular []Popular, anchor ...shop.ProductID) Reading {
	return Reading{know(h, popular, anchor), anchor}
}

// Sources returns what [Sources] does.
func (r Reading) Sources(n int) []shop.ProductID {
	n = max(n, 0)
	items := slices.DeleteFunc(slices.Clone(r.known.items), func(b *weighted) bool { return b.power == 0 })
	half := min(len(items), n-n/2)
	staples := slices.DeleteFunc(items[half:], func(b *weighted) bool { return slices.Contains(r.anchor, b.Product) })
	slices.SortStableFunc(staples, func(a, b *weighted) int { return cmp.Compare(b.often, a.often) })
	var out []shop.ProductID
	for _, b := range slices.Concat(items[:half], staples[:min(len(staples), n-half)]) {
		out = append(out, b.Product)
	}
	return out
}

// roomForOrders gives each product of the orders, newest first, room for its places and
// times, in one block for all of them.
func roomForOrders(h *History, orders []Order, see func(shop.ProductID) *Bought) {
	places, times := 0, 0
	for _, o := range slices.Backward(orders) {
		for _, line := range o.Lines {
			b := see(line.Product)
			b.Orders++ // for now, to count
			places++
			if !o.At.IsZero() {
				times++
			}
		}
	}
	if places == 0 {
		return
	}
	allPlaces, allTimes := make([]int, places), make([]time.Time, places)
	for i := range h.Items {
		b := &h.Items[i]
		b.Places, allPlaces = allPlaces[:0:b.Orders], allPlaces[b.Orders:]
		if times > 0 {
			b.Times, allTimes = allTimes[:0:b.Orders], allTimes[b.Orders:]
		}
		b.Orders = 0
	}
}

// Order is one order of a customer, as a history needs it.
type Order struct {
	At    time.Time // zero if only the order of the orders is known
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

// HistoryOf returns the history of a customer. orders are without cancelled
// ones. If all have a time, they are sorted by it; else they stay as given,
// which must be oldest first. earlier are the sums of still older orders; the
// number of those orders is not known, so History.Orders counts only orders.
func HistoryOf(orders []Order, earlier ...Sum) History {
	if !slices.ContainsFunc(orders, func(o Order) bool { return o.At.IsZero() }) {
		orders = slices.Clone(orders)
		slices.SortStableFunc(orders, func(a, b Order) int { return a.At.Compare(b.At) })
	}
	lines := len(earlier)
	for _, o := range orders {
		lines += len(o.Lines)
	}
	at := make(map[shop.ProductID]int, lines)
	h := History{Orders: len(orders)}
	if lines > 0 {
		h.Items = make([]Bought, 0, lines)
	}
	see := func(id shop.ProductID) *Bought {
		i, ok := at[id]
		if !ok {
			i = len(h.Items)
			at[id] = i
			h.Items = append(h.Items, Bought{Product: id})
		}
		return &h.Items[i]
	}
	roomForOrders(&h, orders, see)
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
			if !o.At.IsZero() {
				b.Times = append(b.Times, o.At)
			}
		}
	}
	var before time.Time // time of the oldest kept order: the products in earlier were bought before it
	if len(orders) > 0 {
		before = orders[0].At
	}
	for _, sum := range earlier {
		b := see(sum.Product)
		if b.Orders == 0 {
			b.Last, b.Since = before, len(orders)
		}
		b.First = time.Time{} // not known
		b.Orders += sum.Orders
		b.Units += sum.Units - sum.Returned
		b.Returned = b.Returned || sum.Returned > 0
	}
	return h
}
