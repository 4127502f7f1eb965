package variant

import (
	"cmp"
	"math"
	"slices"

	"regulars/shared/lift"
)

// Shares returns the shares of the variants for the next batch, in basis points:
// each gets floor, and the rest is divided by the probability that the variant is
// the best one. That is Thompson sampling (Biometrika 25, 1933) for a batch: the
// mean of infinitely many draws, which needs no random numbers. A nightly job
// stores them, and the customers of the next batch are assigned by them.
//
// The shares are equal as long as a variant has fewer than [lift.Least] customers
// with an order. floor is at most Whole divided by the number of variants. A floor of
// 0 would let a variant starve that had bad luck on its first days.
func Shares(batches []Batch, m lift.Measure, floor int) []int {
	if len(batches) == 0 {
		return nil
	}
	n := len(batches[0])
	means, errors, known := estimates(batches, m)
	best := slices.Repeat([]float64{1 / float64(n)}, n)
	if known {
		best = chances(means, errors)
	}
	return divide(best, floor)
}

// estimates returns each variant's mean and its standard error over the batches in
// which all variants have customers. Each batch weighs as many customers as it has.
func estimates(batches []Batch, m lift.Measure) (means, errors []float64, known bool) {
	n := len(batches[0])
	means, errors = make([]float64, n), make([]float64, n)
	ordered, all := make([]int64, n), 0.0
	for _, batch := range batches {
		if slices.ContainsFunc(batch, func(a lift.Arm) bool { return a.Customers() < 2 }) {
			continue
		}
		size := 0.0
		for _, a := range batch {
			size += float64(a.Customers())
		}
		all += size
		for i, a := range batch {
			ordered[i] += a.Total(lift.Converted)
			means[i] += size * a.Mean(m)
			errors[i] += size * size * a.StandardError(m) * a.StandardError(m)
		}
	}
	if all == 0 {
		return means, errors, false
	}
	for i := range n {
		means[i] /= all
		errors[i] = math.Sqrt(errors[i]) / all
	}
	return means, errors, slices.Min(ordered) >= lift.Least && slices.Min(errors) > 0
}

// chances returns for each of some normal distributions the probability that its
// value is the largest.
func chances(means, errors []float64) []float64 {
	const reach, steps = 8.0, 800
	best, sum := make([]float64, len(means)), 0.0
	for i := range means {
		for k := range steps {
			z := reach * (2*(float64(k)+0.5)/steps - 1)
			p := math.Exp(-z * z / 2)
			for j := range means {
				if j != i {
					p *= 0.5 * math.Erfc(-(means[i]+z*errors[i]-means[j])/errors[j]/math.Sqrt2)
				}
			}
			best[i] += p
		}
		sum += best[i]
	}
	for i := range best {
		best[i] /= sum
	}
	return best
}

// divide returns shares that add up to Whole: floor for each, and the rest by parts,
// which add up to 1. What rounding leaves over goes to the largest remainders.
func divide(parts []float64, floor int) []int {
	rest := Whole - floor*len(parts)
	shares, left := make([]int, len(parts)), rest
	order := make([]int, len(parts))
	for i, p := range parts {
		order[i] = i
		shares[i] = floor + int(p*float64(rest))
		left -= int(p * float64(rest))
	}
	remainder := func(i int) float64 { return math.Mod(parts[i]*float64(rest), 1) }
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(remainder(j), remainder(i)) })
	for k := range left {
		shares[order[k%len(order)]]++
	}
	return shares
}
