package fitting

import (
	"errors"
	"fmt"
	"math"

	"regulars/shared/customervalue"
)

// The least data for a fit. With less, the four numbers of a shop are mostly
// chance, and [customervalue.Typical] is the better guess.
const (
	FewestCustomers = 100
	FewestRepeaters = 30 // customers with a repeat order
)

// Row is a history that a number of customers share.
type Row struct {
	customervalue.History
	Customers int
}

// ErrTooFew is wrapped if there are too few customers to learn from.
var ErrTooFew = errors.New("too few customers to learn from")

// Starts returns the starting points of the search: logarithms of R, Alpha, A
// and B, with the customers' mean age as the unit of time.
func Starts() [][4]float64 {
	return [][4]float64{{-1, -1, 0, 1}, {0, 0, -1, 0}, {-1, 1, 1, 2}}
}

func starts() (all [][]float64) {
	for _, s := range Starts() {
		all = append(all, s[:])
	}
	return all
}

// FitOrders returns the numbers that make the histories of a shop's customers
// most likely. Equal histories may be one row or several.
//
// It fails with [customervalue.ErrHistory], naming the row; with [ErrTooFew]; and with
// [ErrNotFound].
func FitOrders(rows []Row, leaving customervalue.Leaving) (customervalue.Ordering, error) {
	return fitOrders(rows, leaving, nil)
}

// FitOrdersNear returns the maximum a posteriori numbers for a prior around
// those of another shop, near: the logarithm of each number has a standard
// deviation of 1. The prior is worth about one observation of each number: a
// shop with thousands of customers determines nearly everything itself. If its
// data do not determine a number, such as how fast customers leave when none
// has been away for long, the result is near's number instead of the bound of
// the search.
//
// It fails as [FitOrders] does. The log-likelihood is that of the histories
// alone, the covariance that of the posterior.
func FitOrdersNear(rows []Row, near customervalue.Orders) (customervalue.Ordering, error) {
	return fitOrders(rows, near.Leaving, &near)
}

func fitOrders(rows []Row, leaving customervalue.Leaving, near *customervalue.Orders) (customervalue.Ordering, error) {
	fit, unit, err := counted(rows)
	if err != nil {
		return customervalue.Ordering{}, err
	}
	sample := newLikelihood(rows, leaving, unit)
	best, err := search(len(sample.rows), func(every int) objective { return sample.every(every).objective(near, unit) }, starts())
	if err == nil {
		fit.Covariance, err = best.covariance(sample.total)
	}
	if err != nil {
		return customervalue.Ordering{}, fmt.Errorf("fit how %d customers order: %w", fit.Customers, err)
	}
	for i, name := range []string{"r", "alpha", "a", "b"} {
		if math.Abs(best.logs[i]) >= edge {
			fit.Limits = append(fit.Limits, name)
		}
	}
	fit.Orders = sample.orders(best.logs)
	fit.LogLikelihood, _ = sample.at(fit.Orders)
	for _, r := range rows { // the density of the data depends on the unit of time
		fit.LogLikelihood -= float64(r.Customers*r.Repeats) * math.Log(unit)
	}
	fit.Alpha *= unit
	return fit, nil
}

// counted checks the rows and returns the customers' mean age: measured in that
// unit, every number of a shop is of order 1.
func counted(rows []Row) (fit customervalue.Ordering, unit float64, err error) {
	ages := 0.0
	for i, r := range rows {
		if err := r.Check(); err != nil {
			return fit, 0, fmt.Errorf("row %d: %w", i, err)
		}
		if r.Customers < 0 {
			return fit, 0, fmt.Errorf("row %d: %d customers: %w", i, r.Customers, customervalue.ErrHistory)
		}
		fit.Customers += r.Customers
		ages += r.Age * float64(r.Customers)
		if r.Repeats > 0 {
			fit.Repeaters += r.Customers
		}
	}
	if fit.Customers < FewestCustomers || fit.Repeaters < FewestRepeaters {
		return fit, 0, fmt.Errorf("%d customers, %d of them with a repeat order, are fewer than %d and %d: %w",
			fit.Customers, fit.Repeaters, FewestCustomers, FewestRepeaters, ErrTooFew)
	}
	if ages == 0 {
		return fit, 0, fmt.Errorf("all orders were placed at one time: %w", ErrTooFew)
	}
	return fit, ages / float64(fit.Customers), nil
}
