package customervalue

import "math"

const (
	farthest = 520     // weeks; the longest forecast, ten years
	most     = 100_000 // orders of one customer that are counted
	nothing  = 1e-12   // a probability below this counts as 0
)

// Forecast is the distribution of the number of orders that a customer will
// place in a period from now, given the shop's numbers.
type Forecast struct {
	Mean    float64
	atLeast []float64 // probability of at least 1, 2, … orders
}

// AtLeast returns the probability of n orders or more, 0 to 1.
func (f Forecast) AtLeast(n int) float64 {
	switch {
	case n <= 0:
		return 1
	case n > len(f.atLeast):
		return 0
	}
	return f.atLeast[n-1]
}

// Interval returns the central 90 %: there are fewer orders than Low with a
// probability of at most 5 %, and more than High with at most 5 %.
func (f Forecast) Interval() Interval {
	low, high := 0, 0
	for low < len(f.atLeast) && f.AtLeast(low+1) >= 0.95 {
		low++
	}
	for high < len(f.atLeast) && f.AtLeast(high+1) > 0.05 {
		high++
	}
	return Interval{float64(low), float64(high)}
}

// Forecast returns the distribution of the customer's orders in the next weeks,
// at most ten years. It is exact up to rounding.
func (o Orders) Forecast(h History, weeks float64) Forecast {
	var f Forecast
	o.each(h, weeks, func(chance float64) {
		f.Mean += chance
		f.atLeast = append(f.atLeast, chance)
	})
	return f
}

// Expected returns the mean of [Orders.Forecast], without its distribution and
// without allocating.
func (o Orders) Expected(h History, weeks float64) (mean float64) {
	o.each(h, weeks, func(chance float64) { mean += chance })
	return mean
}

// each calls visit with the probability of at least 1, 2, … orders, until it is
// negligible.
//
// Given that the customer is active, the posteriors of their rate and of their
// probability to leave are independent, gamma (R+x, Alpha+Age) and beta (A,
// B+n). So there are at least y orders if the rate gives y (a negative
// binomial) and the customer left after none of the first y-1. The sum is
// equation 10 of the paper, whose hypergeometric function fails near A = 1 and
// for long horizons; here all terms are positive, so no digits cancel.
func (o Orders) each(h History, weeks float64, visit func(chance float64)) {
	h = h.Clamped()
	if !(weeks > 0) {
		return
	}
	var (
		shape = o.R + float64(h.Repeats)
		z     = min(weeks, farthest) / (o.Alpha + h.Age)
		stays = o.B + float64(o.chances(h.Repeats))
		ratio = z / (1 + z)

		alive   = o.Alive(h)
		exactly = -shape * math.Log1p(z) // log of the probability of exactly y orders by the rate
		rate    = -math.Expm1(exactly)   // probability of more than y
		none    = 1.0                    // probability that none of y was the last
		small   = exactly < -600         // too small to be kept otherwise than as a logarithm
	)
	if !small {
		exactly = math.Exp(exactly)
	}
	for y := 1.0; y <= most && rate*none > nothing; y++ {
		visit(alive * rate * none)
		none *= (stays + y - 1) / (o.A + stays + y - 1)
		next := (shape + y - 1) / y * ratio
		if small {
			exactly += math.Log(next)
			if small = exactly < -600; !small {
				exactly = math.Exp(exactly)
			}
		} else {
			exactly *= next
		}
		if !small {
			rate -= exactly
		}
	}
}
