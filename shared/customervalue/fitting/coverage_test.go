package fitting_test

import (
	"testing"

	"regulars/shared/customervalue"
	"regulars/shared/customervalue/fitting"
)

// The interval of an estimate contains the true value in nine shops of ten, and
// is narrower with more customers.
func TestIntervalsOfEstimatesHaveTheirCoverage(t *testing.T) {
	const shops = 12
	people := []customervalue.History{{Age: 10}, {Age: 40}, {Repeats: 1, Last: 10, Age: 30}, {Repeats: 6, Last: 30, Age: 35}}
	alive, expected, width := make([]int, len(people)), make([]int, len(people)), map[int]float64{}
	for seed := range uint64(2 * shops) {
		n := 500
		if seed >= shops {
			n = 2000
		}
		_, rows, _ := sample(100+seed, n, asGifts)
		fit, err := fitting.FitOrders(rows, asGifts.Leaving)
		if err != nil {
			t.Fatal(err)
		}
		for i, h := range people {
			e := fit.ExpectedInterval(h, 13)
			width[n] += e.High - e.Low
			if n < 2000 {
				continue
			}
			if e.Low <= asGifts.Expected(h, 13) && asGifts.Expected(h, 13) <= e.High {
				expected[i]++
			}
			if a := fit.AliveInterval(h); a.Low <= asGifts.Alive(h) && asGifts.Alive(h) <= a.High {
				alive[i]++
			}
		}
	}
	for i, h := range people {
		if alive[i] < 8 || expected[i] < 8 { // by chance four times in a thousand
			t.Errorf("%+v: the true value was in the interval of alive in %d shops of %d, of expected in %d", h, alive[i], shops, expected[i])
		}
	}
	if ratio := width[500] / width[2000]; ratio < 1.6 || ratio > 2.6 {
		t.Errorf("intervals of 500 customers are %.2f times as wide as those of 2000, want about 2", ratio)
	}
}

func BenchmarkFitOrders(b *testing.B) {
	_, rows, _ := sample(1, 3000, asGifts)
	for b.Loop() {
		if _, err := fitting.FitOrders(rows, customervalue.AfterAny); err != nil {
			b.Fatal(err)
		}
	}
}
