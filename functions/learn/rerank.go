package main

import (
	"cmp"
	"hash/fnv"
	"io"
	"slices"
	"time"

	"regulars/shared/advice"
	"regulars/shared/decide"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
	"regulars/shared/recommend/rerank"
	"regulars/shared/shop"
)

// Bounds of the trial of the re-ranker.
const (
	mostKept  = 10_000 // customers that are kept after a cut, and up to twice as many before it: about 1 KB each, 9 KB at most
	mostCases = 3_000  // of them, customers whose last order is predicted: 16 KB each
	trialFits = 2_000  // products that are fitted: an eighth of the time of the 4,000 of a night
	trialWant = 10     // products in a list
)

// rerankTrial finds out whether the learned re-ranker (package rerank) is
// better than the blend for this shop. A hash draws a sample of the customers,
// the same ones every night. From them it learns a second time, without the
// last orders of the customers who have two or more, and compares how well the
// blend and the re-ranker predict these orders. The prediction never learns
// from the order that it predicts.
//
// A shop with fewer than rerank.FewestCustomers such customers gets the verdict
// off, without this work.
type rerankTrial struct {
	customers []drawn // mostKept at most after each cut
}

// drawn is a customer with the hash that draws them.
type drawn struct {
	hash uint64
	profile.Profile
}

func byHash(a, b drawn) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.ID, b.ID)) }

// add adds a customer who bought something.
func (t *rerankTrial) add(p profile.Profile) {
	hash := fnv.New64a()
	_, _ = io.WriteString(hash, string(p.ID)) // a hash never fails
	t.customers = append(t.customers, drawn{hash.Sum64(), p})
	if len(t.customers) >= 2*mostKept {
		t.cut()
	}
}

// cut keeps the customers with the lowest hashes, sorted by hash.
func (t *rerankTrial) cut() {
	slices.SortFunc(t.customers, byHash)
	kept := min(len(t.customers), mostKept)
	clear(t.customers[kept:])
	t.customers = t.customers[:kept]
}

// lastOrder is a customer's history without the last order, and the products
// that they kept of that order.
type lastOrder struct {
	before profile.Profile
	at     time.Time
	bought map[shop.ProductID]bool
}

// lastOrderOf returns the last order of which a customer kept something; false
// if they kept nothing of earlier orders.
func lastOrderOf(p profile.Profile) (q lastOrder, ok bool) {
	for last := len(p.Orders) - 1; last >= 0; last-- {
		visit := p.Orders[last]
		q = lastOrder{before: p, at: visit.At, bought: map[shop.ProductID]bool{}}
		q.before.Orders = p.Orders[:last]
		for _, line := range visit.Lines {
			if !visit.Cancelled && line.Units > line.Returned {
				q.bought[line.Product] = true
			}
		}
		if len(q.bought) > 0 {
			return q, len(purchases(q.before)) > 0
		}
	}
	return q, false
}

// verdicts returns, for each mode that has weights, whether to re-rank.
func (t *rerankTrial) verdicts(now time.Time, products []shop.Product) map[recommend.Mode]judge.Verdict {
	model, err := rerank.Shipped()
	if err != nil {
		return nil // a test checks that the model is valid; without it nothing is re-ranked
	}
	t.cut()
	var orders []lastOrder
	learner := recommend.NewLearner(now.Add(-recentWindow))
	learner.Fits = trialFits
	for _, p := range t.customers {
		history := p.Profile
		if q, ok := lastOrderOf(p.Profile); ok && len(orders) < mostCases {
			orders = append(orders, q)
			history = q.before
		}
		learner.Add(purchases(history))
	}
	t.customers = nil
	var rows map[shop.ProductID]recommend.Item
	enough := len(orders) >= rerank.FewestCustomers
	if enough {
		rows = rowsOf(learner, products)
	}
	popular := learner.Popular(mostPopular)
	out := map[recommend.Mode]judge.Verdict{}
	for _, mode := range []recommend.Mode{recommend.ModeNext, recommend.ModeGoesWith} {
		weights := model.Weights[mode]
		if weights == nil {
			continue
		}
		cases := make([]rerank.Case, len(orders))
		for i, q := range orders {
			cases[i] = rerank.Case{Wanted: 1} // only counted
			if enough {
				cases[i] = q.predict(mode, rows, popular)
			}
		}
		out[mode] = rerank.Judge(cases, func(int) *rerank.Weights { return weights }, 1)
	}
	return out
}

// rowsOf returns the catalogue with what the learner learned.
func rowsOf(learner *recommend.Learner, products []shop.Product) map[shop.ProductID]recommend.Item {
	learned, uses := learner.Learned(neighbours), recommend.Consumables(products)
	rows := make(map[shop.ProductID]recommend.Item, len(products))
	for _, p := range products {
		l := learned[p.ID]
		l.Consumables = uses[p.ID]
		rows[p.ID] = recommend.Item{Product: p, Learned: l}
	}
	return rows
}

// predict returns the candidates in the blend's order, and which were bought.
func (q lastOrder) predict(mode recommend.Mode, rows map[shop.ProductID]recommend.Item, popular []recommend.Popular) rerank.Case {
	ask := advice.Question{History: decide.History(q.before), Model: recommend.Model{Popular: popular}, Want: trialWant, Mode: mode}
	had := map[shop.ProductID]bool{}
	for _, b := range ask.History.Items {
		had[b.Product] = true
	}
	var c rerank.Case
	for id := range q.bought {
		known, wanted := rows[id].Customers > 0, mode != recommend.ModeGoesWith || !had[id]
		if known && wanted { // other products cannot be predicted
			c.Wanted++
		}
	}
	read := map[shop.ProductID]recommend.Item{}
	for _, ids := range []func() []shop.ProductID{ask.Sources, func() []shop.ProductID { return ask.Candidates(read) }} {
		for _, id := range ids() {
			if row, ok := rows[id]; ok {
				read[id] = row
			}
		}
	}
	for _, r := range recommend.Rank(q.at, ask.History, read, popular, len(read), recommend.Options{Want: trialWant, Mode: mode}) {
		c.Candidates = append(c.Candidates, rerank.Candidate{Features: r.Features, Bought: q.bought[r.Product]})
	}
	return c
}
