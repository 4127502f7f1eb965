package recommend_test

import (
	"math"
	"strings"
	"testing"

	"regulars/shared/recommend"
)

// linear returns weights of 0 for all features, to be changed.
func linear(change func(*recommend.Linear)) *recommend.Linear {
	l := &recommend.Linear{Features: recommend.FeatureNames()}
	for range l.Features {
		l.Mean, l.Scale, l.Weight = append(l.Mean, 0), append(l.Scale, 1), append(l.Weight, 0)
	}
	if change != nil {
		change(l)
	}
	return l
}

func TestLinearScore(t *testing.T) {
	l := &recommend.Linear{Mean: []float64{1, 2}, Scale: []float64{2, 4}, Weight: []float64{.5, -1}}
	if got, want := l.Score([]float64{5, 6}), .5*(5-1)/2-1.; got != want {
		t.Errorf("Score = %v, want %v", got, want)
	}
	for name, features := range map[string][]float64{"none": nil, "too few": {1}, "too many": {1, 2, 3}, "not a number": {math.NaN(), 1}} {
		if got := l.Score(features); !math.IsNaN(got) {
			t.Errorf("Score of features that are %s = %v, want NaN", name, got)
		}
	}
}

// Weights that do not fit the engine are not used: the blend ranks.
func TestReranker(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*recommend.Linear)
		want   string // in the error; empty: it fits
	}{
		"fits":                         {nil, ""},
		"other features":               {func(l *recommend.Linear) { l.Features[0], l.Features[1] = l.Features[1], l.Features[0] }, "was trained on the features"},
		"a feature of an older engine": {func(l *recommend.Linear) { l.Features = l.Features[1:] }, "was trained on the features"},
		"a mean missing":               {func(l *recommend.Linear) { l.Mean = l.Mean[1:] }, "numbers of mean"},
		"no weights":                   {func(l *recommend.Linear) { l.Weight = nil }, "0 numbers of weight"},
		"a weight that is NaN":         {func(l *recommend.Linear) { l.Weight[1] = math.NaN() }, "weight of bought is NaN"},
		"an infinite mean":             {func(l *recommend.Linear) { l.Mean[0] = math.Inf(1) }, "mean of blend is +Inf"},
		"a scale of 0":                 {func(l *recommend.Linear) { l.Scale[0] = 0 }, "scale of blend is 0, want above 0"},
	} {
		t.Run(name, func(t *testing.T) {
			l := linear(c.change)
			err := l.Check()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("Check = %v, want %q", err, c.want)
			}
			m := recommend.Model{Rerankers: map[recommend.Mode]*recommend.Linear{recommend.ModeNext: l}}
			for mode, ranks := range map[recommend.Mode]bool{recommend.ModeNext: true, recommend.ModeBoth: true, recommend.ModeAgain: true, "": true, recommend.ModeGoesWith: false} {
				if got := m.Reranker(mode) != nil; got != (ranks && c.want == "") {
					t.Errorf("Reranker(%q) re-ranks: %v", mode, got)
				}
			}
		})
	}
	if (recommend.Model{}).Reranker(recommend.ModeNext) != nil {
		t.Error("a model without weights re-ranks")
	}
}
