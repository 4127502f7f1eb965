//go:build !race

package lift_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"regulars/shared/lift"
)

// 500 experiments without an effect, with one customer in ten held out and revenue
// of heavy tails. Customers order for 100 days; each keeps their own rate. The
// interval may miss 0 on any day in 5 % of the experiments. A fixed-sample interval
// misses it in far more, which shows that this test would find one.
func TestSequenceHoldsAtAllLooks(t *testing.T) {
	const trials, n, days = 500, 2000, 100
	rng := rand.New(rand.NewPCG(16, 1))
	wrong, naive := map[lift.Measure]int{}, map[lift.Measure]int{}
	for range trials {
		var arms [2]lift.Arm
		var now [n]lift.Customer
		var rates [n]float64
		for i := range n {
			rates[i] = 0.02 * rng.ExpFloat64()
			now[i].OrdersBefore = int64(50 * rates[i])
			arms[min(i%10, 1)].Add(now[i])
		}
		missed, alarmed := map[lift.Measure]bool{}, map[lift.Measure]bool{}
		for range days {
			for i := range n {
				if rng.Float64() < rates[i] {
					next := now[i]
					next.Orders++
					next.Net += int64(1000 * math.Exp(1.2*rng.NormFloat64())) // log-normal, a skewness of 11
					arms[min(i%10, 1)].Replace(now[i], next)
					now[i] = next
				}
			}
			for _, m := range []lift.Measure{lift.Orders, lift.Net, lift.Converted} {
				e := lift.Compare(arms[1], arms[0], m, 0.05)
				if e.Verdict.Decided() {
					missed[m] = true
				}
				if e.Verdict != lift.TooFew && math.Abs(e.Difference) > 1.96*e.StandardError {
					alarmed[m] = true
				}
			}
		}
		for m := range missed {
			wrong[m]++
		}
		for m := range alarmed {
			naive[m]++
		}
	}
	t.Logf("of %d experiments without an effect, by measure: the sequence missed 0 in %v, a daily test in %v", trials, wrong, naive)
	for _, m := range []lift.Measure{lift.Orders, lift.Net, lift.Converted} {
		if wrong[m] > trials*5/100 {
			t.Errorf("measure %d: the sequence missed 0 in %d of %d, want at most 5 %%", m, wrong[m], trials)
		}
		if naive[m] <= trials*5/100 {
			t.Errorf("measure %d: a daily test missed 0 in %d of %d only: this test would not find a fixed-sample interval", m, naive[m], trials)
		}
	}
}

// 200 experiments of the size that Needed states for a lift of 20 %, from a pilot.
func TestNeededSampleFindsTheLiftInFourOfFive(t *testing.T) {
	const trials, lifted, share = 200, 1.2, 0.1
	rng := rand.New(rand.NewPCG(16, 2))
	draw := func(n int, p float64) (a lift.Arm) {
		for range n {
			c := lift.Customer{}
			if rng.Float64() < p {
				c = lift.Customer{Orders: 1, Net: 1000}
			}
			a.Add(c)
		}
		return a
	}
	pilot := lift.Compare(draw(20_000, share), draw(20_000, share), lift.Net, 0.05)
	needed, known := pilot.Needed(lifted-1, 0.05)
	if half, _ := pilot.Needed((lifted-1)/2, 0.05); !known || half < 4*needed {
		t.Errorf("a lift of 20 %% needs %d customers (known: %v) and one of 10 %% %d, want more than four times as many", needed, known, half)
	}
	found := 0
	for range trials {
		if lift.Compare(draw(int(needed/2), share*lifted), draw(int(needed/2), share), lift.Net, 0.05).Verdict == lift.More {
			found++
		}
	}
	t.Logf("%d customers find the lift in %d of %d", needed, found, trials)
	if found < trials*72/100 || found > trials*88/100 {
		t.Errorf("%d customers find the lift in %d of %d, want four of five", needed, found, trials)
	}
}
