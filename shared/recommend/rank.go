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
// [FeatureNames]: higher is better, and a difference is one of logarithms of
// odds. If it returns no finite number for one of a customer's candidates, all
// of them keep the blend's scores.
type Reranker interface {
	Score(features []float64) float64
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
	s := scratches.Get().(*scratch)
	defer s.giveBack()
	all := known.scored(now, items, opt, s, func(*Item) bool { return true })
	all = slices.DeleteFunc(all, func(c *candidate) bool {
		return opt.Mode == ModeGoesWith && c.own != nil || opt.Mode == ModeAgain && c.own == nil
	})
	slices.SortFunc(all, byScore)
	all = all[:min(len(all), max(k, 0))]
	out := make([]Ranked, len(all))
	for i, c := range all {
		if c.features == nil {
			c.features = known.features(nil, now, c)
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
	reranked bool      // the score is the re-ranker's
	features []float64 // set if there is a re-ranker
}

// byScore is the order of candidates: best first.
func byScore(a, b *candidate) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.recent, a.recent),
		cmp.Compare(b.row.Customers, a.row.Customers), cmp.Compare(a.product, b.product))
}

// scored returns the candidates whose rows pass wanted, in any order, without
// returned products and without the anchor. Items of a long history beyond
// [LongestHistory] are left out as well. The candidates are valid until s is given back.
func (k known) scored(now time.Time, items map[shop.ProductID]Item, opt Options, s *scratch, wanted func(*Item) bool) []*candidate {
	f := &s.set
	slab := slices.Grow(s.candidates, len(items))
	for id := range items {
		if id == "" || slices.Contains(opt.Anchor, id) {
			continue
		}
		n := len(slab)
		slab = slab[:n+1]
		if slab[n].row = items[id]; wanted(&slab[n].row) {
			f.add(id)
		} else {
			slab[n].row, slab = Item{}, slab[:n]
		}
	}
	s.candidates = slab
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
	scores, features := make([]float64, len(all)), make([]float64, 0, len(all)*len(featureNames))
	for i, c := range all {
		features = k.features(features, now, c)
		c.features = features[len(features)-len(featureNames):]
		scores[i] = by.Score(c.features)
		if math.IsNaN(scores[i]) || math.IsInf(scores[i], 0) {
			return
		}
	}
	for i, c := range all {
		c.score, c.reranked = scores[i], true
	}
}
