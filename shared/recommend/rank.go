package recommend

import (
	"cmp"
	"math"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Ranked is one product as the engine scores it, with what the score is made of.
type Ranked struct {
	Product  shop.ProductID
	Score    float64   // finite; the blend's, or the [Reranker]'s where Options has one
	Features []float64 // by the places of [FeatureNames]; each finite
}

// Reranker scores a candidate from its features, in the order of
// [FeatureNames]: more is better. Where it returns no finite number for any of a
// customer's candidates, the blend's scores stand for all of them.
type Reranker interface {
	Score(features []float64) float64
}

// FeatureNames names the features of [Ranked], by their places. A re-ranker is
// trained for these names, and must not be used where they differ. What is said
// of items that the customer bought is 0 of new ones, and the other way round.
func FeatureNames() []string {
	return []string{
		"blend",          // the engine's own score
		"bought",         // 1 or 0
		"bought_repeat",  // log of the chance of a repeat, drawn towards the item's
		"bought_often",   // log of how many orders had it
		"bought_since",   // log of 1 and the orders since
		"bought_again",   // log of the item's own chance of a repeat
		"bought_due",     // part of its rhythm that has passed, 3 at most; 0 where it has none
		"bought_led",     // log of what the other items lead to it with
		"bought_popular", // log of its popularity of late
		"bought_orders",  // log of how many orders the customer placed
		"new_led",        // the same of new ones
		"new_led_log",
		"new_popular",
		"new_related", // 2: the catalogue relates it to what they have; 1: as an upgrade
		"new_orders",
		"new_items", // log of how many different products the customer bought
	}
}

// Rank returns the k best products for the customer's next order, best first:
// of items bought before, of new ones or of both, as opt.Mode says. Unlike
// [Recommend] it leaves out nothing that cannot be sold, waits for nothing to be
// due, looks for no reasons and spreads over no categories: it is the engine's
// foretelling by itself, for evaluation and for training a re-ranker. The rows
// are read as for [Recommend]; what has no row is not ranked, nor what went back.
//
// Ties go by how many customers bought it of late, then ever, then by ID.
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

// candidate is a product with its row, what speaks for it and what comes of that.
type candidate struct {
	*evidence
	row      Item
	blend    float64
	score    float64
	features []float64 // where there is a re-ranker
}

// byScore is the order of candidates: best first.
func byScore(a, b *candidate) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.lately, a.lately),
		cmp.Compare(b.row.Customers, a.row.Customers), cmp.Compare(a.product, b.product))
}

// scored returns the products whose rows wanted says yes to, in any order: not
// what went back or is at hand, and of a long history not what is beyond
// [LongestHistory].
func (k known) scored(now time.Time, items map[shop.ProductID]Item, opt Options, wanted func(*Item) bool) []*candidate {
	f := &found{all: make([]evidence, 0, len(items)), at: make(map[shop.ProductID]int32, len(items))}
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
		if c.own == nil && c.led == 0 && c.related == 0 && c.lately == 0 {
			continue // it was read for something else
		}
		c.lately = max(c.lately, c.row.Recent)
		c.blend = k.blend(c.evidence, c.row.again())
		c.score = c.blend
		all = append(all, c)
	}
	if opt.Reranker != nil {
		k.rerank(now, all, opt.Reranker)
	}
	return all
}

// rerank puts the re-ranker's scores in the place of the blend's, all or none.
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

// features returns what [FeatureNames] names.
func (k known) features(now time.Time, c *candidate) []float64 {
	f := make([]float64, 0, 16)
	liked := math.Log(k.shelf.share(c.lately) + 1e-3)
	led := math.Log(min(c.led, 1e6) + 1e-3)
	orders := math.Log1p(float64(max(k.orders, 0)))
	f = append(f, c.blend)
	if c.own == nil {
		return append(f, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			min(c.led, 1e6), led, liked, float64(c.related), orders, math.Log1p(float64(len(k.bought))))
	}
	due := 0.0
	if rhythm := rhythm(c.own.Bought, c.row); rhythm > 0 && !now.IsZero() && !c.own.Last.IsZero() {
		due = max(0, min(3, float64(now.Sub(c.own.Last))/float64(rhythm)))
	}
	again := c.row.again()
	return append(f, 1, math.Log(k.repeat(c.own, again)), math.Log(float64(max(c.own.Orders, 1))), math.Log1p(float64(max(c.own.Since, 0))),
		math.Log(again+1e-3), due, led, liked, orders, 0, 0, 0, 0, 0, 0)
}
