package rerank

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
)

// FewestCustomers is the least number of customers with an order to predict for
// a comparison: with fewer, a 95 % interval is wider than any gain that
// re-ranking was measured to have.
const FewestCustomers = 300

// Likely is the chance of a gain from which the re-ranker is used. Its weights
// are drawn to the blend and trained on the same shop, so a wrong verdict costs
// little either way, and four to one is enough.
const Likely = 0.8

const (
	length = 10   // of the compared lists
	draws  = 1000 // of the bootstrap
)

// Judge compares each case re-ranked with by(i) with the blend's order. by
// returns the same weights for all cases or, in cross-validation, weights that
// were trained without the case i. Re-ranking is on if it is better with a
// chance of [Likely] or more, by the mean of the three measures. It is off
// otherwise, and if fewer than [FewestCustomers] bought anything. seed is that
// of the bootstrap.
func Judge(cases []Case, by func(i int) *recommend.Linear, seed uint64) judge.Verdict {
	v := judge.Verdict{}
	for _, c := range cases {
		v.Customers += min(c.Wanted, 1)
	}
	if v.Customers < FewestCustomers {
		v.Why = fmt.Sprintf("only %d customers have an order to compare by; at least %d are needed", v.Customers, FewestCustomers)
		return v
	}
	gains, all := make([][]float64, len(judge.Columns)), []float64(nil)
	for i, c := range cases {
		if c.Wanted < 1 {
			continue
		}
		before, after := measure(c, blend(c)), measure(c, order(by(i), c))
		v.Blend, v.Reranked = plus(v.Blend, before), plus(v.Reranked, after)
		gain := 0.0
		for at, column := range judge.Columns {
			gains[at] = append(gains[at], column(after)-column(before))
			gain += (column(after) - column(before)) / float64(len(judge.Columns))
		}
		all = append(all, gain)
	}
	n := float64(v.Customers)
	v.Blend, v.Reranked = over(v.Blend, n), over(v.Reranked, n)
	found := judge.Bootstrap(gains, draws, seed)
	v.Gain = judge.Gain{Recall: found[0], NDCG: found[1], PHR: found[2]}
	v.Chance = judge.Chance(all, draws, seed)
	v.On = v.Chance >= Likely
	v.Why = fmt.Sprintf("re-ranked lists are better with a chance of %.0f %%, and %.0f %% are needed: recall %+.4f, NDCG %+.4f, PHR %+.4f",
		100*v.Chance, 100*Likely, v.Gain.Recall.Mean, v.Gain.NDCG.Mean, v.Gain.PHR.Mean)
	return v
}

// blend returns the indices of a case's candidates in the blend's order.
func blend(c Case) []int {
	out := make([]int, len(c.Candidates))
	for i := range out {
		out[i] = i
	}
	return out
}

// order returns the indices of a case's candidates, best first by the weights.
// Ties keep the blend's order; so does a whole case if one score is not a
// number.
func order(w *recommend.Linear, c Case) []int {
	out := blend(c)
	scores := make([]float64, len(out))
	for i, x := range c.Candidates {
		scores[i] = w.Score(x.Features)
		if math.IsNaN(scores[i]) || math.IsInf(scores[i], 0) {
			return out
		}
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	return out
}

// measure measures a list of indices. A bought product that is not a candidate
// counts as missed.
func measure(c Case, list []int) judge.Measures {
	var wanted []int
	for i, x := range c.Candidates {
		if x.Bought {
			wanted = append(wanted, i)
		}
	}
	for missing := len(wanted); missing < c.Wanted; missing++ {
		wanted = append(wanted, len(c.Candidates)+missing)
	}
	return judge.Measure(list, wanted, length)
}

func plus(a, b judge.Measures) judge.Measures {
	return judge.Measures{Recall: a.Recall + b.Recall, NDCG: a.NDCG + b.NDCG, PHR: a.PHR + b.PHR}
}

func over(m judge.Measures, n float64) judge.Measures {
	return judge.Measures{Recall: m.Recall / n, NDCG: m.NDCG / n, PHR: m.PHR / n}
}
