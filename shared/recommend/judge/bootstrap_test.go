package judge_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"regulars/shared/recommend/judge"
)

// For a share of 0.3 among 500 the interval is known: ± 1.96 · √(.3·.7/500),
// .040. A row of equal values has an interval of no width.
func TestBootstrap(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	values := make([]float64, 500)
	lower := make([]float64, 500)
	for i := range values {
		values[i] = float64(min(i%10, 7) / 7) // three of ten
		lower[i] = -1
	}
	random.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
	got := judge.Bootstrap([][]float64{values, lower}, 4000, 1)
	if math.Abs(got[0].Mean-.3) > 1e-12 || math.Abs(got[0].Low-.26) > .004 || math.Abs(got[0].High-.34) > .004 {
		t.Errorf("interval = %+v, want .3 between about .26 and .34", got[0])
	}
	if got[1] != (judge.Interval{-1, -1, -1}) {
		t.Errorf("interval of equal values = %+v, want -1", got[1])
	}
	if again := judge.Bootstrap([][]float64{values, lower}, 4000, 1); again[0] != got[0] {
		t.Errorf("the same seed gives %+v, then %+v", got[0], again[0])
	}
	if other := judge.Bootstrap([][]float64{values, lower}, 4000, 2); other[0] == got[0] {
		t.Errorf("another seed gives the same interval: %+v", other[0])
	}
}

func TestBootstrapOfOneCustomer(t *testing.T) {
	if got := judge.Bootstrap([][]float64{{.4}}, 10, 1); got[0] != (judge.Interval{.4, .4, .4}) {
		t.Errorf("interval = %+v, want .4", got[0])
	}
}
