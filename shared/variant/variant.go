package variant

import (
	"crypto/sha256"
	"encoding/binary"

	"regulars/shared/lift"
	"regulars/shared/shop"
)

// Whole is the sum of all shares, in basis points.
const Whole = 10_000

// Of returns the index of the customer's variant. shares are the variants' shares
// in basis points and add up to [Whole]. The answer depends on a hash of the
// campaign, the experiment and the customer, and is independent of holdouts, of the
// splits of journeys and of other experiments. If shares change a little, few
// customers change their variant.
func Of(campaign shop.CampaignID, experiment string, customer shop.CustomerID, shares []int) int {
	sum := sha256.Sum256([]byte("variant\x00" + string(campaign) + "\x00" + experiment + "\x00" + string(customer)))
	drawn, upTo := int(binary.BigEndian.Uint64(sum[:8])%Whole), 0
	for i, share := range shares {
		if upTo += share; drawn < upTo {
			return i
		}
	}
	return len(shares) - 1
}

// Batch is the customers who were assigned with the same shares: an arm for each
// variant. Customers are in the batch of their first assignment only.
type Batch []lift.Arm

// Standing is what can be said of the variants.
type Standing struct {
	Best    int           // the variant that is better than each other one, or -1
	Beaten  []bool        // by variant: another one is better
	Means   []float64     // by variant: of the measure; each batch weighs as many customers as it has
	Effects []lift.Effect // of each variant i compared with each later one j: (0,1), (0,2), …, (1,2), …
}

// Judge compares each variant with each other one in one measure. It can be asked
// every day: the probability that Beaten is ever wrong about any variant is at most
// alpha. So an experiment may be stopped as soon as there is a Best, and a variant
// as soon as it is beaten.
//
// The sequences of package lift hold at every look; Bonferroni's correction divides
// alpha among the comparisons. All batches have the same number of variants.
func Judge(batches []Batch, m lift.Measure, alpha float64) Standing {
	n := 0
	if len(batches) > 0 {
		n = len(batches[0])
	}
	s := Standing{Best: -1, Beaten: make([]bool, n)}
	if n > 0 {
		s.Means, _, _ = estimates(batches, m)
	}
	wins := make([]int, n)
	for i := range n {
		for j := i + 1; j < n; j++ {
			strata := make([]lift.Stratum, len(batches))
			for b, batch := range batches {
				strata[b] = lift.Stratum{Mailed: batch[i], Held: batch[j]}
			}
			e := lift.CompareStrata(strata, m, alpha/float64(n*(n-1)/2))
			s.Effects = append(s.Effects, e)
			switch e.Verdict {
			case lift.More:
				wins[i]++
				s.Beaten[j] = true
			case lift.Less:
				wins[j]++
				s.Beaten[i] = true
			}
		}
	}
	for i, w := range wins {
		if n > 1 && w == n-1 {
			s.Best = i
		}
	}
	return s
}
