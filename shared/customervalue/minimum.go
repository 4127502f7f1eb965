package customervalue

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// ErrNotFound is wrapped where no numbers were found under which the data are
// likeliest: the search did not come to rest, or came to rest on a plateau.
var ErrNotFound = errors.New("the fit did not converge")

// edge bounds the search: every number lies between exp(-edge) and exp(edge),
// in units of the data. Data without, say, any difference between customers
// have their maximum at infinity, and would otherwise be followed there.
const edge = 6

// objective returns minus the mean log-likelihood at the given logarithms, and
// sets its gradient.
type objective func(gradient, logs []float64) float64

// kept adds to f a wall that is exactly nothing within the edge.
func (f objective) kept(gradient, logs []float64) float64 {
	inside, over := make([]float64, len(logs)), 0.0
	for i, v := range logs {
		inside[i] = max(-edge-4, min(edge+4, v)) // beyond that, not even the wall is evaluated
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

// minimum is where an objective is least.
type minimum struct {
	logs    []float64
	value   float64
	hessian *mat.SymDense
}

// enough is how many rows tell a search where to begin.
const enough = 3000

// search minimises a mean over n rows, which of makes from every so many of them.
// With many, the starts are tried on a part, and all rows only refine the best:
// that is several times as quick, and comes to the same.
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

// minimise returns the best of the minima that are reached from the starts. It
// fails with [ErrNotFound] where none is a proper one: a point with no slope
// from which every way leads up.
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

// flat is the slope below which a point counts as one of rest. Log-likelihoods
// are per customer, so that it leaves numbers exact to some six digits.
const flat = 1e-6

func descend(f objective, start []float64) (minimum, error) {
	g, at, value := make([]float64, len(start)), []float64(nil), 0.0
	look := func(logs []float64) float64 { // the search asks for value and gradient apart
		if !slices.Equal(at, logs) {
			at, value = slices.Clone(logs), f.kept(g, logs)
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
		return minimum{}, fmt.Errorf("a slope of %.2g was left (%v)", steepest, result.Status)
	}
	m.hessian = f.hessian(m.logs)
	if !new(mat.Cholesky).Factorize(m.hessian) {
		return minimum{}, errors.New("it ended on a plateau")
	}
	return m, nil
}

// hessian differentiates the gradient, by central differences.
func (f objective) hessian(logs []float64) *mat.SymDense {
	const h = 1e-4
	n := len(logs)
	raw := mat.NewDense(n, n, nil)
	up, down, at := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		copy(at, logs)
		at[i] = logs[i] + h
		f.kept(up, at)
		at[i] = logs[i] - h
		f.kept(down, at)
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

// covariance returns that of the logarithms, for a sample of n customers.
func (m minimum) covariance(n float64) (rows [][]float64, err error) {
	var c mat.Cholesky
	if !c.Factorize(m.hessian) {
		return nil, fmt.Errorf("it ended on a plateau: %w", ErrNotFound)
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
