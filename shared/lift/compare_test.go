package lift_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"regulars/shared/lift"
)

// people adds n customers, of whom ordered have one order of that net revenue.
func people(a *lift.Arm, n, ordered int, net int64) {
	for i := range n {
		c := lift.Customer{}
		if i < ordered {
			c.Orders, c.Net = 1, net
		}
		a.Add(c)
	}
}

func ExampleCompare() {
	var mailed, held lift.Arm
	people(&mailed, 18_000, 1_440, 40_00) // 8 % order
	people(&held, 2_000, 120, 40_00)      // 6 % order

	e := lift.Compare(mailed, held, lift.Net, 0.05)
	fmt.Printf("%.0f cents a customer more (%.0f to %.0f): %s\n", e.Difference, e.Interval.Low, e.Interval.High, e.Verdict)
	fmt.Printf("lift %.0f %% (%.0f %% to %.0f %%)\n", 100*e.Relative, 100*e.RelativeInterval.Low, 100*e.RelativeInterval.High)
	earned := e.Earned(3_600_00)
	fmt.Printf("earned %d cents (%d to %d)\n", earned.Net, earned.Low, earned.High)
	needed, _ := e.Needed(0.20, 0.05)
	fmt.Printf("a lift of 20 %% takes %d customers\n", needed)
	// Output:
	// 80 cents a customer more (3 to 157): more
	// lift 33 % (1 % to 93 %)
	// earned 1080000 cents (-306008 to 2466008)
	// a lift of 20 % takes 90419 customers
}

func TestVerdict(t *testing.T) {
	for phrase, c := range map[string]struct {
		mailed, held [2]int // customers, and how many of them ordered
		want         lift.Verdict
	}{
		"no customers":                  {[2]int{0, 0}, [2]int{0, 0}, lift.TooFew},
		"one customer each":             {[2]int{1, 1}, [2]int{1, 0}, lift.TooFew},
		"49 held-out customers ordered": {[2]int{5000, 2000}, [2]int{1000, 49}, lift.TooFew},
		"50 held-out customers ordered": {[2]int{5000, 2000}, [2]int{1000, 50}, lift.More},
		"the same share ordered":        {[2]int{5000, 500}, [2]int{1000, 100}, lift.Open},
		"2.8 standard errors apart":     {[2]int{5000, 500}, [2]int{5000, 587}, lift.Open},
		"fewer of the mailed ordered":   {[2]int{5000, 100}, [2]int{1000, 100}, lift.Less},
		"all ordered":                   {[2]int{5000, 5000}, [2]int{1000, 1000}, lift.Open},
	} {
		t.Run(phrase, func(t *testing.T) {
			var mailed, held lift.Arm
			people(&mailed, c.mailed[0], c.mailed[1], 100)
			people(&held, c.held[0], c.held[1], 100)
			for _, m := range []lift.Measure{lift.Orders, lift.Net, lift.Converted} {
				e := lift.Compare(mailed, held, m, 0.05)
				if e.Verdict != c.want {
					t.Errorf("measure %d: verdict %s, want %s", m, e.Verdict, c.want)
				}
				if known := e.Interval.Known(); known != (c.want != lift.TooFew) {
					t.Errorf("measure %d: the interval is %v", m, e.Interval)
				}
			}
		})
	}
}

// The difference and its standard error of a small sample, by hand: slope 2.5,
// means 7 and 4, before 2 and 1.5.
func TestPastSpendIsTakenOut(t *testing.T) {
	mailed := armOf([]lift.Customer{{Net: 4, NetBefore: 1}, {Net: 7, NetBefore: 2}, {Net: 10, NetBefore: 3}})
	held := armOf([]lift.Customer{{Net: 3, NetBefore: 1}, {Net: 5, NetBefore: 2}})
	e := lift.Compare(mailed, held, lift.Net, 0.05)
	// Within the arms: Sxx = 2 + 0.5, Sxy = 6 + 1, so the slope is 2.8.
	if want := 7 - 4 - 2.8*(2-1.5); math.Abs(e.Difference-want) > 1e-12 {
		t.Errorf("difference %v, want %v", e.Difference, want)
	}
	// Residuals: ±0.2 of two mailed customers, ±0.4 of both held out: squares 0.08 and
	// 0.32. Both together: 0.4/3·(1/3 + 1/2) = 0.111; each alone 0.04/3 + 0.32/2 = 0.173.
	if want := math.Sqrt(0.04/3 + 0.32/2); math.Abs(e.StandardError-want) > 1e-12 {
		t.Errorf("standard error %v, want %v", e.StandardError, want)
	}
}

