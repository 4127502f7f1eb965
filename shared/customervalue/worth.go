package customervalue

import "gonum.org/v1/gonum/mathext"

// Worth is what a customer will spend in some time from now: the mean, and the
// range in which it will be with nine chances in ten, given the shop's numbers.
// Nothing is taken off for money that comes later: over a year at ten per cent
// that would be about five per cent.
type Worth struct {
	Mean  float64
	Range Interval
}

// Worth returns what a customer will spend in the time of the forecast.
//
// It is the distribution of a sum of y orders, for each number y that the
// forecast allows. That of y orders is known: with S the sum, S/(S+v) is beta
// distributed with the parameters P·y and Q+P·n, where v = V plus what n orders
// came to so far.
func (s Spending) Worth(f Forecast, b Baskets) Worth {
	b = b.sane()
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

// quantile returns where a distribution of amounts reaches the chance, to a
// thousandth; 0 where it begins above it.
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
