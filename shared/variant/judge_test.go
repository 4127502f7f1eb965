//go:build !race

package variant_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"regulars/shared/lift"
	"regulars/shared/variant"
)

// trial runs one experiment over 25 batches of 600 customers, looked at after each.
// On later days fewer customers order, so that adding up batches with different
// shares would favour the variant that was popular early.
func trial(rng *rand.Rand, rates []float64, adaptive bool) (s variant.Standing, at int, given []int) {
	shares := slices.Repeat([]int{variant.Whole / len(rates)}, len(rates))
	given = make([]int, len(rates))
	var batches []variant.Batch
	for day := range 25 {
		season := math.Exp(-float64(day) / 12)
		batch := make(variant.Batch, len(rates))
		for i, rate := range rates {
			n := 600 * shares[i] / variant.Whole
			batch[i] = binary(rng, n, rate*season)
			given[i] += n
		}
		batches = append(batches, batch)
		if s = variant.Judge(batches, lift.Orders, 0.05); slices.Contains(s.Beaten, true) {
			return s, day + 1, given
		}
		if adaptive {
			shares = variant.Shares(batches, lift.Orders, 1000)
		}
	}
	return s, 0, given
}

func TestJudgeRarelySeesADifferenceWithoutOne(t *testing.T) {
	for phrase, adaptive := range map[string]bool{"equal shares": false, "shares that follow the better variant": true} {
		t.Run(phrase, func(t *testing.T) {
			const trials = 200
			rng := rand.New(rand.NewPCG(16, 3))
			wrong := 0
			for range trials {
				if _, at, _ := trial(rng, []float64{0.3, 0.3, 0.3}, adaptive); at > 0 {
					wrong++
				}
			}
			t.Logf("a variant was beaten by an equal one in %d of %d experiments", wrong, trials)
			if wrong > trials*5/100 {
				t.Errorf("a variant was beaten by an equal one in %d of %d experiments, want at most 5 %%", wrong, trials)
			}
		})
	}
}

func TestJudgeFindsTheBestVariant(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 4))
	s := variant.Judge([]variant.Batch{{binary(rng, 5000, 0.1), binary(rng, 5000, 0.2), binary(rng, 5000, 0.1)}}, lift.Orders, 0.05)
	if s.Best != 1 || !slices.Equal(s.Beaten, []bool{true, false, true}) || len(s.Effects) != 3 {
		t.Errorf("best %d, beaten %v, %d comparisons", s.Best, s.Beaten, len(s.Effects))
	}
	for phrase, batches := range map[string][]variant.Batch{"no batches": nil, "one variant": {{binary(rng, 5000, 0.1)}}} {
		if s := variant.Judge(batches, lift.Orders, 0.05); s.Best != -1 {
			t.Errorf("%s: best %d", phrase, s.Best)
		}
	}
}

func TestSharesFollowTheBetterVariant(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 5))
	better, all := 0, 0
	for range 50 {
		_, _, given := trial(rng, []float64{0.2, 0.23}, true)
		better += given[1]
		all += given[0] + given[1]
	}
	t.Logf("the better variant got %d of %d customers", better, all)
	if better < all*60/100 {
		t.Errorf("the better variant got %d of %d customers, want most", better, all)
	}
}
