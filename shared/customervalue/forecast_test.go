package customervalue_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"regulars/shared/customervalue"
)

// hypergeometric sums 2F1's own series, which converges for 0 <= z < 1.
func hypergeometric(a, b, c, z float64) float64 {
	sum, term := 1.0, 1.0
	for k := 0.0; k < 100_000 && math.Abs(term) > 1e-16*math.Abs(sum); k++ {
		term *= (a + k) * (b + k) / ((c + k) * (k + 1)) * z
		sum += term
	}
	return sum
}

// equation10 is the paper's formula, which fails for some arguments.
func equation10(o customervalue.Orders, h customervalue.History, t float64) float64 {
	x := float64(h.Repeats)
	left := 0.0
	if x > 0 {
		left = o.A / (o.B + x - 1) * math.Pow((o.Alpha+h.Age)/(o.Alpha+h.Last), o.R+x)
	}
	f := hypergeometric(o.R+x, o.B+x, o.A+o.B+x-1, t/(o.Alpha+h.Age+t))
	return (o.A + o.B + x - 1) / (o.A - 1) * (1 - math.Pow((o.Alpha+h.Age)/(o.Alpha+h.Age+t), o.R+x)*f) / (1 + left)
}

func TestExpectedIsEquation10(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		o := customervalue.Orders{R: 0.1 + 3*random.Float64(), Alpha: 1 + 20*random.Float64(), A: 0.2 + 3*random.Float64(), B: 0.5 + 5*random.Float64(), Leaving: customervalue.AfterRepeats}
		if math.Abs(o.A-1) < 0.05 { // the paper's formula is 0/0
			continue
		}
		h := customervalue.History{Repeats: 1 + random.IntN(20), Age: 5 + 50*random.Float64()}
		h.Last = h.Age * random.Float64()
		weeks := 60 * random.Float64()
		near(t, "Expected", o.Expected(h, weeks), equation10(o, h, weeks), 1e-8)
	}
}

// Expected is continuous at A = 1, for which the paper's formula fails.
func TestExpectedIsContinuousAtOne(t *testing.T) {
	h := customervalue.History{Repeats: 3, Last: 20, Age: 30}
	at := func(a float64) float64 {
		return customervalue.Orders{R: 0.5, Alpha: 5, A: a, B: 2, Leaving: customervalue.AfterRepeats}.Expected(h, 39)
	}
	near(t, "Expected at a = 1", at(1), (at(1-1e-6)+at(1+1e-6))/2, 1e-9)
}

// Shops as they were fitted.
var (
	asCDNOW  = customervalue.Orders{R: 0.2426, Alpha: 4.4136, A: 0.7929, B: 2.4259, Leaving: customervalue.AfterRepeats}
	asGifts  = customervalue.Orders{R: 0.73, Alpha: 7.4, A: 0.3, B: 3, Leaving: customervalue.AfterAny}
	asBasket = customervalue.Spending{P: 6.25, Q: 3.74, V: 15.44}
)

// Generators of customers and shops.
var (
	number  = rapid.Float64Range(0.003, 300)
	leaving = rapid.SampledFrom([]customervalue.Leaving{customervalue.AfterRepeats, customervalue.AfterAny})
	shops   = rapid.Custom(func(t *rapid.T) customervalue.Orders {
		return customervalue.Orders{R: number.Draw(t, "r"), Alpha: number.Draw(t, "alpha"), A: number.Draw(t, "a"), B: number.Draw(t, "b"), Leaving: leaving.Draw(t, "leaving")}
	})
	histories = rapid.Custom(func(t *rapid.T) customervalue.History {
		h := customervalue.History{Repeats: rapid.IntRange(0, 300).Draw(t, "repeats"), Age: rapid.Float64Range(0, 1000).Draw(t, "age")}
		if h.Repeats > 0 {
			h.Last = h.Age * rapid.Float64Range(0, 1).Draw(t, "last")
		}
		return h
	})
)

func share(t *rapid.T, what string, v float64) {
	if !(v >= 0 && v <= 1) {
		t.Fatalf("%s = %v, want 0 to 1", what, v)
	}
}

func TestForecastProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, h := shops.Draw(t, "shop"), histories.Draw(t, "history")
		weeks := rapid.Float64Range(0, 200).Draw(t, "weeks")
		alive := o.Alive(h)
		share(t, "Alive", alive)

		f := o.Forecast(h, weeks)
		if mean := o.Expected(h, weeks); mean != f.Mean {
			t.Fatalf("Expected = %v, Forecast.Mean = %v", mean, f.Mean)
		}
		if !(f.Mean >= 0) || f.Mean > alive*(o.R+float64(h.Repeats))*weeks/(o.Alpha+h.Age)*(1+1e-9) {
			t.Fatalf("Mean = %v, want at most the orders of a customer who never leaves", f.Mean)
		}
		last := 1.0
		for n := range 20 {
			p := f.AtLeast(n)
			share(t, "AtLeast", p)
			if p > last+1e-12 {
				t.Fatalf("AtLeast(%d) = %v, more than AtLeast(%d) = %v", n, p, n-1, last)
			}
			last = p
		}
		if p := f.AtLeast(1); p > alive+1e-12 {
			t.Fatalf("AtLeast(1) = %v, but alive with %v only", p, alive)
		}
		i := f.Interval()
		if !(0 <= i.Low && i.Low <= i.High) || f.AtLeast(int(i.High)+1) > 0.05+1e-12 || f.AtLeast(int(i.Low)) < 0.95-1e-12 {
			t.Fatalf("Interval = %v of %v", i, f)
		}
		if longer := o.Expected(h, weeks+1); longer < f.Mean-1e-9 {
			t.Fatalf("with one more week %v orders are expected, fewer than %v", longer, f.Mean)
		}
	})
}

