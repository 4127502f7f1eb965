package recommend

import (
	"fmt"
	"math"
	"slices"
)

// Linear is a [Reranker] that adds up weighted features: Σ Weight·(feature −
// Mean)/Scale. The score is a logarithm of odds: of two candidates, the one
// with a score higher by x is e^x times as likely to be the one that the
// customer buys. Package rerank trains it.
type Linear struct {
	Features []string  `json:"features"` // [FeatureNames] when it was trained
	Mean     []float64 `json:"mean"`
	Scale    []float64 `json:"scale"` // above 0
	Weight   []float64 `json:"weight"`
}

// Score implements [Reranker]. It returns NaN, so that the blend is used, if
// the number of features is wrong.
func (l *Linear) Score(features []float64) float64 {
	if len(features) != len(l.Weight) {
		return math.NaN()
	}
	sum := 0.0
	for i, x := range features {
		sum += float64(l.Weight[i] * ((x - l.Mean[i]) / l.Scale[i])) // the conversion rounds here, with the same result on every processor
	}
	return sum
}

// Check returns an error if the engine must not use it: if it was trained on
// other features than the engine has, so that a weight would apply to the wrong
// one, if a number is missing or not finite, or if a scale is not above 0. The
// error names the number.
func (l *Linear) Check() error {
	if !slices.Equal(l.Features, featureNames) {
		return fmt.Errorf("the re-ranker was trained on the features %q, but this engine has %q", l.Features, featureNames)
	}
	for _, list := range [...]struct {
		name    string
		numbers []float64
	}{{"mean", l.Mean}, {"scale", l.Scale}, {"weight", l.Weight}} {
		if len(list.numbers) != len(featureNames) {
			return fmt.Errorf("the re-ranker has %d numbers of %s, want %d, one a feature", len(list.numbers), list.name, len(featureNames))
		}
		for i, x := range list.numbers {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("the re-ranker's %s of %s is %v, want a number", list.name, featureNames[i], x)
			}
			if list.name == "scale" && x <= 0 {
				return fmt.Errorf("the re-ranker's scale of %s is %v, want above 0", featureNames[i], x)
			}
		}
	}
	return nil
}

var featureNames = FeatureNames()
