package fitting

import (
	"math"

	"regulars/shared/customervalue"
)

// The prior: a forecast is right, and as certainly as after priorQuarters
// quarters in which it was. A quarter with n orders weighs n/(n+priorOrders):
// as much as its deviation says about the shop and not about these few
// customers.
const (
	priorQuarters = 4
	priorOrders   = scatter / (passing * passing)
)

// deviation is the logarithm of what happened in one quarter, divided by what
// was expected, with its weight.
type deviation struct{ log, weight float64 }

// correction returns the factor that a series of quarters justifies, the newest
// first: exp(Σ weight·log / (Σ weight + priorQuarters)).
//
// It is 1 unless the same rule, applied to each quarter with only the older
// ones known, would have brought the forecasts nearer. So a single quarter
// never changes a forecast: it cannot show that its deviation lasts.
func correction(quarters []deviation) float64 {
	var without, with float64
	for i, q := range quarters {
		without += q.weight * math.Abs(q.log)
		with += q.weight * math.Abs(q.log-drawn(quarters[i+1:]))
	}
	if !(with < without) {
		return 1
	}
	return max(1/customervalue.WidestFactor, min(customervalue.WidestFactor, math.Exp(drawn(quarters))))
}

// drawn returns the mean logarithm, drawn towards 0 by the prior.
func drawn(quarters []deviation) float64 {
	sum, weight := 0.0, float64(priorQuarters)
	for _, q := range quarters {
		sum += q.weight * q.log
		weight += q.weight
	}
	return sum / weight
}

// calibrationOf returns the calibration that held-out quarters justify, the
// newest first.
func calibrationOf(quarters []customervalue.HeldOut) customervalue.Calibration {
	var orders, basket []deviation
	for _, q := range quarters {
		weight, log := q.Actual/(q.Actual+priorOrders), logRatio(q.Actual, q.Expected)
		orders = append(orders, deviation{log, weight})
		if q.ExpectedSpending > 0 && q.ActualSpending > 0 {
			basket = append(basket, deviation{math.Log(q.ActualSpending/q.ExpectedSpending) - log, weight})
		}
	}
	return customervalue.Calibration{Orders: correction(orders), Basket: correction(basket)}
}

// logRatio returns the logarithm of actual to expected orders. The halves keep
// it finite.
func logRatio(actual, expected float64) float64 { return math.Log((actual + 0.5) / (expected + 0.5)) }
