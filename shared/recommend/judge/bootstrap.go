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
	for r, means := range resample(rows, draws, seed) {
		var sum float64
		for _, v := range rows[r] {
			sum += v
		}
		slices.Sort(means)
		out[r] = Interval{sum / float64(len(rows[r])), quantile(means, .025), quantile(means, .975)}
	}
	return out
}

// Chance returns the chance, 0 to 1, that the mean of values (one for each
// customer, 1 or more) is above 0: the share of the resamples of [Bootstrap]
// whose mean is. One with a mean of exactly 0 counts half.
func Chance(values []float64, draws int, seed uint64) float64 {
	var above float64
	for _, mean := range resample([][]float64{values}, draws, seed)[0] {
		switch {
		case mean > 0:
			above++
		case mean == 0:
			above += .5
		}
	}
	return above / float64(draws)
}

// resample returns the means of each row in each of the resamples.
func resample(rows [][]float64, draws int, seed uint64) [][]float64 {
	means := make([][]float64, len(rows))
	if len(rows) == 0 {
		return means
	}
	n := len(rows[0])
	for r := range rows {
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
	return means
}

// quantile returns a quantile of sorted values, by linear interpolation.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(math.Floor(at))
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}