// A later last order, all else equal, raises the probability of being active
// and the expected orders; time without an order lowers both and raises the
// lateness.
func TestRecencyRaisesAndSilenceLowersTheForecast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, h := shops.Draw(t, "shop"), histories.Draw(t, "history")
		more := rapid.Float64Range(0, 50).Draw(t, "more")
		if h.Repeats > 0 {
			later := h
			later.Last = min(h.Age, h.Last+more)
			if o.Alive(later) < o.Alive(h)-1e-12 || o.Expected(later, 10) < o.Expected(h, 10)*(1-1e-9) {
				t.Fatalf("a last order at %v: alive %v, at %v: %v", h.Last, o.Alive(h), later.Last, o.Alive(later))
			}
		}
		silent := h
		silent.Age += more
		ratio, chance := o.Late(h)
		longer, smaller := o.Late(silent)
		share(t, "Late's chance", chance)
		if o.Alive(silent) > o.Alive(h)+1e-12 || longer < ratio || smaller > chance {
			t.Fatalf("after %v more weeks: alive %v, was %v; late %v with %v, was %v with %v", more, o.Alive(silent), o.Alive(h), longer, smaller, ratio, chance)
		}
	})
}

// Half of the active customers order within one usual gap; with many orders the
// usual gap is the customer's own, with one the shop's.
func TestLate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, h := shops.Draw(t, "shop"), histories.Draw(t, "history")
		usual := math.Expm1(math.Ln2/(o.R+float64(h.Repeats))) * (o.Alpha + h.Last)
		if usual > 1e6 {
			t.Skip("longer than a lifetime")
		}
		h.Age = h.Last + usual
		ratio, chance := o.Late(h)
		if math.Abs(ratio-1) > 1e-9 || math.Abs(chance-0.5) > 1e-9 {
			t.Fatalf("Late after a usual gap = %v, %v, want 1 and .5", ratio, chance)
		}
	})
	weekly := customervalue.History{Repeats: 50, Last: 50, Age: 53}
	yearly := customervalue.History{Repeats: 4, Last: 208, Age: 211}
	shop := customervalue.Orders{R: 0.5, Alpha: 10, A: 1, B: 3, Leaving: customervalue.AfterAny}
	often, _ := shop.Late(weekly)
	seldom, _ := shop.Late(yearly)
	if often < 3 || often > 4.5 || seldom > 0.15 {
		t.Errorf("three weeks after the last order, a weekly customer is late by %.2f and a yearly one by %.2f; want 3 to 4.5, and .15 at most", often, seldom)
	}
}

// All results are finite, for any input.
func TestResultsAreFinite(t *testing.T) {
	odd := []float64{0, -1, 1e-300, 1, 7, 1e9, 1e300, math.MaxFloat64, math.NaN(), math.Inf(1), math.Inf(-1)}
	finite := func(what string, values ...float64) {
		t.Helper()
		for _, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%s = %v", what, v)
			}
		}
	}
	shop := customervalue.Ordering{Orders: asCDNOW, Covariance: [][]float64{{.01, 0, 0, 0}, {0, .01, 0, 0}, {0, 0, .01, 0}, {0, 0, 0, .01}}}
	for _, age := range odd {
		for _, last := range odd {
			for _, repeats := range []int{-3, 0, 1, 100_000} {
				for _, leaving := range []customervalue.Leaving{customervalue.AfterRepeats, customervalue.AfterAny} {
					shop.Leaving = leaving
					h := customervalue.History{Repeats: repeats, Last: last, Age: age}
					ratio, chance := shop.Late(h)
					finite("Late", ratio, chance)
					i := shop.AliveInterval(h)
					finite("Alive", shop.Alive(h), i.Low, i.High)
					if repeats > 1000 {
						continue
					}
					for _, weeks := range []float64{-1, 13, 1e300, math.NaN(), math.Inf(1)} {
						i := shop.ExpectedInterval(h, weeks)
						finite("Expected", shop.Expected(h, weeks), i.Low, i.High)
					}
				}
			}
		}
	}
	for _, sum := range odd {
		for _, orders := range []int{-1, 0, 1, 1000} {
			b := customervalue.Baskets{Orders: orders, Sum: sum}
			i := asBasket.MeanInterval(b)
			w := asBasket.Worth(asCDNOW.Forecast(customervalue.History{Repeats: 2, Last: 3, Age: 9}, 52), b)
			finite("spending", asBasket.Mean(b), i.Low, i.High, w.Mean, w.Range.Low, w.Range.High)
		}
	}
}

// A customer with a thousand orders a year has a forecast, although the
// probability of no order is too small for a float64.
func TestManyOrders(t *testing.T) {
	h := customervalue.History{Repeats: 3000, Last: 156, Age: 156}
	o := customervalue.Orders{R: 1, Alpha: 5, A: 0.001, B: 100, Leaving: customervalue.AfterRepeats}
	f := o.Forecast(h, 52)
	near(t, "Mean", f.Mean, 3001*52/161.0, 0.01)
	if i := f.Interval(); i.Low < 900 || i.High > 1040 || i.Low >= i.High {
		t.Errorf("Interval = %v, want about 920 to 1020", i)
	}
}

func BenchmarkExpected(b *testing.B) {
	h := customervalue.History{Repeats: 5, Last: 30, Age: 40}
	for b.Loop() {
		asGifts.Expected(h, customervalue.Year)
	}
}

// near fails the test unless got is within a share of want.
func near(t *testing.T, what string, got, want, share float64) {
	t.Helper()
	if !(math.Abs(got-want) <= share*math.Abs(want)) {
		t.Errorf("%s = %v, want %v within %v of it", what, got, want, share)
	}
}
