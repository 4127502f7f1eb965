package customervalue

import (
	"math"

	"gonum.org/v1/gonum/mathext"
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
