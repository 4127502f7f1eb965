package fitting

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// ErrNotFound is wrapped if no maximum of the likelihood was found: the search
// did not converge, or converged on a plateau.
var ErrNotFound = errors.New("the fit did not converge")

// edge bounds the search: every number is between exp(-edge) and exp(edge), in
// units of the data. Some data, such as customers who do not differ at all,
// have their maximum at infinity, and the search would not end.
const edge = 6

// objective returns minus the mean log-likelihood at the given logarithms, and
// sets its gradient.
type objective func(gradient, logs []float64) float64

// bounded adds to f a penalty beyond the edge, which is exactly 0 within it.
func (f objective) bounded(gradient, logs []float64) float64 {
	inside, over := make([]float64, len(logs)), 0.0
	for i, v := range logs {
		inside[i] = max(-edge-4, min(edge+4, v)) // f itself is not evaluated farther out
	}
	value := f(gradient, inside)
	for i, v := range logs {
		if out := math.Abs(v) - edge; out > 0 {
			over += out * out
			gradient[i] += 2 * math.Copysign(out, v)
		}
	}
	return value + over
}

// minimum is the point at which an objective is least.
type minimum struct {
	logs    []float64
	value   float64
	hessian *mat.SymDense
}

// enough is the number of rows from which a starting point can be found.
const enough = 3000

// search minimises a mean over n rows; of returns the objective over every
// every-th row. With many rows it tries the starting points on a part of them
// and only refines the best one on all: several times as fast, with the same
// result.
func search(n int, of func(every int) objective, starts [][]float64) (minimum, error) {
	if n >= 2*enough {
		if near, err := minimise(of(n/enough), starts); err == nil {
			if best, err := minimise(of(1), [][]float64{near.logs}); err == nil {
				return best, nil
			}
		}
	}
	return minimise(of(1), starts)
}

// minimise returns the best minimum that the search reaches from the starting
// points. It fails with [ErrNotFound] if none is proper: a point without a
// slope from which all directions lead up.
func minimise(f objective, starts [][]float64) (best minimum, err error) {
	var why error
	for _, start := range starts {
		m, err := descend(f, start)
		switch {
		case err != nil:
			why = err
		case best.logs == nil || m.value < best.value-1e-9:
			best = m
		}
	}
	if best.logs == nil {
		return minimum{}, fmt.Errorf("%w: %w", ErrNotFound, why)
	}
	return best, nil
}

// flat is the slope below which the search has converged. Log-likelihoods are
// per customer, so numbers are exact to about six digits.
const flat = 1e-6

func descend(f objective, start []float64) (minimum, error) {
	g, at, value := make([]float64, len(start)), []float64(nil), 0.0
	look := func(logs []float64) float64 { // the search requests value and gradient separately
		if !slices.Equal(at, logs) {
			at, value = slices.Clone(logs), f.bounded(g, logs)
		}
		return value
	}
	problem := optimize.Problem{
		Func: look,
		Grad: func(grad, logs []float64) { look(logs); copy(grad, g) },
	}
	result, err := optimize.Minimize(problem, start, &optimize.Settings{GradientThreshold: flat / 100, MajorIterations: 300}, &optimize.BFGS{})
	if result == nil {
		return minimum{}, err
	}
	m := minimum{logs: result.X, value: look(result.X)}
	steepest := 0.0
	for _, slope := range g {
		steepest = max(steepest, math.Abs(slope))
	}
	if !(steepest < flat) || math.IsNaN(m.value) || math.IsInf(m.value, 0) {
		return minimum{}, fmt.Errorf("the search ended on a slope of %.2g (%v)", steepest, result.Status)
	}
	m.hessian = f.hessian(m.logs)
	if !new(mat.Cholesky).Factorize(m.hessian) {
		return minimum{}, errors.New("the search ended on a plateau")
	}
	return m, nil
}

// hessian differentiates the gradient by central differences.
func (f objective) hessian(logs []float64) *mat.SymDense {
	const h = 1e-4
	n := len(logs)
	raw := mat.NewDense(n, n, nil)
	up, down, at := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		copy(at, logs)
		at[i] = logs[i] + h
		f.bounded(up, at)
		at[i] = logs[i] - h
		f.bounded(down, at)
		for j := range n {
			raw.Set(i, j, (up[j]-down[j])/(2*h))
		}
	}
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			sym.SetSym(i, j, (raw.At(i, j)+raw.At(j, i))/2)
		}
	}
	return sym
}

// covariance returns the covariance of the logarithms for a sample of n
// customers.
func (m minimum) covariance(n float64) (rows [][]float64, err error) {
	var c mat.Cholesky
	if !c.Factorize(m.hessian) {
		return nil, fmt.Errorf("the search ended on a plateau: %w", ErrNotFound)
	}
	var inverse mat.SymDense
	if err := c.InverseTo(&inverse); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	size := inverse.SymmetricDim()
	for i := range size {
		rows = append(rows, make([]float64, size))
		for j := range size {
			rows[i][j] = inverse.At(i, j) / n
		}
	}
	return rows, nil
}
