package nps_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"regulars/shared/nps"
)

func answers(promoters, passives, detractors int) []int {
	return slices.Concat(slices.Repeat([]int{10}, promoters), slices.Repeat([]int{8}, passives), slices.Repeat([]int{2}, detractors))
}

func TestOf(t *testing.T) {
	for phrase, c := range map[string]struct {
		answers []int
		want    string
	}{
		"no answers":            {nil, "0 of 0: -100 to 100"},
		"one promoter":          {[]int{10}, "100 of 1: -46 to 100"},
		"the limits of classes": {[]int{9, 8, 7, 6, 0}, "-20 of 5: -64 to 36"},
		"20 answers":            {answers(10, 6, 4), "30 of 20: -1 to 55"},
		"2,000 answers":         {answers(1000, 600, 400), "30 of 2000: 27 to 33"},
		"50 promoters":          {answers(50, 0, 0), "100 of 50: 90 to 100"},
		"50 passives":           {answers(0, 50, 0), "0 of 50: -5 to 5"},
	} {
		s, err := nps.Of(c.answers)
		if got := fmt.Sprintf("%.0f of %d: %.0f to %.0f", s.Score, s.Answers, s.Low, s.High); err != nil || got != c.want {
			t.Errorf("%s: Of = %s, %v, want %s", phrase, got, err, c.want)
		}
	}
	for _, bad := range []int{-1, 11} {
		if _, err := nps.Of([]int{9, bad}); err == nil {
			t.Errorf("Of(%d): no error", bad)
		}
	}
}

// The interval has its coverage, computed over all outcomes: with few answers
// and with extreme ones, for which the usual formula fails.
func TestIntervalHasItsCoverage(t *testing.T) {
	for _, truth := range []struct{ promoters, detractors float64 }{{0.5, 0.2}, {0.8, 0.05}, {0.1, 0.1}, {0.05, 0.9}, {0.33, 0.33}} {
		for _, n := range []int{5, 12, 40} {
			covered, usual := 0.0, 0.0
			for up := range n + 1 {
				for down := range n + 1 - up {
					even := n - up - down
					chance := math.Exp(lfact(n)-lfact(up)-lfact(down)-lfact(even)) *
						math.Pow(truth.promoters, float64(up)) * math.Pow(truth.detractors, float64(down)) * math.Pow(1-truth.promoters-truth.detractors, float64(even))
					s, err := nps.Of(answers(up, even, down))
					if err != nil {
						t.Fatal(err)
					}
					score := 100 * (truth.promoters - truth.detractors)
					if s.Low-1e-9 <= score && score <= s.High+1e-9 {
						covered += chance
					}
					d := s.Score / 100
					half := 164.5 * math.Sqrt((float64(up+down)/float64(n)-d*d)/float64(n))
					if math.Abs(s.Score-score) <= half {
						usual += chance
					}
				}
			}
			if covered < 0.85 {
				t.Errorf("%+v, %d answers: the true score is in the interval in %.3f of all outcomes, want about .9 (the usual formula: %.3f)", truth, n, covered, usual)
			}
		}
	}
}

func lfact(n int) float64 {
	v, _ := math.Lgamma(float64(n + 1))
	return v
}

// More of the same answers make the interval narrower, and mirrored answers
// mirror it.
func TestIntervalIsNarrowerWithMoreAnswers(t *testing.T) {
	last := math.Inf(1)
	for _, times := range []int{1, 2, 4, 8, 100} {
		s, _ := nps.Of(answers(5*times, 3*times, 2*times))
		mirrored, _ := nps.Of(answers(2*times, 3*times, 5*times))
		if math.Abs(s.Low+mirrored.High) > 1e-6 || math.Abs(s.High+mirrored.Low) > 1e-6 {
			t.Errorf("%v to %v, mirrored %v to %v", s.Low, s.High, mirrored.Low, mirrored.High)
		}
		if w := s.High - s.Low; w >= last || s.Low >= s.Score || s.High <= s.Score {
			t.Errorf("%d answers: %v in %v to %v, want narrower than %v", s.Answers, s.Score, s.Low, s.High, last)
		} else {
			last = w
		}
	}
}
