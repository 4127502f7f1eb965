package rerank

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Case is one customer: the candidates to rank, best first by the blend, and
// which of them the customer bought next.
type Case struct {
	Candidates []Candidate
	Wanted     int // how many products the next order had; some may be missing from Candidates
}

// Candidate is one product of a case.
type Candidate struct {
	Features []float64 // by the place of recommend.FeatureNames
	Bought   bool
}

// Bounds of training.
const (
	negatives = 20   // candidates not bought that each bought one is compared with
	ridge     = 0.1  // how strongly weights are drawn to the blend's
	rounds    = 50   // of Newton's method; about six are needed
	converged = 1e-9 // largest change of a weight at which to stop
)

// ErrTooLittle means that the cases have no pair to learn from.
var ErrTooLittle = errors.New("no customer has both a candidate they bought and one they did not")

// Train returns the weights that rank bought candidates before others. It first
// finds the weight of the first feature, the blend's score, alone. Then it
// draws all weights to that, so that a feature gets a weight only if the data
// support it, and little data gives the blend. Each customer weighs the same,
// however much they bought. seed draws which of the candidates not bought are
// compared. The same arguments give the same weights.
//
// It fails with [ErrTooLittle], and if a candidate does not have exactly one
// finite number for each feature.
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
	blend, err := minimize(pairs, none, 1)
	if err != nil {
		return nil, err
	}
	w.Weight, err = minimize(pairs, blend, features)
	return w, err
}

// minimize returns the weights that separate pairs best, of the first free
// features; the others stay as in from, and all are drawn to from.
func minimize(pairs []pair, from []float64, free int) ([]float64, error) {
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
		if largest < converged {
			return weights, nil
		}
	}
	return nil, fmt.Errorf("the weights did not converge in %d rounds; check for a feature without bounds", rounds)
}

// scales returns weights with the mean and deviation of each feature over all
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
			w.Scale[i] = 1 // the feature is the same for all candidates and gets no weight
		}
	}
	return w, nil
}

// pair is a bought candidate less one that was not bought, scaled, with its
// weight in the sum.
type pair struct {
	difference []float64
	count      float64
}

func (w *Weights) pairs(cases []Case, random *rand.Rand) []pair {
	var out []pair
	for _, c := range cases {
		var bought, others []int
		for i, x := range c.Candidates {
			if x.Bought {
				bought = append(bought, i)
			} else {
				others = append(others, i)
			}
		}
		if len(bought) == 0 || len(others) == 0 {
			continue
		}
		each := min(negatives, len(others))
		for _, b := range bought {
			for draw := range each { // the first places of a shuffle: none twice
				at := draw + random.IntN(len(others)-draw)
				others[draw], others[at] = others[at], others[draw]
				p := pair{make([]float64, len(w.Scale)), 1 / float64(len(bought)*each)}
				for i := range p.difference {
					p.difference[i] = (c.Candidates[b].Features[i] - c.Candidates[others[draw]].Features[i]) / w.Scale[i]
				}
				out = append(out, p)
			}
		}
	}
	return out
}

// newton returns the step of the first free weights towards the minimum of
//
//	Σ count·log(1 + exp(−weights·difference)) / Σ count + ridge/2·|weights − from|²
func newton(pairs []pair, weights, from []float64, free int) ([]float64, error) {
	gradient, hessian := make([]float64, free), mat.NewSymDense(free, nil)
	upper := hessian.RawSymmetric().Data // row by row; the lower triangle stays empty
	total := 0.0
	for _, p := range pairs {
		total += p.count
	}
	for _, p := range pairs {
		margin := 0.0
		for i, x := range p.difference {
			margin += weights[i] * x
		}
		wrong := 1 / (1 + math.Exp(margin)) // probability of the wrong order
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
		return nil, errors.New("the weights cannot be solved for: a feature is not a number")
	}
	step := mat.NewVecDense(free, nil)
	if err := chol.SolveVecTo(step, mat.NewVecDense(free, gradient)); err != nil {
		return nil, fmt.Errorf("solve for the weights: %w", err)
	}
	return step.RawVector().Data, nil
}
