package fitting

import (
	"fmt"
	"math"

	"regulars/shared/customervalue"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"
)

// FitSpending returns the numbers that make the customers' spending most
// likely. Customers without an order, or with a total of 0 or less, are left
// out.
//
// It fails with [ErrTooFew], and with [ErrNotFound], also if the customers
// differ so much that the shop has no mean (Q of 1 or below).
func FitSpending(baskets []customervalue.Baskets) (customervalue.Spent, error) {
	var fit customervalue.Spent
	var orders, means []float64
	sum := 0.0
	for _, b := range baskets {
		if b.Orders > 0 && b.Sum > 0 && !math.IsInf(b.Sum, 0) {
			n := float64(b.Orders)
			orders, means = append(orders, n), append(means, b.Sum/n)
			sum += b.Sum / n
		}
	}
	fit.Customers = len(orders)
	if fit.Customers < FewestCustomers {
		return customervalue.Spent{}, fmt.Errorf("%d customers who spent something are fewer than %d: %w", fit.Customers, FewestCustomers, ErrTooFew)
	}
	unit := sum / float64(fit.Customers)
	if r := stat.Correlation(orders, means, nil); !math.IsNaN(r) {
		fit.Correlation = r
	}
	for i := range means {
		means[i] /= unit
	}
	best, err := search(len(orders), func(every int) objective {
		orders, means := thinned(orders, every), thinned(means, every)
		return func(gradient, logs []float64) float64 {
			value, by := spendingLikelihood(spendingOf(logs), orders, means)
			for i := range by {
				gradient[i] = -by[i] / float64(len(orders))
			}
			return -value / float64(len(orders))
		}
	}, [][]float64{{1, 1, 1}, {0, 2, 1}, {3, 1, -1}})
	if err != nil {
		return customervalue.Spent{}, fmt.Errorf("fit what %d customers spend: %w", fit.Customers, err)
	}
	if fit.Covariance, err = best.covariance(float64(fit.Customers)); err != nil {
		return customervalue.Spent{}, fmt.Errorf("fit what %d customers spend: %w", fit.Customers, err)
	}
	for i, name := range []string{"p", "q", "v"} {
		if math.Abs(best.logs[i]) >= edge {
			fit.Limits = append(fit.Limits, name)
		}
	}
	fit.Spending = spendingOf(best.logs)
	fit.LogLikelihood, _ = spendingLikelihood(fit.Spending, orders, means)
	fit.LogLikelihood -= float64(fit.Customers) * math.Log(unit)
	fit.V *= unit
	if !fit.Valid() {
		return customervalue.Spent{}, fmt.Errorf("fit what %d customers spend: q is %.2f, they have no common mean: %w", fit.Customers, fit.Q, ErrNotFound)
	}
	return fit, nil
}

// spendingOf returns the numbers that have these logarithms.
func spendingOf(logs []float64) customervalue.Spending {
	return customervalue.Spending{P: math.Exp(logs[0]), Q: math.Exp(logs[1]), V: math.Exp(logs[2])}
}

// spendingLikelihood returns equation 1a of the note, summed, and its gradient
// by the logarithms of P, Q and V.
func spendingLikelihood(s customervalue.Spending, orders, means []float64) (sum float64, gradient [3]float64) {
	lnQ, digammaQ, lnV := lgamma(s.Q), mathext.Digamma(s.Q), math.Log(s.V)
	for i, n := range orders {
		m := means[i]
		shape, rate := s.P*n, s.V+n*m
		lnRate, lnNM := math.Log(rate), math.Log(n*m)
		digamma := mathext.Digamma(shape + s.Q)
		sum += lgamma(shape+s.Q) - lgamma(shape) - lnQ + s.Q*lnV + shape*lnNM - math.Log(m) - (shape+s.Q)*lnRate
		gradient[0] += n * (digamma - mathext.Digamma(shape) + lnNM - lnRate)
		gradient[1] += digamma - digammaQ + lnV - lnRate
		gradient[2] += s.Q/s.V - (shape+s.Q)/rate
	}
	gradient[0] *= s.P
	gradient[1] *= s.Q
	gradient[2] *= s.V
	return sum, gradient
}

// thinned returns every every-th value.
func thinned(values []float64, every int) (some []float64) {
	for i := 0; i < len(values); i += every {
		some = append(some, values[i])
	}
	return some
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}
