package recommend

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Purchase is one product of one order of a customer.
type Purchase struct {
	Product shop.ProductID
	At      time.Time
}

// Bounds of learning.
const (
	// LongestBasket is how many products of one customer are counted, the newest:
	// pairs grow with its square, and resellers would outvote everybody.
	LongestBasket = 400

	// FewestRhythms is how many customers must have bought a product on two days
	// or more before their rhythm is called the product's.
	FewestRhythms = 5

	longestGap = 999 // days
)

// The similarity of a source j and a candidate i is
//
//	S(j,i) = c_ij / (n_i^a · n_j^(1−a) + shrink) · ((1+r_i) / (1+n_i))^trend
//
// where c_ij customers bought both, n_i bought i, and r_i of these did so of
// late. With a at one half the first factor is the cosine; shrink keeps pairs
// that a few bought by chance from looking certain; the second factor, between 0
// and 1, holds back what nobody buys any more: last season's goods. Chosen on
// the tuning cuts of two public order histories (see TestNewItems): there a trend
// of 0 loses 12 % of recall on goods with seasons.
const (
	similarityA      = 0.5
	similarityShrink = 5
	similarityTrend  = 0.25
)

// Learner counts, over the whole histories of all customers, which products are
// bought by the same people, how popular each is, and after how long it is
// bought again.
//
// It keeps 8 bytes for each product a customer bought (of LongestBasket at
// most), and for each product its ID, a few numbers and 16 bytes for each
// different length of a gap (of longestGap at most). Nothing it keeps grows with
// the number of pairs. What it says does not depend on the order of calls.
type Learner struct {
	since    time.Time
	index    map[shop.ProductID]int32
	products []counted
	baskets  [][]int32 // by customer
}

// counted is what is known of one product.
type counted struct {
	id     shop.ProductID
	buyers []int32 // places in baskets
	recent int
	gaps   map[int16]int32 // customers by their mean days between two buys
}

// NewLearner returns a learner for which "of late", in [Learner.Popular] and in
// the similarity, begins at since: four weeks before now suit most shops.
func NewLearner(since time.Time) *Learner {
	return &Learner{since: since, index: map[shop.ProductID]int32{}}
}

// Add counts one customer's whole history, in any order. Call it once for each
// customer, without orders that were cancelled and products that were returned.
func (l *Learner) Add(history []Purchase) {
	type bought struct {
		product     shop.ProductID
		first, last time.Time
		days        map[int64]bool
	}
	at := map[shop.ProductID]int{}
	var all []bought
	for _, p := range history {
		if p.Product == "" {
			continue
		}
		i, ok := at[p.Product]
		if !ok {
			i = len(all)
			at[p.Product] = i
			all = append(all, bought{p.Product, p.At, p.At, map[int64]bool{}})
		}
		b := &all[i]
		if p.At.Before(b.first) {
			b.first = p.At
		}
		if p.At.After(b.last) {
			b.last = p.At
		}
		b.days[p.At.Unix()/(24*3600)] = true
	}
	slices.SortFunc(all, func(a, b bought) int {
		return cmp.Or(b.last.Compare(a.last), cmp.Compare(a.product, b.product))
	})
	all = all[:min(len(all), LongestBasket)]
	basket := make([]int32, len(all))
	for i, b := range all {
		n := l.number(b.product)
		basket[i] = n
		c := &l.products[n]
		c.buyers = append(c.buyers, int32(len(l.baskets)))
		if !b.last.Before(l.since) {
			c.recent++
		}
		if times := len(b.days); times > 1 {
			gap := math.Round(b.last.Sub(b.first).Hours() / 24 / float64(times-1))
			c.gaps[int16(max(1, min(gap, longestGap)))]++
		}
	}
	l.baskets = append(l.baskets, basket)
}

// number returns the product's place, a new one where it was not seen before.
func (l *Learner) number(id shop.ProductID) int32 {
	n, ok := l.index[id]
	if !ok {
		n = int32(len(l.products))
		l.index[id] = n
		l.products = append(l.products, counted{id: id, gaps: map[int16]int32{}})
	}
	return n
}

