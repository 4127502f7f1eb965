package customervalue

import "gonum.org/v1/gonum/mathext"

// Worth is what a customer will spend in a period from now: the mean, and the
// 90 % interval, given the shop's numbers. It is not discounted: over a year at
// 10 % interest that would be about 5 %.
type Worth struct {
	Mean  float64
	Range Interval
}

// Worth returns what a customer will spend in the period of the forecast.
//
// It is the distribution of a sum of y orders, weighted by the probability of
// each number y in the forecast. The sum S of y orders has a known
// distribution: S/(S+v) is beta distributed with the parameters P·y and Q+P·n,
// with v = V plus the total of the n orders so far.
func (s Spending) Worth(f Forecast, b Baskets) Worth {
	b = b.clamped()
	w := Worth{Mean: f.Mean * s.Mean(b)}
	shape, rate := s.P*float64(b.Orders)+s.Q, s.V+b.Sum
	within := func(sum float64) (chance float64) {
		chance = 1 - f.AtLeast(1)
		for y := 1; y <= len(f.atLeast); y++ {
			exactly := f.AtLeast(y) - f.AtLeast(y+1)
			if exactly > 1e-7 {
				chance += exactly * mathext.RegIncBeta(s.P*float64(y), shape, sum/(sum+rate))
			}
		}
		return chance
	}
	w.Range = Interval{quantile(within, 0.05, w.Mean), quantile(within, 0.95, w.Mean)}
	return w
}

// quantile returns the amount at which a distribution reaches the probability
// chance, to a thousandth; 0 if it starts above it.
func quantile(within func(float64) float64, chance, mean float64) float64 {
	if within(0) >= chance || !(mean > 0) {
		return 0
	}
	low, high := 0.0, mean
	for within(high) < chance && high < 1e6*mean {
		low, high = high, 2*high
	}
	for high-low > 1e-3*high {
		if middle := (low + high) / 2; within(middle) < chance {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}
