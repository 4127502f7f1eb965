package lift

import (
	"math"
	"math/big"
)

// Customer is what one customer of an arm did from the day of their assignment
// until now. Whether they got, opened or clicked a message does not matter.
type Customer struct {
	Orders int64 // orders placed, without cancelled ones; 0 or more
	Net    int64 // revenue of these orders after discounts, returns and cancellations, in minor units; below 0 is possible

	// OrdersBefore and NetBefore are the same of a fixed time before the
	// assignment. They must not depend on anything that happened after it: a message
	// can change that, and the difference would be biased.
	OrdersBefore int64
	NetBefore    int64
}

// Measure is what is compared of each customer.
type Measure int

// The measures, each per customer.
const (
	Orders    Measure = iota // orders
	Net                      // net revenue, in minor units
	Converted                // 1 if there is an order, else 0
	measures
)

// of returns the value of the measure, and what explains it best: the same of the
// time before. Past orders explain half of the variance of orders in the demo's
// shop, past revenue an eighth; with revenue it is the other way round.
func (m Measure) of(c Customer) (y, x int64) {
	switch m {
	case Orders:
		return c.Orders, c.OrdersBefore
	case Net:
		return c.Net, c.NetBefore
	default:
		return min(c.Orders, 1), c.OrdersBefore
	}
}

// Arm sums up the customers of one side of a comparison in constant memory. The
// zero value has no customers. All sums are exact, so arms that were built or
// merged in any order are equal (==). Amounts must be below 10^14 and customers
// fewer than 10^9.
type Arm struct {
	n  int64
	of [measures]moments
}

// moments are the sums of a measure (y), of the same before (x), and of their
// products.
type moments struct{ y, x, yy, xy, xx sum }

// Add adds a customer. Add every customer of the arm, those without orders too.
func (a *Arm) Add(c Customer) {
	a.n++
	a.count(c, 1)
}

// Replace puts a customer's outcome of now in the place of an earlier one.
func (a *Arm) Replace(earlier, now Customer) {
	a.count(earlier, -1)
	a.count(now, 1)
}

// count adds a customer's sums (sign 1) or takes them away (sign -1).
func (a *Arm) count(c Customer, sign int64) {
	for m := range measures {
		y, x := m.of(c)
		s := &a.of[m]
		s.y.add(y, sign)
		s.x.add(x, sign)
		s.yy.add(y, sign*y)
		s.xy.add(y, sign*x)
		s.xx.add(x, sign*x)
	}
}

// Merge adds all customers of b.
func (a *Arm) Merge(b Arm) {
	a.n += b.n
	for m := range measures {
		s, t := &a.of[m], b.of[m]
		s.y.merge(t.y)
		s.x.merge(t.x)
		s.yy.merge(t.yy)
		s.xy.merge(t.xy)
		s.xx.merge(t.xx)
	}
}

// Customers returns the number of customers.
func (a Arm) Customers() int64 { return a.n }

// Total returns the sum of a measure over all customers: orders, minor units, or
// customers with an order.
func (a Arm) Total(m Measure) int64 { return a.of[m].y.big().Int64() }

// Mean returns the mean of a measure per customer, or 0 without customers.
func (a Arm) Mean(m Measure) float64 { return a.mean(a.of[m].y) }

// StandardError returns that of [Arm.Mean], or 0 with fewer than two customers.
func (a Arm) StandardError(m Measure) float64 {
	if a.n < 2 {
		return 0
	}
	s := a.of[m]
	return math.Sqrt(a.covariance(s.yy, s.y, s.y) / float64(a.n))
}

func (a Arm) mean(total sum) float64 {
	if a.n == 0 {
		return 0
	}
	return total.float() / float64(a.n)
}

// spread has the variances and the covariance of a measure and of what was before.
type spread struct{ yy, xy, xx float64 }

// spread returns them with the divisor n-1. The arm must have two customers.
func (a Arm) spread(m Measure) spread {
	s := a.of[m]
	return spread{yy: a.covariance(s.yy, s.y, s.y), xy: a.covariance(s.xy, s.x, s.y), xx: a.covariance(s.xx, s.x, s.x)}
}

// covariance computes (n·Σab - Σa·Σb) / (n·(n-1)). The numerator is exact: in
// floating point the two terms can cancel each other.
func (a Arm) covariance(ab, left, right sum) float64 {
	n := big.NewInt(a.n)
	top := new(big.Int).Mul(n, ab.big())
	top.Sub(top, new(big.Int).Mul(left.big(), right.big()))
	q, _ := new(big.Rat).SetFrac(top, n.Mul(n, big.NewInt(a.n-1))).Float64()
	return q
}
