package pricing

import (
	"cmp"
	"math/bits"
	"slices"
)

// spread returns amount divided in proportion to the weights, by the method of
// largest remainders: the shares add up to amount exactly, and none is more
// than its weight. amount must not be negative nor more than the sum of the
// weights; less compares two indexes whose remainders are equal.
func spread(amount int64, weights []int64, less func(i, j int) int) []int64 {
	shares := make([]int64, len(weights))
	var sum int64
	for _, w := range weights {
		sum += w
	}
	if sum == 0 {
		return shares
	}
	type part struct {
		at   int
		rest uint64
	}
	parts := make([]part, 0, len(weights))
	over := amount
	for i, w := range weights {
		high, low := bits.Mul64(uint64(amount), uint64(w))
		quotient, rest := bits.Div64(high, low, uint64(sum)) // high < sum, since amount ≤ sum and w ≤ sum < 2^63
		shares[i] = int64(quotient)
		over -= shares[i]
		if rest > 0 {
			parts = append(parts, part{i, rest})
		}
	}
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(b.rest, a.rest), less(a.at, b.at))
	})
	for _, p := range parts[:over] { // the rests add up to over × sum, each below sum, so there are more than over parts
		shares[p.at]++
	}
	return shares
}

// Refund returns how much of net is paid back for units of a line that has all
// units, of which before were returned earlier. Any number of parts adds up to
// net exactly: each part is the difference of two shares, and only the shares
// are rounded, down. For more units than are left it returns what is left.
func Refund(net int64, all, before, units int) int64 {
	upTo := func(n int) int64 {
		high, low := bits.Mul64(uint64(net), uint64(min(max(n, 0), all)))
		share, _ := bits.Div64(high, low, uint64(all))
		return int64(share)
	}
	if net <= 0 || all <= 0 || units <= 0 {
		return 0
	}
	return upTo(before+units) - upTo(before)
}
