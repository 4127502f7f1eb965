package lift

import (
	"math"
	"sort"
)

const (
	power80    = 0.8416212335729143 // normal quantile of the probability with which a needed sample finds the lift
	mostNeeded = 1_000_000_000      // customers
)

// Needed returns how many customers, in both arms together and divided as now,
// it takes to find a lift of this share (0.1 is 10 %) with a probability of 80 %
// and an error rate alpha, if they do what the customers did so far. It reports
// false if the orders are too few to tell, or if 10^9 customers would not do.
func (e Effect) Needed(share, alpha float64) (customers int64, known bool) {
	n := float64(e.Mailed + e.Held)
	if e.Verdict == TooFew || !(e.HeldMean > 0) || share == 0 {
		return 0, false
	}
	enough := func(customers int) bool {
		times := float64(customers) / n
		found := (width(float64(e.Orders)*times, alpha) + power80) * e.StandardError / math.Sqrt(times)
		return math.Abs(share)*e.HeldMean >= found
	}
	need := sort.Search(mostNeeded, enough)
	return int64(need), need < mostNeeded
}

// Earned is what a campaign added to the shop's revenue, in minor units.
type Earned struct {
	Revenue   int64 // of all mailed customers, because of the campaign
	Costs     int64
	Net       int64 // Revenue less Costs
	Low, High int64 // interval of Net; both 0 unless Known
	Known     bool
}

// Earned returns the money that the campaign earned. The effect must be of Net.
// costs are those of all mailed customers that their net revenue does not have
// already, such as mail and points; a coupon's discount is in it.
func (e Effect) Earned(costs int64) Earned {
	all := func(difference float64) int64 { return int64(math.Round(difference * float64(e.Mailed))) }
	m := Earned{Revenue: all(e.Difference), Costs: costs, Known: e.Interval.Known()}
	m.Net = m.Revenue - costs
	if m.Known {
		m.Low, m.High = all(e.Interval.Low)-costs, all(e.Interval.High)-costs
	}
	return m
}
