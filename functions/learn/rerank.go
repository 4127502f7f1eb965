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
	mostTried  = 10_000 // customers that are kept, and before a cut as many again: some 1 KB each, 9 KB at most
	mostJudged = 3_000  // of them, whose last order is foretold: 16 KB each
	triedFits  = 2_000  // products that are fitted: an eighth of the time of a night's 4,000
	triedWant  = 10     // products in a list
)

// rerankTrial finds out whether the learned re-ranker (package rerank) is better
// than the blend for this shop. It keeps some of the customers, the same ones every
// night, drawn by a hash. From them it learns once more, without the last orders of
// those who have two or more, and asks the blend and the re-ranker to foretell these.
// No customer's last order is learned from by what foretells it.
//
// A shop where fewer than rerank.FewestCustomers can be asked about gets its answer,
// which is no, without all that.
type rerankTrial struct {
	people []drawn // by draw, mostTried at most after each cut
}

// drawn is a customer with their lot.
type drawn struct {
	lot uint64
	profile.Profile
}

func byLot(a, b drawn) int { return cmp.Or(cmp.Compare(a.lot, b.lot), cmp.Compare(a.ID, b.ID)) }

// add takes a customer who bought something.
func (t *rerankTrial) add(p profile.Profile) {
	hash := fnv.New64a()
	_, _ = io.WriteString(hash, string(p.ID)) // a hash takes everything
	t.people = append(t.people, drawn{hash.Sum64(), p})
	if len(t.people) >= 2*mostTried {
		t.cut()
	}
}

// cut keeps those with the lowest lots, in their order.
func (t *rerankTrial) cut() {
	slices.SortFunc(t.people, byLot)
	kept := min(len(t.people), mostTried)
	clear(t.people[kept:])
	t.people = t.people[:kept]
}

// question is what a customer is asked about: their history without the last order,
// and what they kept of that.
type question struct {
	before profile.Profile
	at     time.Time
	bought map[shop.ProductID]bool
}

// asked returns the question of a customer; none where they have no earlier order.
func asked(p profile.Profile) (q question, ok bool) {
	for last := len(p.Orders) - 1; last >= 0; last-- {
		visit := p.Orders[last]
		q = question{before: p, at: visit.At, bought: map[shop.ProductID]bool{}}
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

// verdicts returns, for each of the questions, whether to re-rank.
func (t *rerankTrial) verdicts(now time.Time, products []shop.Product) map[recommend.Mode]judge.Verdict {
	model, err := rerank.Shipped()
	if err != nil {
		return nil // the tests hold that it is there; without it nothing is re-ranked
	}
	t.cut()
	var questions []question
	learner := recommend.NewLearner(now.Add(-ofLate))
	learner.Fits = triedFits
	for _, p := range t.people {
		history := p.Profile
		if q, ok := asked(p.Profile); ok && len(questions) < mostJudged {
			questions = append(questions, q)
			history = q.before
		}
		learner.Add(purchases(history))
	}
	t.people = nil
	var rows map[shop.ProductID]recommend.Item
	enough := len(questions) >= rerank.FewestCustomers
	if enough {
		rows = tried(learner, products)
	}
	popular := learner.Popular(mostPopular)
	out := map[recommend.Mode]judge.Verdict{}
	for _, mode := range []recommend.Mode{recommend.ModeNext, recommend.ModeGoesWith} {
		weights := model.Weights[mode]
		if weights == nil {
			continue
		}
		cases := make([]rerank.Case, len(questions))
		for i, q := range questions {
			cases[i] = rerank.Case{Wanted: 1} // to be counted
			if enough {
				cases[i] = q.foretell(mode, rows, popular)
			}
		}
		out[mode] = rerank.Judge(cases, func(int) *rerank.Weights { return weights }, 1)
	}
	return out
}

// tried returns the catalogue as it would be had the learner made it.
func tried(learner *recommend.Learner, products []shop.Product) map[shop.ProductID]recommend.Item {
	learned, uses := learner.Learned(neighbours), recommend.Consumables(products)
	rows := make(map[shop.ProductID]recommend.Item, len(products))
	for _, p := range products {
		l := learned[p.ID]
		l.Consumables = uses[p.ID]
		rows[p.ID] = recommend.Item{Product: p, Learned: l}
	}
	return rows
}

// foretell returns what the blend would show, and what of it was bought.
func (q question) foretell(mode recommend.Mode, rows map[shop.ProductID]recommend.Item, popular []recommend.Popular) rerank.Case {
	ask := advice.Question{History: decide.History(q.before), Model: recommend.Model{Popular: popular}, Want: triedWant, Mode: mode}
	had := map[shop.ProductID]bool{}
	for _, b := range ask.History.Items {
		had[b.Product] = true
	}
	var c rerank.Case
	for id := range q.bought {
		known, wanted := rows[id].Customers > 0, mode != recommend.ModeGoesWith || !had[id]
		if known && wanted { // nothing else can be foretold
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
	for _, r := range recommend.Rank(q.at, ask.History, read, popular, len(read), recommend.Options{Want: triedWant, Mode: mode}) {
		c.Candidates = append(c.Candidates, rerank.Candidate{Features: r.Features, Bought: q.bought[r.Product]})
	}
	return c
}
