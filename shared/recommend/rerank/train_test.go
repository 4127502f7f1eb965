package rerank_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"regulars/shared/recommend"
	"regulars/shared/recommend/rerank"
)

// shop returns customers whose candidates have three features: the first is the
// blend's score, the second influences the purchase with the weight sense, and
// the third is the same for all. Candidates are sorted by the first, best
// first.
func shop(customers int, sense float64, seed uint64) []rerank.Case {
	random := rand.New(rand.NewPCG(seed, 9))
	cases := make([]rerank.Case, customers)
	for at := range cases {
		c := &cases[at]
		for range 30 {
			blend, other := random.NormFloat64(), 100*random.NormFloat64()
			chance := 1 / (1 + math.Exp(-(blend + sense*other/100 - 3)))
			c.Candidates = append(c.Candidates, rerank.Candidate{Features: []float64{blend, other, 7}, Bought: random.Float64() < chance})
		}
		slices.SortStableFunc(c.Candidates, func(a, b rerank.Candidate) int {
			if a.Features[0] > b.Features[0] {
				return -1
			}
			return 1
		})
		for _, x := range c.Candidates {
			if x.Bought {
				c.Wanted++
			}
		}
	}
	return cases
}

var names = []string{"blend", "other", "same"}

// Training finds the deciding feature and its weight relative to the blend's,
// for any unit of the feature.
func TestTrain(t *testing.T) {
	w, err := rerank.Train(shop(3000, 2, 1), names, rerank.OwnShop, 1)
	if err != nil {
		t.Fatal(err)
	}
	if ratio := w.Weight[1] / w.Weight[0]; ratio < 1.6 || ratio > 2 {
		t.Errorf("the second feature weighs %.3f times the first, want 1.6 to 2, because it is drawn to 0 (weights %v)", ratio, w.Weight)
	}
	if math.Abs(w.Weight[2]) > 1e-9 || w.Scale[2] != 1 || math.Abs(w.Scale[1]-100) > 2 || math.Abs(w.Mean[2]-7) > 1e-9 {
		t.Errorf("weights %v, means %v, scales %v: want no weight for the feature that is the same for all", w.Weight, w.Mean, w.Scale)
	}
	again, err := rerank.Train(shop(3000, 2, 1), names, rerank.OwnShop, 1)
	if err != nil || !reflect.DeepEqual(w, again) {
		t.Errorf("training again returned %v, %v, want %v", again, err, w)
	}
	if other, _ := rerank.Train(shop(3000, 2, 1), names, rerank.OwnShop, 2); reflect.DeepEqual(w.Weight, other.Weight) {
		t.Errorf("training with another seed returned the same weights")
	}
}

// A customer who bought hundreds of products weighs no more than one who bought
// one.
func TestEachCustomerWeighsTheSame(t *testing.T) {
	likes := func(n int, first bool) (c rerank.Case) {
		for i := range 2 * n {
			bought := i < n
			up := 1.
			if bought != first {
				up = -1
			}
			c.Candidates = append(c.Candidates, rerank.Candidate{Features: []float64{up, 0}, Bought: bought})
		}
		return c
	}
	w, err := rerank.Train([]rerank.Case{likes(200, true), likes(1, false), likes(1, false)}, names[:2], 0.1, 1)
	if err != nil || !(w.Weight[0] < 0) {
		t.Errorf("weights = %v, %v: want the preference of two of the three customers", w, err)
	}
}

// With few customers the blend decides: the weights are drawn to it as if as
// many customers as the strength says had shown that nothing else counts.
func TestWeightsAreDrawnToTheBlend(t *testing.T) {
	previous := math.Inf(1)
	for _, c := range []struct {
		customers int
		strength  float64
		atMost    float64 // weight of the second feature, as a part of the blend's
	}{{3000, 0.1, 2.2}, {3000, rerank.OwnShop, 2}, {300, rerank.OwnShop, 1.7}, {300, rerank.AnyShop, 1.2}, {20, rerank.AnyShop, .2}} {
		w, err := rerank.Train(shop(c.customers, 2, 1), names, c.strength, 1)
		if err != nil {
			t.Fatal(err)
		}
		part := w.Weight[1] / w.Weight[0]
		if part > c.atMost || part > previous || !(w.Weight[0] > 0) {
			t.Errorf("%d customers, strength %v: the second feature weighs %.2f of the blend, want at most %.2f and at most %.2f", c.customers, c.strength, part, c.atMost, previous)
		}
		previous = part
	}
}

// A step of Newton's method can go too far if a feature is almost enough to
// tell what was bought and has outliers; then it is halved.
func TestTrainConvergesWithOutliers(t *testing.T) {
	for seed := range uint64(150) {
		random := rand.New(rand.NewPCG(seed, 3))
		cases := make([]rerank.Case, 2+random.IntN(30))
		tail := random.Float64() * 4
		for i := range cases {
			c := &cases[i]
			best, of := 0, int(seed%3)
			for j := range 3 + random.IntN(20) {
				x := []float64{math.Exp(tail * random.NormFloat64()), math.Exp(tail * random.NormFloat64()), random.NormFloat64()}
				c.Candidates = append(c.Candidates, rerank.Candidate{Features: x, Bought: random.Float64() < .05})
				if x[of] > c.Candidates[best].Features[of] {
					best = j
				}
			}
			c.Candidates[best].Bought = c.Candidates[best].Bought || random.Float64() < .97
		}
		if _, err := rerank.Train(cases, names, .1, 1); err != nil && !errors.Is(err, rerank.ErrTooLittle) {
			t.Errorf("seed %d, %d customers: %v", seed, len(cases), err)
		}
	}
}

