package rerank

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"regulars/shared/recommend"
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

// How strongly weights are drawn to the blend's, in customers: as if that many
// had shown that nothing but the blend's score counts. With few customers the
// blend decides, with many their orders.
const (
	OwnShop   = 120 // for the shop whose orders they are
	AnyShop   = 400 // for all shops: the weights that ship
	negatives = 20  // candidates not bought that each bought one is compared with
	free      = 0.1 // the same for the weight of the blend's score, which is only kept finite
)

// Bounds of Newton's method.
const (
	rounds    = 50    // about six are needed
	converged = 1e-9  // largest change of a weight at which to stop
	rounding  = 1e-12 // of the loss
)

// ErrTooLittle means that the cases have no pair to learn from.
var ErrTooLittle = errors.New("no customer has both a candidate they bought and one they did not")

// Train returns the weights that rank bought candidates before others. It first
// finds the weight of the first feature, the blend's score, alone. Then it
// draws all weights to that, with the given strength (see [OwnShop]), so that a
// feature gets a weight only if the data support it, and little data gives the
// blend. Each customer weighs the same, however much they bought. seed draws
// which of the candidates not bought are compared. The same arguments give the
// same weights.
//
// features are the names of the candidates' features. Train fails with
// [ErrTooLittle], and if a candidate does not have exactly one finite number
// for each.
func Train(cases []Case, features []string, strength float64, seed uint64) (*recommend.Linear, error) {
	w, err := scales(cases, features)
	if err != nil {
		return nil, err
	}
	pairs, customers := pairsOf(cases, rand.New(rand.NewPCG(seed, 1)))
	if len(pairs) == 0 {
		return nil, ErrTooLittle
	}
	blend, err := minimize(pairs, w.Scale, make([]float64, len(features)), 1, free/customers)
	if err != nil {
		return nil, err
	}
	w.Weight, err = minimize(pairs, w.Scale, blend, len(features), strength/customers)
	return w, err
}

// minimize returns the weights of the first n features that separate pairs
// best; the others stay as in from, and all are drawn to from.
func minimize(pairs []pair, scale, from []float64, n int, ridge float64) ([]float64, error) {
	weights := slices.Clone(from)
	var last []float64
	least := math.Inf(1)
	for range rounds {
		loss, step, err := newton(pairs, scale, weights, from, n, ridge)
		if err != nil {
			return nil, err
		}
		if loss > least+rounding { // the last step went too far
			for i := range last {
				last[i] /= 2
				weights[i] -= last[i]
			}
			continue
		}
		least, last = loss, step
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
func scales(cases []Case, features []string) (*recommend.Linear, error) {
	w := &recommend.Linear{Features: features, Mean: make([]float64, len(features)), Scale: make([]float64, len(features))}
	n := 0.0
	for at, c := range cases {
		for _, x := range c.Candidates {
			if len(x.Features) != len(features) {
				return nil, fmt.Errorf("case %d: a candidate has %d features, want %d", at, len(x.Features), len(features))
			}
			n++
			for i, v := range x.Features {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return nil, fmt.Errorf("case %d: the feature %s is %v, want a number", at, features[i], v)
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

// pair is a bought candidate and one that was not bought, by their features,
// with their weight in the sum.
type pair struct {
	bought, other []float64
	count         float64
}

// difference puts the first less the second into out, scaled.
func (p pair) difference(out, scale []float64) {
	for i := range out {
		out[i] = (p.bought[i] - p.other[i]) / scale[i]
	}
}

// pairsOf returns the pairs, and of how many customers they are.
func pairsOf(cases []Case, random *rand.Rand) (out []pair, customers float64) {
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
		customers++
		each := min(negatives, len(others))
		for _, b := range bought {
			for draw := range each { // the first places of a shuffle: none twice
				at := draw + random.IntN(len(others)-draw)
				others[draw], others[at] = others[at], others[draw]
				out = append(out, pair{c.Candidates[b].Features, c.Candidates[others[draw]].Features, 1 / float64(len(bought)*each)})
			}
		}
	}
	return out, customers
}

// newton returns the loss at the weights, and the step of the first n weights
// towards the minimum of
//
//	Σ count·log(1 + exp(−weights·difference)) / Σ count + ridge/2·|weights − from|²
//
// A difference is that of a pair, divided by scale.
func newton(pairs []pair, scale, weights, from []float64, n int, ridge float64) (loss float64, step []float64, err error) {
	gradient, hessian := make([]float64, n), mat.NewSymDense(n, nil)
	upper := hessian.RawSymmetric().Data // row by row; the lower triangle stays empty
	total := 0.0
	for _, p := range pairs {
		total += p.count
	}
	difference := make([]float64, len(weights))
	for _, p := range pairs {
		p.difference(difference, scale)
		margin := 0.0
		for i, x := range difference {
			margin += weights[i] * x
		}
		wrong := 1 / (1 + math.Exp(margin)) // probability of the wrong order
		loss += p.count * (max(-margin, 0) + math.Log1p(math.Exp(-math.Abs(margin)))) / total
		curvature := p.count * wrong * (1 - wrong) / total
		for i, x := range difference[:n] {
			gradient[i] += p.count * wrong * x / total
			row := upper[i*n : i*n+n]
			for j := i; j < n; j++ {
				row[j] += curvature * x * difference[j]
			}
		}
	}
	for i := range n {
		gradient[i] -= ridge * (weights[i] - from[i])
		loss += ridge / 2 * (weights[i] - from[i]) * (weights[i] - from[i])
		upper[i*n+i] += ridge
	}
	var chol mat.Cholesky
	if !chol.Factorize(hessian) {
		return 0, nil, errors.New("the weights cannot be solved for: a feature is not a number")
	}
	v := mat.NewVecDense(n, nil)
	if err := chol.SolveVecTo(v, mat.NewVecDense(n, gradient)); err != nil {
		return 0, nil, fmt.Errorf("solve for the weights: %w", err)
	}
	return loss, v.RawVector().Data, nil
}
