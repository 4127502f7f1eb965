package customervalue

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"
)

// Baskets is the number and the total of a customer's orders.
type Baskets struct {
	Orders int     `json:"orders"`
	Sum    float64 `json:"sum"`
}

// Spending is the distribution of the amounts of a shop's orders. The orders of
// one customer have a gamma distribution with the shape P and a rate of the
// customer's own; the rates have a gamma distribution with the shape Q and the
// rate V. All three are above 0; V is an amount of money.
type Spending struct {
	P float64 `json:"p"`
	Q float64 `json:"q"`
	V float64 `json:"v"`
}

// Valid reports whether s is possible and has a mean: Q is above 1.
func (s Spending) Valid() bool {
	return s.P > 0 && s.Q > 1 && s.V > 0 && !math.IsInf(s.P+s.Q+s.V, 0)
}

// Mean returns the expected amount of the customer's next orders: their own
// mean, drawn towards the shop's; the fewer orders, the more.
func (s Spending) Mean(b Baskets) float64 {
	b = b.clamped()
	return s.P * (s.V + b.Sum) / (s.P*float64(b.Orders) + s.Q - 1)
}

// MeanInterval returns the central 90 % posterior interval of the customer's
// own mean, given the shop's numbers.
func (s Spending) MeanInterval(b Baskets) Interval {
	b = b.clamped()
	shape, rate := s.P*float64(b.Orders)+s.Q, s.V+b.Sum
	return Interval{
		Low:  s.P * rate / mathext.GammaIncRegInv(shape, 0.95),
		High: s.P * rate / mathext.GammaIncRegInv(shape, 0.05),
	}
}

// mostSpent is above all amounts in any currency's minor units.
const mostSpent = 1e15

func (b Baskets) clamped() Baskets {
	b.Orders = max(b.Orders, 0)
	if !(b.Sum > 0) || b.Orders == 0 {
		b.Sum = 0
	}
	b.Sum = min(b.Sum, mostSpent)
	return b
}

// Spent is a shop's fitted [Spending] with its uncertainty.
type Spent struct {
	Spending
	LogLikelihood float64     `json:"log_likelihood"`
	Customers     int         `json:"customers"`
	Covariance    [][]float64 `json:"covariance"` // of the logarithms of P, Q and V

	// Correlation is Pearson's, between a customer's number of orders and their
	// mean amount; the model assumes 0. Far above it, the orders of frequent buyers
	// are worth more than predicted, far below it less.
	Correlation float64  `json:"correlation"`
	Limits      []string `json:"limits,omitempty"` // as in [Ordering]
}

// FitSpending returns the numbers that make the customers' spending most
// likely. Customers without an order, or with a total of 0 or less, are left
// out.
//
// It fails with [ErrTooFew], and with [ErrNotFound], also if the customers
// differ so much that the shop has no mean (Q of 1 or below).
func FitSpending(baskets []Baskets) (Spent, error) {
	var fit Spent
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
		return Spent{}, fmt.Errorf("%d customers who spent something are fewer than %d: %w", fit.Customers, FewestCustomers, ErrTooFew)
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
			value, by := spendingLikelihood(Spending{math.Exp(logs[0]), math.Exp(logs[1]), math.Exp(logs[2])}, orders, means)
			for i := range by {
				gradient[i] = -by[i] / float64(len(orders))
			}
			return -value / float64(len(orders))
		}
	}, [][]float64{{1, 1, 1}, {0, 2, 1}, {3, 1, -1}})
	if err != nil {
		return Spent{}, fmt.Errorf("fit what %d customers spend: %w", fit.Customers, err)
	}
	if fit.Covariance, err = best.covariance(float64(fit.Customers)); err != nil {
		return Spent{}, fmt.Errorf("fit what %d customers spend: %w", fit.Customers, err)
	}
	for i, name := range []string{"p", "q", "v"} {
		if math.Abs(best.logs[i]) >= edge {
			fit.Limits = append(fit.Limits, name)
		}
	}
	fit.Spending = Spending{math.Exp(best.logs[0]), math.Exp(best.logs[1]), math.Exp(best.logs[2])}
	fit.LogLikelihood, _ = spendingLikelihood(fit.Spending, orders, means)
	fit.LogLikelihood -= float64(fit.Customers) * math.Log(unit)
	fit.V *= unit
	if !fit.Valid() {
		return Spent{}, fmt.Errorf("fit what %d customers spend: q is %.2f, they have no common mean: %w", fit.Customers, fit.Q, ErrNotFound)
	}
	return fit, nil
}

// spendingLikelihood returns equation 1a of the note, summed, and its gradient
// by the logarithms of P, Q and V.
func spendingLikelihood(s Spending, orders, means []float64) (sum float64, gradient [3]float64) {
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