func TestIntervalShrinksWithEveryDoublingOfTheData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, share := rapid.IntRange(300, 3000).Draw(t, "customers"), rapid.Float64Range(0.2, 0.9).Draw(t, "share")
		var s lift.Stratum
		people(&s.Mailed, n, int(share*float64(n)), 500)
		people(&s.Held, n/3, 60, 700)
		last := math.Inf(1)
		for range 8 {
			e := lift.Compare(s.Mailed, s.Held, lift.Net, 0.05)
			if now := e.Interval.High - e.Interval.Low; !(now < last) {
				t.Fatalf("width %v after %v", now, last)
			} else {
				last = now
			}
			s.Mailed.Merge(s.Mailed)
			s.Held.Merge(s.Held)
		}
	})
}

// The relative interval says nothing else than the absolute one about 0, and it is
// everything while the mean of the held out could be 0.
func TestRelativeIntervalAgreesWithTheAbsoluteOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.IntRange(50, 400)
		var mailed, held lift.Arm
		people(&mailed, 2000, draw.Draw(t, "mailed with an order"), 300)
		people(&held, 500, draw.Draw(t, "held out with an order"), 300)
		e := lift.Compare(mailed, held, lift.Net, 0.05)
		if !e.RelativeInterval.Known() {
			return
		}
		if r := e.RelativeInterval; (r.Low > 0) != (e.Verdict == lift.More) || (r.High < 0) != (e.Verdict == lift.Less) || e.Relative < r.Low || e.Relative > r.High {
			t.Fatalf("relative %v of %v, but the verdict is %s", e.Relative, r, e.Verdict)
		}
	})
}

// Two days: on the second, more customers order, and fewer are mailed. Within each
// day the message does nothing.
func TestStrataAreComparedWithinThemselves(t *testing.T) {
	var quiet, busy lift.Stratum
	people(&quiet.Mailed, 9000, 900, 100)
	people(&quiet.Held, 1000, 100, 100)
	people(&busy.Mailed, 1000, 500, 100)
	people(&busy.Held, 9000, 4500, 100)
	e := lift.CompareStrata([]lift.Stratum{quiet, busy, {Mailed: quiet.Held}}, lift.Orders, 0.05)
	if e.Verdict != lift.Open || math.Abs(e.Difference) > 1e-12 || e.Mailed != 10_000 {
		t.Errorf("%+v, want no difference between 10,000 and 10,000", e)
	}
	mailed, held := quiet.Mailed, quiet.Held
	mailed.Merge(busy.Mailed)
	held.Merge(busy.Held)
	if e := lift.Compare(mailed, held, lift.Orders, 0.05); e.Verdict != lift.Less {
		t.Errorf("all days together: %s; the example shows nothing if they agree", e.Verdict)
	}
}

// A thousand experiments in which the message is worth 0.3 orders to everybody.
// The arms are unequal by chance in what customers had bought before.
func TestCorrectedDifferenceIsUnbiased(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	const trials, lifted = 1000, 0.3
	var sum, squares, saved float64
	for range trials {
		var arms [2]lift.Arm
		for i := range 400 {
			arm := min(i%10, 1) // 90 of 100 are mailed
			habit := 3 * rng.ExpFloat64()
			c := lift.Customer{OrdersBefore: int64(habit + 2*rng.Float64()), Orders: int64(habit + 2*rng.Float64())}
			if arm == 1 && rng.Float64() < lifted {
				c.Orders++
			}
			arms[arm].Add(c)
		}
		e := lift.Compare(arms[1], arms[0], lift.Orders, 0.05)
		sum += e.Difference
		squares += e.Difference * e.Difference
		saved += e.Saved
	}
	mean := sum / trials
	if off := math.Sqrt(squares/trials-mean*mean) / math.Sqrt(trials); math.Abs(mean-lifted) > 4*off {
		t.Errorf("mean difference %.4f, want %.2f ± %.4f", mean, lifted, 4*off)
	}
	if saved /= trials; saved < 0.8 {
		t.Errorf("the time before explains %.2f of the variance, want most of it", saved)
	}
}
