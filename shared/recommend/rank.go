package recommend

import (
	"cmp"
	"math"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Ranked is one product with its score and the features of the score.
type Ranked struct {
	Product  shop.ProductID
	Score    float64   // finite; the blend's, or the [Reranker]'s if Options has one
	Features []float64 // by the places of [FeatureNames]; each finite
}

// Reranker scores a candidate from its features, in the order of
// [FeatureNames]: higher is better. If it returns no finite number for one of a
// customer's candidates, all of them keep the blend's scores.
type Reranker interface {
	Score(features []float64) float64
}

// FeatureNames returns the names of the features of [Ranked], in order. A
// re-ranker is trained for these names and must not be used if they differ.
// Features with the prefix bought_ are 0 for new items, those with new_ are 0
// for items that the customer bought.
func FeatureNames() []string {
	return []string{
		"blend",          // the engine's own score
		"bought",         // 1 or 0
		"bought_repeat",  // log of the chance of a repeat, drawn towards the item's
		"bought_often",   // log of the number of orders that had it
		"bought_since",   // log of 1 + the number of orders since
		"bought_again",   // log of the item's own chance of a repeat
		"bought_due",     // elapsed part of the expected time to the next order with it, 3 at most; 0 if nothing is expected
		"bought_led",     // log of the neighbour scores that the other items give it
		"bought_popular", // log of its recent popularity
		"bought_orders",  // log of how many orders the customer placed
		"new_led",        // neighbour scores that the customer's items give it
		"new_led_log",
		"new_popular",
		"new_related", // 2: the catalogue relates it to a bought item; 1: as an upgrade
		"new_orders",
		"new_items", // log of how many different products the customer bought
	}
}

// Rank returns the k best products for the customer's next order, best first:
// items bought before, new ones or both, as opt.Mode says. Unlike [Recommend]
// it also ranks products that cannot be sold, does not wait until they are due,
// needs no reasons and does not spread over categories: it is the engine's
// prediction by itself, for evaluation and for training a re-ranker. The caller
// reads rows as for [Recommend]; products without a row and returned products
// are not ranked.
//
// Ties are decided by how many customers bought the product recently, then
// ever, then by ID.
func Rank(now time.Time, h History, items map[shop.ProductID]Item, popular []Popular, k int, opt Options) []Ranked {
	known := know(h, popular, opt.Anchor)
	all := known.scored(now, items, opt, func(*Item) bool { return true })
	all = slices.DeleteFunc(all, func(c *candidate) bool {
		return opt.Mode == ModeGoesWith && c.own != nil || opt.Mode == ModeAgain && c.own == nil
	})
	slices.SortFunc(all, byScore)
	all = all[:min(len(all), max(k, 0))]
	out := make([]Ranked, len(all))
	for i, c := range all {
		if c.features == nil {
			c.features = known.features(now, c)
		}
		out[i] = Ranked{c.product, c.score, c.features}
	}
	return out
}

// candidate is a product with its row, its evidence and its scores.
type candidate struct {
	*evidence
	row      Item
	blend    float64
	score    float64
	features []float64 // set if there is a re-ranker
}

// byScore is the order of candidates: best first.
func byScore(a, b *candidate) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.recent, a.recent),
		cmp.Compare(b.row.Customers, a.row.Customers), cmp.Compare(a.product, b.product))
}

// scored returns the candidates whose rows pass wanted, in any order, without
// returned products and without the anchor. Items of a long history beyond
// [LongestHistory] are left out as well.
func (k known) scored(now time.Time, items map[shop.ProductID]Item, opt Options, wanted func(*Item) bool) []*candidate {
	f := &evidenceSet{all: make([]evidence, 0, len(items)), at: make(map[shop.ProductID]int32, len(items))}
	slab := make([]candidate, 0, len(items))
	for id, row := range items {
		if id != "" && !slices.Contains(opt.Anchor, id) && wanted(&row) {
			f.add(id)
			slab = append(slab, candidate{row: row})
		}
	}
	k.weigh(items, f)
	all := make([]*candidate, 0, len(slab))
	for i := range slab {
		c := &slab[i]
		c.evidence = &f.all[i]
		if c.own == nil && k.had(c.product) || c.own != nil && c.own.power == 0 {
			continue
		}
		k.reverse(c.evidence, &c.row, items)
		if c.own == nil && c.led == 0 && c.related == 0 && c.recent == 0 {
			continue // its row was read for another purpose
		}
		c.recent = max(c.recent, c.row.Recent)
		c.blend = k.blend(c.evidence, c.row.again())
		c.score = c.blend
		all = append(all, c)
	}
	if opt.Reranker != nil {
		k.rerank(now, all, opt.Reranker)
	}
	return all
}

// rerank replaces the blend's scores by the re-ranker's: all of them or none.
func (k known) rerank(now time.Time, all []*candidate, by Reranker) {
	scores := make([]float64, len(all))
	for i, c := range all {
		c.features = k.features(now, c)
		scores[i] = by.Score(c.features)
		if math.IsNaN(scores[i]) || math.IsInf(scores[i], 0) {
			return
		}
	}
	for i, c := range all {
		c.score = scores[i]
	}
}

// features returns the values of the features that [FeatureNames] names.
func (k known) features(now time.Time, c *candidate) []float64 {
	f := make([]float64, 0, 16)
	liked := math.Log(k.popular.share(c.recent) + 1e-3)
	led := math.Log(min(c.led, 1e6) + 1e-3)
	orders := math.Log1p(float64(max(k.orders, 0)))
	f = append(f, c.blend)
	if c.own == nil {
		return append(f, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			min(c.led, 1e6), led, liked, float64(c.related), orders, math.Log1p(float64(len(k.bought))))
	}
	due := 0.0
	if after := expected(c.own.Bought, c.row); after > 0 && !now.IsZero() && !c.own.Last.IsZero() {
		due = max(0, min(3, float64(now.Sub(c.own.Last))/float64(after)))
	}
	again := c.row.again()
	return append(f, 1, math.Log(k.repeat(c.own, again)), math.Log(float64(max(c.own.Orders, 1))), math.Log1p(float64(max(c.own.Since, 0))),
		math.Log(again+1e-3), due, led, liked, orders, 0, 0, 0, 0, 0, 0)
}
