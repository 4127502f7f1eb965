package recommend

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Purchase is one product of one order of a customer. Purchases with the same
// time are one order.
type Purchase struct {
	Product shop.ProductID
	At      time.Time
}

// Bounds of learning.
const (
	// LongestBasket is how many products of one customer are counted, the newest:
	// the number of pairs grows with its square, and resellers would outweigh all
	// other customers.
	LongestBasket = 400

	// FewestRhythms is how many customers must have bought a product on two days
	// or more before the median of their intervals is learned for the product.
	FewestRhythms = 5

	longestGap = 999 // days
)

// RecentWindow is the length of the recent past that suits most shops: see
// [NewLearner].
const RecentWindow = 28 * 24 * time.Hour

// Learner counts, over the whole histories of all customers, which products the
// same people buy and in which order, how popular each product is, how often it
// is bought again, and after how long.
//
// It keeps 16 bytes for each product that a customer bought (up to
// LongestBasket for one customer), and for each product its ID, a few numbers
// and 16 bytes for each different length of a gap (up to longestGap). Nothing
// that it keeps grows with the number of pairs. While [Learner.Neighbours]
// works, it takes 8 · n² + 2,400 · n bytes more, for the n products that are
// fitted. Its results do not depend on the order of calls.
type Learner struct {
	// Fits is how many products are fitted, those with the most customers; the
	// others get co-purchase scores. [NewLearner] sets [MostFitted]. Memory grows
	// with its square, time with its cube.
	Fits int

	// Catalogue is what tells substitutes from complements (see
	// [Neighbour].Alike); without it, and for products without a category or a
	// price, there are no substitutes.
	Catalogue []shop.Product

	// Share is the part of a shop's customers that are added, above 0 and at
	// most 1. The penalties of the fit and of the similarity count customers, so
	// they are reduced to this part. [NewLearner] sets 1.
	Share float64

	since    time.Time
	index    map[shop.ProductID]int32
	products []counted
	baskets  [][]entry // by customer
}

// entry is a product in a customer's basket, or a customer among a product's
// buyers, with the place of the customer's first order with the product: 0 is
// the customer's very first order.
type entry struct{ of, first int32 }

// counted holds the counts of one product.
type counted struct {
	id     shop.ProductID
	buyers []entry // of is an index into baskets
	recent int
	last   int             // customers whose last order had it
	gaps   map[int16]int32 // customers by their mean days between two purchases
	again  int             // orders that had it, of customers who had bought it before
	could  int             // orders that could have had it again
}

// NewLearner returns a learner for which the recent past, in [Learner.Popular]
// and in the similarity, begins at since: [RecentWindow] before now suits most
// shops.
func NewLearner(since time.Time) *Learner {
	return &Learner{Fits: MostFitted, Share: 1, since: since, index: map[shop.ProductID]int32{}}
}

// Add counts one customer's whole history, in any order. Call it once for each
// customer, without cancelled orders and without returned products.
func (l *Learner) Add(history []Purchase) {
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
			all = append(all, purchased{product: p.Product, first: p.At, last: p.At, orders: map[int32]bool{}, days: map[int64]bool{}})
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
	basket := make([]entry, len(all))
	for i, b := range all {
		n, place := l.number(b.product), orders[b.first.UnixNano()]
		basket[i] = entry{n, place}
		c := &l.products[n]
		c.buyers = append(c.buyers, entry{int32(len(l.baskets)), place})
		c.again += len(b.orders) - 1
		c.could += len(orders) - 1 - int(place)
		if !b.last.Before(l.since) {
			c.recent++
		}
		if int(orders[b.last.UnixNano()]) == len(orders)-1 {
			c.last++
		}
		if times := len(b.days); times > 1 {
			gap := math.Round(b.last.Sub(b.first).Hours() / 24 / float64(times-1))
			c.gaps[int16(max(1, min(gap, longestGap)))]++
		}
	}
	l.baskets = append(l.baskets, basket)
}