func TestTrainRefuses(t *testing.T) {
	one := func(x ...float64) []rerank.Case {
		return []rerank.Case{{Candidates: []rerank.Candidate{{Features: x, Bought: true}, {Features: []float64{1, 2}}}}}
	}
	for name, c := range map[string]struct {
		cases []rerank.Case
		want  string
	}{
		"no customers":          {nil, rerank.ErrTooLittle.Error()},
		"nothing bought":        {[]rerank.Case{{Candidates: []rerank.Candidate{{Features: []float64{1, 2}}}}}, rerank.ErrTooLittle.Error()},
		"everything bought":     {[]rerank.Case{{Candidates: []rerank.Candidate{{Features: []float64{1, 2}, Bought: true}}}}, rerank.ErrTooLittle.Error()},
		"a feature too few":     {one(1), "case 0: a candidate has 1 features, want 2"},
		"a feature that is NaN": {one(1, math.NaN()), "the feature other is NaN"},
		"an infinite feature":   {one(math.Inf(1), 1), "the feature blend is +Inf"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rerank.Train(c.cases, names[:2], rerank.OwnShop, 1)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Train = %v, want an error with %q", err, c.want)
			}
		})
	}
	if _, err := rerank.Train(nil, names[:2], rerank.OwnShop, 1); !errors.Is(err, rerank.ErrTooLittle) {
		t.Errorf("Train of nothing = %v, want %v", err, rerank.ErrTooLittle)
	}
}

// all returns the same weights for every case.
func all(w *recommend.Linear) func(int) *recommend.Linear {
	return func(int) *recommend.Linear { return w }
}

func TestJudge(t *testing.T) {
	better, err := rerank.Train(shop(2000, 2, 1), names, rerank.OwnShop, 1)
	if err != nil {
		t.Fatal(err)
	}
	worse := &recommend.Linear{Mean: []float64{0, 0, 0}, Scale: []float64{1, 1, 1}, Weight: []float64{-1, 0, 0}}
	same := &recommend.Linear{Mean: []float64{0, 0, 0}, Scale: []float64{1, 1, 1}, Weight: []float64{1, 0, 0}}
	chance := &recommend.Linear{Mean: []float64{0, 0, 0}, Scale: []float64{1, 100, 1}, Weight: []float64{1, 0.1, 0}} // the second feature is irrelevant in that shop
	broken := &recommend.Linear{Mean: []float64{0}, Scale: []float64{1}, Weight: []float64{1}}
	nothing := shop(400, 2, 5)
	for i := range nothing {
		nothing[i].Wanted = 0
	}
	for name, c := range map[string]struct {
		w     *recommend.Linear
		cases []rerank.Case
		on    bool
		why   string
	}{
		"better on other customers too":          {better, shop(1000, 2, 2), true, "better with a chance of 100 %"},
		"the learned feature is irrelevant":      {better, shop(1000, 0, 3), false, "better with a chance of 0 %"},
		"a gain that may be chance":              {chance, shop(500, 0, 12), false, "80 % are needed"},
		"worse":                                  {worse, shop(1000, 2, 2), false, "better with a chance of 0 %"},
		"the same":                               {same, shop(1000, 2, 2), false, "better with a chance of 50 %"},
		"weights that do not fit keep the blend": {broken, shop(1000, 2, 2), false, "better with a chance of 50 %"},
		"too few customers":                      {better, shop(rerank.FewestCustomers-1, 2, 2), false, "only 296 customers have an order to compare by; at least 300 are needed"},
		"too few customers with a purchase":      {better, append(nothing, shop(200, 2, 2)...), false, "198 customers"},
	} {
		t.Run(name, func(t *testing.T) {
			v := rerank.Judge(c.cases, all(c.w), 1)
			if v.On != c.on || !strings.Contains(v.Why, c.why) {
				t.Errorf("Judge = %+v, want on %v with the reason %q", v, c.on, c.why)
			}
			if again := rerank.Judge(c.cases, all(c.w), 1); !reflect.DeepEqual(v, again) {
				t.Errorf("Judge = %+v, then %+v", v, again)
			}
		})
	}
}

// A bought product that is not a candidate lowers the recall of both.
func TestJudgeCountsMissingCandidates(t *testing.T) {
	cases := make([]rerank.Case, rerank.FewestCustomers)
	for i := range cases {
		cases[i] = rerank.Case{Wanted: 4, Candidates: []rerank.Candidate{{Features: []float64{1}, Bought: true}}}
	}
	v := rerank.Judge(cases, all(&recommend.Linear{Mean: []float64{0}, Scale: []float64{1}, Weight: []float64{1}}), 1)
	if v.Blend.Recall != .25 || v.Reranked != v.Blend || v.Blend.PHR != 1 {
		t.Errorf("Judge = %+v, want a recall of one in four", v)
	}
}
