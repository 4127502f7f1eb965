package training

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
	"regulars/shared/recommend/learning"
	"regulars/shared/recommend/rerank"
	"regulars/shared/shop"
)

// Outcome is what a night decided, for recommend.ModeNext and
// recommend.ModeGoesWith.
type Outcome struct {
	Rerankers map[recommend.Mode]*recommend.Linear // in force; a mode without one is ranked by the blend
	Verdicts  map[recommend.Mode]judge.Verdict     // of the weights that were trained
}

const (
	parts = 3 // of the customers
	seed  = 1

	// enough is how many orders to predict are wanted for a verdict: of some,
	// nothing can be predicted, or nothing that is new to the customer.
	enough = rerank.FewestCustomers * 5 / 4
)

// Train trains a re-ranker for each mode and decides whether it is used. If
// fewer than rerank.FewestCustomers have an order to predict, the shipped
// weights are used. products is the catalogue. progress is called before each
// step with its name. It fails if the weights cannot be computed.
//
// The sample is empty afterwards. Work: one learning from the sample, with as
// many fitted products as a night has, some 15 seconds, and some ten seconds
// for 6,000 cases. Memory: first the matrix of the fit, then the cases of one
// mode.
func (s *Sample) Train(products []shop.Product, progress func(step string)) (Outcome, error) {
	out := Outcome{map[recommend.Mode]*recommend.Linear{}, map[recommend.Mode]judge.Verdict{}}
	shipped, err := rerank.Shipped()
	if err != nil {
		return out, err
	}
	progress("learns from the orders before those to predict")
	orders, rows, popular := s.next(products)
	for _, mode := range []recommend.Mode{recommend.ModeNext, recommend.ModeGoesWith} {
		progress("trains the re-ranker for " + string(mode))
		cases := make([]rerank.Case, len(orders))
		for i, o := range orders {
			if cases[i].Wanted = 1; rows != nil { // else they are only counted
				cases[i] = o.predict(mode, rows, popular)
			}
		}
		weights, verdict, err := s.train(cases, orders)
		if err != nil {
			return out, fmt.Errorf("train the re-ranker for %s: %w", mode, err)
		}
		if verdict.Customers < rerank.FewestCustomers {
			weights = shipped.Rerankers[mode]
		}
		if weights != nil {
			out.Rerankers[mode] = weights
		}
		out.Verdicts[mode] = verdict
	}
	return out, nil
}

// train returns the weights from all cases if they are better than the blend,
// with the verdict of weights that were trained without the part that they
// judge.
func (s *Sample) train(cases []rerank.Case, orders []nextOrder) (*recommend.Linear, judge.Verdict, error) {
	if len(cases) < rerank.FewestCustomers {
		return nil, rerank.Judge(cases, nil, seed), nil
	}
	strength := s.Strength
	if strength == 0 {
		strength = rerank.OwnShop
	}
	without := make([]*recommend.Linear, parts)
	for part := range without {
		var others []rerank.Case
		for i, c := range cases {
			if orders[i].part != part {
				others = append(others, c)
			}
		}
		var err error
		without[part], err = rerank.Train(others, recommend.FeatureNames(), strength, seed)
		if errors.Is(err, rerank.ErrTooLittle) {
			return nil, rerank.Judge(nil, nil, seed), nil
		}
		if err != nil {
			return nil, judge.Verdict{}, err
		}
	}
	verdict := rerank.Judge(cases, func(i int) *recommend.Linear { return without[orders[i].part] }, seed)
	if !verdict.On {
		return nil, verdict, nil
	}
	weights, err := rerank.Train(cases, recommend.FeatureNames(), strength, seed)
	return weights, verdict, err
}

// from returns the time that divides the orders into those that are learned
// from and those that are predicted: the latest one from which on half of the
// customers who ordered twice ordered again, but no fewer than are needed for a
// verdict and no more than mostCases. A customer whose first order is not before
// that time cannot be predicted; if that leaves too few, it is an earlier time
// that leaves enough, or else the most. It is zero if no customer ordered twice.
func (s *Sample) from() time.Time {
	var first, last []time.Time
	for _, c := range s.kept {
		if n := len(c.Orders); n > 0 && n+c.Older > 1 {
			last = append(last, c.Orders[n-1].At)
			if c.Older == 0 { // else it is before all that are kept
				first = append(first, c.Orders[0].At)
			}
		}
	}
	if len(last) == 0 {
		return time.Time{}
	}
	newest := func(a, b time.Time) int { return b.Compare(a) }
	slices.SortFunc(first, newest)
	slices.SortFunc(last, newest)
	place := min(len(last), mostCases, max(rerank.FewestCustomers, len(last)/2)) - 1
	most, fresh := 0, 0 // fresh: customers whose first order is not before the time
	for i := place; i < len(last) && most < enough; i++ {
		for fresh < len(first) && !first[fresh].Before(last[i]) {
			fresh++
		}
		if n := i + 1 - fresh; n > most {
			most, place = n, i
		}
	}
	return last[place]
}

// next returns the orders to predict, with the rows and the popular products
// that were learned before them. Without enough orders for a verdict there are
// no rows.
func (s *Sample) next(products []shop.Product) (orders []nextOrder, rows map[shop.ProductID]recommend.Item, popular []recommend.Popular) {
	s.cut()
	from := s.from()
	learner := learning.NewLearner(from.Add(-learning.RecentWindow))
	learner.Share = float64(len(s.kept)) / float64(max(s.customers, 1))
	for _, c := range s.kept {
		before := c.before(from)
		purchases := before.Purchases()
		if len(purchases) == 0 {
			continue
		}
		learner.Add(purchases)
		if at, kept := c.next(from); len(kept) > 0 && len(orders) < mostCases {
			orders = append(orders, nextOrder{before.History(), at, kept, int(c.hash % parts)})
		}
	}
	s.kept = nil
	if len(orders) >= rerank.FewestCustomers {
		learner.Catalogue = products
		rows = learner.Rows(nil)
	}
	return orders, rows, learner.Popular(recommend.MostPopular)
}
