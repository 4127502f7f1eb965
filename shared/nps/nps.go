// Package nps works out the net promoter score: of the answers, 0 to 10, to
// "how likely are you to recommend us?", the share of 9 and 10 less that of 0 to
// 6. It comes with its interval, because the score of twenty answers is mostly
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
	Low        float64 `json:"low"`        // the score of everybody who was asked this way is in between
	High       float64 `json:"high"`       // with nine chances in ten
}

// Of returns the score of answers, each 0 to 10, and fails naming the first that
// is not. Without answers the score is 0 and its interval everything, -100 to 100.
//
// The interval is Tango's (Statistics in Medicine 17, 1998) for the difference
// of two shares of one sample: the scores that a test would not refute, with the
// variance that each of them supposes. It is to this difference what Wilson's
// interval is to one share: it keeps its promise with few answers, and where all
// of them are the same, when the usual formula has a width of 0.
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

// wide is the normal quantile of nine tenths in the middle.
const wide = 1.6448536269514722

// bound returns the difference farthest from the one observed, towards end, that
// is not refuted.
func (s Score) bound(observed, end float64) float64 {
	kept, refuted := observed, end
	if s.distance(end) <= wide {
		return end
	}
	for range 50 {
		if middle := (kept + refuted) / 2; s.distance(middle) <= wide {
			kept = middle
		} else {
			refuted = middle
		}
	}
	return kept
}

// distance returns by how many standard errors the answers are off, if the true
// difference were d.
func (s Score) distance(d float64) float64 {
	n, up, down := float64(s.Answers), float64(s.Promoters), float64(s.Detractors)
	off := up - down - n*d
	if off == 0 {
		return 0
	}
	// The share of detractors that is likeliest if the difference is d.
	b := -up - down + (2*n-up+down)*d
	c := -down * d * (1 - d)
	share := (math.Sqrt(max(b*b-8*n*c, 0)) - b) / (4 * n)
	variance := n * (2*share + d*(1-d))
	if variance <= 0 {
		return math.Inf(1)
	}
	return math.Abs(off) / math.Sqrt(variance)
}
