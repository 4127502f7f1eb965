package learning

import (
	"cmp"
	"slices"
	"time"

	"regulars/shared/recommend"
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
)

// RecentWindow is the length of the recent past that suits most shops: see
// [NewLearner].
const RecentWindow = 28 * 24 * time.Hour

// Learner learns, from the whole histories of customers, which products the same people
// buy and in which order, how popular each product is, how often it is bought again, and
// after how long.
//
// It keeps 16 bytes for each product that a customer bought (up to
// LongestBasket for one customer), and for each product its ID, a few numbers
// and 16 bytes for each different length of a gap (up to longestGap). Nothing
// that it keeps grows with the number of pairs. While [Learner.Neighbours]
// works, it takes 8 · n² + 2,400 · n bytes more, for the n products that are
// fitted. Its results do not depend on the order of calls. [Counts] makes one of all
// customers of a shop, whatever their number.
type Learner struct {
	// Fits is how many products are fitted, those with the most customers; the
	// others get co-purchase scores. [NewLearner] sets [MostFitted]. Memory grows
	// with its square, time with its cube.
	Fits int

	// Catalogue is what tells substitutes from complements (see
	// [recommend.Neighbour].Alike); without it, and for products without a category or a
	// price, there are no substitutes.
	Catalogue []shop.Product

	// Share is the part of a shop's customers whose histories are kept, above 0 and at
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

// counted is one product: what all customers did with it, and the buyers whose histories
// are kept.
type counted struct {
	id shop.ProductID
	tally
	buyers []entry // of is an index into baskets
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
	all := basketOf(history)
	basket := make([]entry, len(all))
	for i, b := range all {
		basket[i] = entry{l.number(b.product), b.place}
		l.products[basket[i].of].add(b, l.since)
	}
	l.keep(basket)
}

// keep keeps a history for the fit and the similarity.
func (l *Learner) keep(basket []entry) {
	for _, e := range basket {
		c := &l.products[e.of]
		c.buyers = append(c.buyers, entry{int32(len(l.baskets)), e.first})
	}
	l.baskets = append(l.baskets, basket)
}

// number returns the product's index in products; it adds an unknown product.
func (l *Learner) number(id shop.ProductID) int32 {
	n, ok := l.index[id]
	if !ok {
		n = int32(len(l.products))
		l.index[id] = n
		l.products = append(l.products, counted{id: id, tally: newTally()})
	}
	return n
}

// MostNeighbours is how many neighbours a night stores with a product at most.
const MostNeighbours = 20

// Rows returns the rows of the catalogue with everything that a night stores.
// variants are those of the catalogue (see [recommend.Variants]); nil if lists are only
// ranked (see [recommend.Rank]), which does not depend on them.
func (l *Learner) Rows(variants map[shop.ProductID]shop.ProductID) map[shop.ProductID]recommend.Item {
	learned, uses := l.Learned(MostNeighbours), Consumables(l.Catalogue)
	rows := make(map[shop.ProductID]recommend.Item, len(l.Catalogue))
	for _, p := range l.Catalogue {
		of := learned[p.ID]
		of.Consumables, of.Variants = uses[p.ID], variants[p.ID]
		rows[p.ID] = recommend.Item{Product: p, Learned: of}
	}
	return rows
}

// Learned returns what is stored with each product that was bought, except
// what the catalogue says (see [Learner.Rows]), with at most m neighbours each.
func (l *Learner) Learned(m int) map[shop.ProductID]recommend.Learned {
	near, every := l.Neighbours(m), l.EveryDays()
	usual := l.usual()
	out := make(map[shop.ProductID]recommend.Learned, len(l.products))
	for _, c := range l.products {
		out[c.id] = recommend.Learned{
			Neighbours: near[c.id], Customers: c.customers, Recent: c.recent, InLast: c.last,
			Repeaters: c.repeaters(), EveryDays: every[c.id], Again: c.repeats(usual),
		}
	}
	return out
}

// usual returns that chance over all products; [recommend.UsualAgain] if no customer has
// ordered twice yet.
func (l *Learner) usual() float64 {
	again, could := 0, 0
	for _, c := range l.products {
		again, could = again+c.again, could+c.could
	}
	return (float64(again) + float64(recommend.RepeatPrior*recommend.UsualAgain)) / (float64(could) + recommend.RepeatPrior)
}

// Popular returns the n products that most customers bought recently, most
// first; ties are decided by all their customers, then by ID.
func (l *Learner) Popular(n int) []recommend.Popular {
	recent := slices.DeleteFunc(slices.Clone(l.products), func(c counted) bool { return c.recent == 0 })
	slices.SortFunc(recent, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.recent, a.recent), cmp.Compare(b.customers, a.customers), cmp.Compare(a.id, b.id))
	})
	var out []recommend.Popular
	for _, c := range recent[:min(len(recent), max(n, 0))] {
		out = append(out, recommend.Popular{Product: c.id, Customers: c.recent})
	}
	return out
}

// Customers returns how many customers bought each product.
func (l *Learner) Customers() map[shop.ProductID]int {
	out := make(map[shop.ProductID]int, len(l.products))
	for _, c := range l.products {
		out[c.id] = c.customers
	}
	return out
}

// EveryDays returns, for each product that at least [FewestRhythms] customers
// bought on two days or more, the median of those customers' mean days between
// two purchases. With an even number it takes the shorter of the middle two.
func (l *Learner) EveryDays() map[shop.ProductID]int {
	out := map[shop.ProductID]int{}
	for _, c := range l.products {
		if days, known := c.every(); known {
			out[c.id] = days
		}
	}
	return out
}

// Consumables returns, for each product that uses others up, which ones: the
// catalogue's relation consumable_of, inverted, for [recommend.Learned].Consumables.
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