// purchased is one product in one customer's history.
type purchased struct {
	product     shop.ProductID
	first, last time.Time
	orders      map[int32]bool // by place
	days        map[int64]bool
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

// number returns the product's index in products; it adds an unknown product.
func (l *Learner) number(id shop.ProductID) int32 {
	n, ok := l.index[id]
	if !ok {
		n = int32(len(l.products))
		l.index[id] = n
		l.products = append(l.products, counted{id: id, gaps: map[int16]int32{}})
	}
	return n
}

// MostNeighbours is how many neighbours a night stores with a product at most.
const MostNeighbours = 20

// Rows returns the rows of the catalogue with everything that a night stores.
// variants are those of the catalogue (see [Variants]); nil if lists are only
// ranked (see [Rank]), which does not depend on them.
func (l *Learner) Rows(variants map[shop.ProductID]shop.ProductID) map[shop.ProductID]Item {
	learned, uses := l.Learned(MostNeighbours), Consumables(l.Catalogue)
	rows := make(map[shop.ProductID]Item, len(l.Catalogue))
	for _, p := range l.Catalogue {
		of := learned[p.ID]
		of.Consumables, of.Variants = uses[p.ID], variants[p.ID]
		rows[p.ID] = Item{Product: p, Learned: of}
	}
	return rows
}

// Learned returns what is stored with each product that was bought, except
// what the catalogue says (see [Learner.Rows]), with at most m neighbours each.
func (l *Learner) Learned(m int) map[shop.ProductID]Learned {
	near, every := l.Neighbours(m), l.EveryDays()
	usual := l.usual()
	out := make(map[shop.ProductID]Learned, len(l.products))
	for _, c := range l.products {
		out[c.id] = Learned{
			Neighbours: near[c.id], Customers: len(c.buyers), Recent: c.recent, InLast: c.last,
			Repeaters: c.repeaters(), EveryDays: every[c.id], Again: c.repeats(usual),
		}
	}
	return out
}

// repeaters returns how many customers bought the product on two days or more.
func (c *counted) repeaters() (all int) {
	for _, n := range c.gaps {
		all += int(n)
	}
	return all
}

// repeats returns the chance that an order contains the product if the customer
// bought it before. It is the counted share, drawn towards the shop's usual
// chance as if that had been seen in repeatPrior more orders.
func (c *counted) repeats(usual float64) float64 {
	return (float64(c.again) + float64(repeatPrior*usual)) / (float64(c.could) + repeatPrior)
}

// usual returns that chance over all products; [usualAgain] if no customer has
// ordered twice yet.
func (l *Learner) usual() float64 {
	again, could := 0, 0
	for _, c := range l.products {
		again, could = again+c.again, could+c.could
	}
	return (float64(again) + float64(repeatPrior*usualAgain)) / (float64(could) + repeatPrior)
}

// repeatPrior is how many orders the prior chance of a repeat weighs: for a
// product, the shop's chance; for a customer, the product's.
const repeatPrior = 5

// usualAgain is the chance of a repeat before anything was counted.
const usualAgain = 0.1

// Popular returns the n products that most customers bought recently, most
// first; ties are decided by all their customers, then by ID.
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

// EveryDays returns, for each product that at least [FewestRhythms] customers
// bought on two days or more, the median of those customers' mean days between
// two purchases. With an even number it takes the shorter of the middle two.
func (l *Learner) EveryDays() map[shop.ProductID]int {
	out := map[shop.ProductID]int{}
	for _, c := range l.products {
		all := c.repeaters()
		if all < FewestRhythms {
			continue
		}
		below := 0
		for _, gap := range slices.Sorted(maps.Keys(c.gaps)) {
			if below += int(c.gaps[gap]); below >= (all+1)/2 {
				out[c.id] = int(gap)
				break
			}
		}
	}
	return out
}

// Consumables returns, for each product that uses others up, which ones: the
// catalogue's relation consumable_of, inverted, for [Learned].Consumables.
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
