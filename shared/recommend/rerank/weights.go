package rerank

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
)

// Format is the version of the file format that [Parse] reads.
const Format = 1

// Model is a file of weights, one set for each mode that [Question] returns,
// with its origin. The zero Model re-ranks nothing.
type Model struct {
	Format   int                         `json:"format"`
	Features []string                    `json:"features"` // recommend.FeatureNames when it was trained
	Seed     uint64                      `json:"seed"`
	Data     []Data                      `json:"data"`
	Weights  map[recommend.Mode]*Weights `json:"weights"`
}

// Data is one data set that the weights were trained on.
type Data struct {
	Name      string `json:"name"`
	SHA256    string `json:"sha256"` // of the file, in hex
	Customers int    `json:"customers"`
}

// Weights score a candidate: Σ Weight·(feature − Mean)/Scale, over the features
// in order.
type Weights struct {
	Mean   []float64 `json:"mean"`
	Scale  []float64 `json:"scale"` // above 0
	Weight []float64 `json:"weight"`
	Pairs  int       `json:"pairs"` // number of pairs that it was trained on

	// HeldOut compares the re-ranker with the blend, by the name of the data: each
	// customer by weights that were trained without them.
	HeldOut map[string]judge.Verdict `json:"held_out"`
}

// Score implements recommend.Reranker. It returns NaN, so that the blend is
// used, if the number of features is wrong or a feature is not a number.
func (w *Weights) Score(features []float64) float64 {
	if len(features) != len(w.Weight) {
		return math.NaN()
	}
	sum := 0.0
	for i, x := range features {
		sum += float64(w.Weight[i] * ((x - w.Mean[i]) / w.Scale[i])) // the conversion rounds here, with the same result on every processor
	}
	return sum
}

// For returns the re-ranker for a mode; nil if the model has none.
func (m *Model) For(mode recommend.Mode) recommend.Reranker {
	if w := m.Weights[mode]; w != nil {
		return w
	}
	return nil
}

// Parse returns the model of a file. features are the names of the features
// that candidates have: Parse refuses a model that was trained on others, which
// would apply a weight to the wrong feature. It also fails if a field is
// unknown, a number is missing or not finite, or a scale is not above 0; the
// error names it.
func Parse(file []byte, features []string) (*Model, error) {
	var m Model
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("read the re-ranker's weights: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("read the re-ranker's weights: there is more text after them")
	}
	if m.Format != Format {
		return nil, fmt.Errorf("the re-ranker's weights have the format %d, want %d: train it again (make train)", m.Format, Format)
	}
	if !slices.Equal(m.Features, features) {
		return nil, fmt.Errorf("the re-ranker was trained on the features %q, but candidates have %q: train it again (make train)", m.Features, features)
	}
	for mode, w := range m.Weights {
		if mode != recommend.ModeNext && mode != recommend.ModeGoesWith {
			return nil, fmt.Errorf("the re-ranker has weights for the mode %q; there are %s and %s", mode, recommend.ModeNext, recommend.ModeGoesWith)
		}
		if w == nil {
			return nil, fmt.Errorf("the re-ranker's weights for %s are null", mode)
		}
		if err := w.check(features); err != nil {
			return nil, fmt.Errorf("the re-ranker's weights for %s: %w", mode, err)
		}
	}
	return &m, nil
}

func (w *Weights) check(features []string) error {
	for name, numbers := range map[string][]float64{"mean": w.Mean, "scale": w.Scale, "weight": w.Weight} {
		if len(numbers) != len(features) {
			return fmt.Errorf("%d numbers of %s, want %d, one a feature", len(numbers), name, len(features))
		}
		for i, x := range numbers {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("%s of %s is %v, want a number", name, features[i], x)
			}
			if name == "scale" && x <= 0 {
				return fmt.Errorf("scale of %s is %v, want above 0", features[i], x)
			}
		}
	}
	return nil
}
