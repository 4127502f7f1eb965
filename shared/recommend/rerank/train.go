package rerank

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Case is one customer: the candidates they might be shown, best first by the
// blend, and which of them they bought next.
type Case struct {
	Candidates []Candidate
	Wanted     int // how many products the order had; the candidates may lack some
}

// Candidate is one product of a case.
type Candidate struct {
	Features []float64 // by the place of recommend.FeatureNames
	Bought   bool
}

// Bounds of training.
const (
	negatives = 20   // candidates not bought that each bought one is compared to
	ridge     = 0.1  // how strongly weights are drawn to the blend's
	rounds    = 50   // of Newton's method; some six are needed
	settled   = 1e-9 // largest change of a weight by which it has settled
)

// ErrTooLittle says that there is nothing to learn from.
var ErrTooLittle = errors.New("no customer has both a candidate they bought and one they did not")

// Train returns the weights that put bought candidates before others. The first
// feature is the blend's score: what it weighs alone is found first, and then all
// weights are drawn to that, so that a feature must earn its place, and little
// data gives the blend again. Each customer counts alike, however much they bought; seed draws which of the
// candidates not bought are compared. The same arguments give the same weights.
//
// It fails with [ErrTooLittle], and where a case has not one finite number for
// each of the features.
func Train(cases []Case, features int, seed uint64) (*Weights, error) {
	w, err := scales(cases, features)
	if err != nil {
		return nil, err
	}
	pairs := w.pairs(cases, rand.New(rand.NewPCG(seed, 1)))
	w.Pairs = len(pairs)
	if len(pairs) == 0 {
		return nil, ErrTooLittle
	}
	none := make([]float64, features)
	blend, err := settle(pairs, none, 1)
	if err != nil {
		return nil, err
	}
	w.Weight, err = settle(pairs, blend, features)
	return w, err
}

// settle returns the weights that tell pairs apart best, of the first free
// features; the others stay as they are in from, and all are drawn to it.
func settle(pairs []pair, from []float64, free int) ([]float64, error) {
	weights := slices.Clone(from)
	for range rounds {
		step, err := newton(pairs, weights, from, free)
		if err != nil {
			return nil, err
		}
		largest := 0.0
		for i, s := range step {
			weights[i] += s
			largest = max(largest, math.Abs(s))
		}
		if largest < settled {
			return weights, nil
		}
	}
	return nil, fmt.Errorf("the weights have not settled in %d rounds: is a feature without bounds?", rounds)
}

// scales returns weights with mean and deviation of each feature, over all
// candidates.
func scales(cases []Case, features int) (*Weights, error) {
	w := &Weights{Mean: make([]float64, features), Scale: make([]float64, features)}
	n := 0.0
	for at, c := range cases {
		for _, x := range c.Candidates {
			if len(x.Features) != features {
				return nil, fmt.Errorf("case %d: a candidate has %d features, want %d", at, len(x.Features), features)
			}
			n++
			for i, v := range x.Features {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return nil, fmt.Errorf("case %d: feature %d is %v, want a number", at, i, v)
				}
				before := v - w.Mean[i] // Welford, Technometrics 1962
				w.Mean[i] += before / n
				w.Scale[i] += before * (v - w.Mean[i])
			}
		}
	}
	for i := range w.Scale {
		w.Scale[i] = math.Sqrt(w.Scale[i] / max(n, 1))
		if !(w.Scale[i] > 1e-12) {
			w.Scale[i] = 1 // it is the same for all, and weighs nothing
		}
	}
	return w, nil
}

// pair is a bought candidate less one that was not, scaled, with what it counts.
type pair struct {
	difference []float64
	count      float64
}

func (w *Weights) pairs(cases []Case, random *rand.Rand) []pair {
	var out []pair
	for _, c := range cases {
		var yes, no []int
		for i, x := range c.Candidates {
			if x.Bought {
				yes = append(yes, i)
			} else {
				no = append(no, i)
			}
		}
		if len(yes) == 0 || len(no) == 0 {
			continue
		}
		each := min(negatives, len(no))
		for _, y := range yes {
			for draw := range each { // the first places of a shuffle: none twice
				at := draw + random.IntN(len(no)-draw)
				no[draw], no[at] = no[at], no[draw]
				p := pair{make([]float64, len(w.Scale)), 1 / float64(len(yes)*each)}
				for i := range p.difference {
					p.difference[i] = (c.Candidates[y].Features[i] - c.Candidates[no[draw]].Features[i]) / w.Scale[i]
				}
				out = append(out, p)
			}
		}
	}
	return out
}

// newton returns the step of the first free weights towards the least of
//
//	Σ count·log(1 + exp(−weights·difference)) / Σ count + ridge/2·|weights − from|²
func newton(pairs []pair, weights, from []float64, free int) ([]float64, error) {
	gradient, hessian := make([]float64, free), mat.NewSymDense(free, nil)
	upper := hessian.RawSymmetric().Data // row by row; what is left of the diagonal stays empty
	total := 0.0
	for _, p := range pairs {
		total += p.count
	}
	for _, p := range pairs {
		margin := 0.0
		for i, x := range p.difference {
			margin += weights[i] * x
		}
		wrong := 1 / (1 + math.Exp(margin)) // how far from told apart
		for i, x := range p.difference[:free] {
			gradient[i] += p.count * wrong * x / total
			for j := i; j < free; j++ {
				upper[i*free+j] += p.count * wrong * (1 - wrong) * x * p.difference[j] / total
			}
		}
	}
	for i := range free {
		gradient[i] -= ridge * (weights[i] - from[i])
		upper[i*free+i] += ridge
	}
	var chol mat.Cholesky
	if !chol.Factorize(hessian) {
		return nil, errors.New("the weights cannot be solved for: a feature is no number")
	}
	step := mat.NewVecDense(free, nil)
	if err := chol.SolveVecTo(step, mat.NewVecDense(free, gradient)); err != nil {
		return nil, fmt.Errorf("solve for the weights: %w", err)
	}
	return step.RawVector().Data, nil
}
