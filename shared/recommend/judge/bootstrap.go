package judge

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Interval is a mean with its 95 % interval.
type Interval struct {
	Mean float64 `json:"mean"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Bootstrap returns, for each row of values (one value for each customer), its
// mean and percentile interval over draws resamples of the customers (Efron and
// Tibshirani 1993, chapter 13). All rows use the same resamples, so that a row
// of differences is a paired comparison. The interval of a single customer is
// its mean. All rows must have the same length, 1 or more.
//
// Work: draws × customers × rows. The same seed gives the same result.
func Bootstrap(rows [][]float64, draws int, seed uint64) []Interval {
	out := make([]Interval, len(rows))
	if len(rows) == 0 {
		return out
	}
	n := len(rows[0])
	means := make([][]float64, len(rows))
	for r, row := range rows {
		var sum float64
		for _, v := range row {
			sum += v
		}
		out[r].Mean = sum / float64(n)
		means[r] = make([]float64, draws)
	}
	random := rand.New(rand.NewPCG(seed, 0))
	times := make([]float64, n)
	for d := range draws {
		clear(times)
		for range n {
			times[random.IntN(n)]++
		}
		for r, row := range rows {
			var sum float64
			for c, v := range row {
				sum += times[c] * v
			}
			means[r][d] = sum / float64(n)
		}
	}
	for r := range rows {
		slices.Sort(means[r])
		out[r].Low, out[r].High = quantile(means[r], .025), quantile(means[r], .975)
	}
	return out
}

// quantile returns a quantile of sorted values, by linear interpolation.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(math.Floor(at))
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}