// trend returns how much of the product's custom is of late, as a factor.
func (c *counted) trend() float64 {
	return math.Pow(float64(1+c.recent)/float64(1+len(c.buyers)), similarityTrend)
}

// Neighbours returns, for each product, the m others that its customers bought
// most beyond what their popularity explains, strongest first; ties by the
// number of customers who bought both, then by ID. A product that nobody bought
// with another has none. Work: the sum of the squares of all histories' lengths.
func (l *Learner) Neighbours(m int) map[shop.ProductID][]Neighbour {
	out := make(map[shop.ProductID][]Neighbour, len(l.products))
	both := make([]int32, len(l.products)) // customers of j who bought i; zero between rounds
	var touched []int32
	var found []Neighbour
	for j, source := range l.products {
		touched = touched[:0]
		for _, buyer := range source.buyers {
			for _, i := range l.baskets[buyer] {
				if both[i] == 0 {
					touched = append(touched, i)
				}
				both[i]++
			}
		}
		found = found[:0]
		nj := math.Pow(float64(len(source.buyers)), 1-similarityA)
		for _, i := range touched {
			c := both[i]
			both[i] = 0
			if int(i) == j {
				continue
			}
			candidate := &l.products[i]
			ni := math.Pow(float64(len(candidate.buyers)), similarityA)
			found = append(found, Neighbour{candidate.id, float64(c) / (ni*nj + similarityShrink) * candidate.trend(), int(c)})
		}
		slices.SortFunc(found, func(a, b Neighbour) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Customers, a.Customers), cmp.Compare(a.Product, b.Product))
		})
		if n := min(len(found), m); n > 0 {
			out[source.id] = slices.Clone(found[:n])
		}
	}
	return out
}

// Popular returns the n products that most customers bought of late, most first;
// ties by all their customers, then by ID.
func (l *Learner) Popular(n int) []Popular {
	recent := slices.DeleteFunc(slices.Clone(l.products), func(c counted) bool { return c.recent == 0 })
	slices.SortFunc(recent, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.recent, a.recent), cmp.Compare(len(b.buyers), len(a.buyers)), cmp.Compare(a.id, b.id))
	})
	var out []Popular
	for _, c := range recent[:min(len(recent), max(n, 0))] {
		out = append(out, Popular{c.id, c.recent})
	}
	return out
}

// Customers returns how many customers bought each product.
func (l *Learner) Customers() map[shop.ProductID]int {
	out := make(map[shop.ProductID]int, len(l.products))
	for _, c := range l.products {
		out[c.id] = len(c.buyers)
	}
	return out
}

// EveryDays returns the median, over customers who bought it on two days or
// more, of their mean days between two buys; for products with [FewestRhythms]
// such customers. Of two middle ones it takes the shorter.
func (l *Learner) EveryDays() map[shop.ProductID]int {
	out := map[shop.ProductID]int{}
	for _, c := range l.products {
		var all int32
		for _, n := range c.gaps {
			all += n
		}
		if all < FewestRhythms {
			continue
		}
		var below int32
		for _, gap := range slices.Sorted(maps.Keys(c.gaps)) {
			if below += c.gaps[gap]; below >= (all+1)/2 {
				out[c.id] = int(gap)
				break
			}
		}
	}
	return out
}

// Consumables returns, for each product that uses others up, which ones: the
// catalogue's consumable_of, read the other way round; for [Item].Consumables.
func Consumables(catalogue []shop.Product) map[shop.ProductID][]shop.ProductID {
	out := map[shop.ProductID][]shop.ProductID{}
	for _, p := range catalogue {
		for _, user := range p.Relations[shop.RelationConsumableOf] {
			out[user] = append(out[user], p.ID)
		}
	}
	for user, ids := range out {
		slices.Sort(ids)
		out[user] = slices.Compact(ids)
	}
	return out
}
