// Package nps computes the net promoter score of survey answers from 0 to 10,
// with its 90 % confidence interval. The question is "how likely are you to
// recommend us?"; the score is the percentage of 9 and 10 less the percentage of
// 0 to 6. The interval matters because the score of twenty answers is mostly
// chance.
package nps

import (
	"fmt"
	"math"
)

// Score is a net promoter score.
type Score struct {
	Answers    int     `json:"answers"`
	Promoters  int     `json:"promoters"`  // 9 and 10
	Detractors int     `json:"detractors"` // 0 to 6
	Score      float64 `json:"score"`      // -100 to 100
	Low        float64 `json:"low"`        // the true score is between Low
	High       float64 `json:"high"`       // and High with 90 % confidence
}

// Of returns the score of answers. It fails if an answer is not 0 to 10 and
// names the first such answer. Without answers the score is 0 and its interval
// -100 to 100.
//
// The interval is Tango's (Statistics in Medicine 17, 1998) for the difference
// of two shares of one sample: all scores that a score test would not reject.
// It is to this difference what Wilson's interval is to one share: its coverage
// is right with few answers too, and if all answers are the same, for which the
// usual formula gives a width of 0.
func Of(answers []int) (Score, error) {
	var s Score
	for i, a := range answers {
		switch {
		case a < 0 || a > 10:
			return Score{}, fmt.Errorf("answer %d is %d; it must be 0 to 10", i+1, a)
		case a >= 9:
			s.Promoters++
		case a <= 6:
			s.Detractors++
		}
	}
	s.Answers = len(answers)
	if s.Answers == 0 {
		s.Low, s.High = -100, 100
		return s, nil
	}
	difference := float64(s.Promoters-s.Detractors) / float64(s.Answers)
	s.Score = 100 * difference
	s.Low = 100 * s.bound(difference, -1)
	s.High = 100 * s.bound(difference, +1)
	return s, nil
}

// z90 is the normal quantile of a central 90 % interval.
const z90 = 1.6448536269514722

// bound returns the difference farthest from the observed one, towards end,
// that the test does not reject.
func (s Score) bound(observed, end float64) float64 {
	kept, rejected := observed, end
	if s.distance(end) <= z90 {
		return end
	}
	for range 50 {
		if middle := (kept + rejected) / 2; s.distance(middle) <= z90 {
			kept = middle
		} else {
			rejected = middle
		}
	}
	return kept
}

// distance returns how many standard errors the answers are from the expected
// value if the true difference is d.
func (s Score) distance(d float64) float64 {
	n, up, down := float64(s.Answers), float64(s.Promoters), float64(s.Detractors)
	off := up - down - n*d
	if off == 0 {
		return 0
	}
	// The most likely share of detractors if the difference is d.
	b := -up - down + (2*n-up+down)*d
	c := -down * d * (1 - d)
	share := (math.Sqrt(max(b*b-8*n*c, 0)) - b) / (4 * n)
	variance := n * (2*share + d*(1-d))
	if variance <= 0 {
		return math.Inf(1)
	}
	return math.Abs(off) / math.Sqrt(variance)
}
