package rerank

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"regulars/shared/recommend/judge"
)

// FewestCustomers is how many customers with an order to foretell it takes to
// judge: with fewer, an interval of 95 % is wider than what re-ranking gains
// anywhere.
const FewestCustomers = 300

const (
	length = 10   // of the lists that are judged
	draws  = 1000 // of the bootstrap
)

// Judge compares what re-ranking with by(i) makes of the case i to the blend: the
// same weights for all, or where cases were trained on in turns, those that were
// trained without it. Re-ranking is on where the interval of what it adds to NDCG
// is above 0 and it costs no recall; off otherwise, and where fewer than
// [FewestCustomers] wanted anything. seed is that of the bootstrap.
func Judge(cases []Case, by func(i int) *Weights, seed uint64) judge.Verdict {
	v := judge.Verdict{}
	for _, c := range cases {
		v.Customers += min(c.Wanted, 1)
	}
	if v.Customers < FewestCustomers {
		v.Why = fmt.Sprintf("%d customers have an order to judge by, and it takes %d", v.Customers, FewestCustomers)
		return v
	}
	gains := make([][]float64, len(judge.Columns))
	for i, c := range cases {
		if c.Wanted < 1 {
			continue
		}
		before, after := measure(c, blend(c)), measure(c, by(i).order(c))
		v.Blend, v.Reranked = plus(v.Blend, before), plus(v.Reranked, after)
		for at, column := range judge.Columns {
			gains[at] = append(gains[at], column(after)-column(before))
		}
	}
	n := float64(v.Customers)
	v.Blend, v.Reranked = over(v.Blend, n), over(v.Reranked, n)
	found := judge.Bootstrap(gains, draws, seed)
	v.Gain = judge.Gain{Recall: found[0], NDCG: found[1], PHR: found[2]}
	switch gain := v.Gain.NDCG; {
	case gain.High < 0:
		v.Why = fmt.Sprintf("NDCG loses %.4f, between %.4f and %.4f", -gain.Mean, -gain.High, -gain.Low)
	case !(gain.Low > 0):
		v.Why = fmt.Sprintf("NDCG changes by %+.4f, which may be chance: between %+.4f and %+.4f", gain.Mean, gain.Low, gain.High)
	case v.Gain.Recall.Mean < 0:
		v.Why = fmt.Sprintf("NDCG gains %+.4f, and recall loses %.4f", gain.Mean, -v.Gain.Recall.Mean)
	default:
		v.On = true
		v.Why = fmt.Sprintf("NDCG gains %+.4f, between %+.4f and %+.4f", gain.Mean, gain.Low, gain.High)
	}
	return v
}

// blend returns the places of a case's candidates as they come.
func blend(c Case) []int {
	out := make([]int, len(c.Candidates))
	for i := range out {
		out[i] = i
	}
	return out
}

// order returns the places of a case's candidates, best first by the weights;
// ties, and all of a case with a score that is no number, as the blend has them.
func (w *Weights) order(c Case) []int {
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

// measure measures a list of places. What was wanted and is no candidate stands
// behind all places.
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
