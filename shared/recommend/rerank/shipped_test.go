package rerank_test

import (
	"encoding/hex"
	"testing"

	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
	"regulars/shared/recommend/rerank"
)

// The shipped weights fit the features of the engine and name their training
// data. If this fails, the engine's features have changed: run make train.
func TestShipped(t *testing.T) {
	m, err := rerank.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Data) == 0 {
		t.Error("the weights do not name their training data")
	}
	for _, d := range m.Data {
		if sum, err := hex.DecodeString(d.SHA256); err != nil || len(sum) != 32 || d.Customers == 0 {
			t.Errorf("data %+v, want a SHA-256 and customers", d)
		}
		for _, mode := range []recommend.Mode{recommend.ModeNext, recommend.ModeGoesWith} {
			w := m.Weights[mode]
			if w == nil || w.Pairs == 0 {
				t.Fatalf("no weights for %s", mode)
			}
			if v := w.HeldOut[d.Name]; v.Why == "" || v.Customers < rerank.FewestCustomers || v.On && !(v.Gain.NDCG.Low > 0) {
				t.Errorf("%s on %s: %+v, want a verdict with its numbers", mode, d.Name, v)
			}
		}
	}
}

func TestFor(t *testing.T) {
	on := judge.Verdict{On: true}
	for name, c := range map[string]struct {
		learned map[recommend.Mode]judge.Verdict
		mode    recommend.Mode
		want    bool
	}{
		"no night yet":                             {nil, recommend.ModeNext, false},
		"on for the next order":                    {map[recommend.Mode]judge.Verdict{recommend.ModeNext: on}, recommend.ModeNext, true},
		"on for the next order, for lists in turn": {map[recommend.Mode]judge.Verdict{recommend.ModeNext: on}, recommend.ModeBoth, true},
		"on for the next order, for new items":     {map[recommend.Mode]judge.Verdict{recommend.ModeNext: on}, recommend.ModeGoesWith, false},
		"on for new items, for due items":          {map[recommend.Mode]judge.Verdict{recommend.ModeGoesWith: on, recommend.ModeNext: {}}, recommend.ModeAgain, false},
		"on for new items":                         {map[recommend.Mode]judge.Verdict{recommend.ModeGoesWith: on}, recommend.ModeGoesWith, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := rerank.For(recommend.Model{Reranking: c.learned}, c.mode) != nil; got != c.want {
				t.Errorf("For(%v, %s) re-ranks: %v, want %v", c.learned, c.mode, got, c.want)
			}
		})
	}
}

func ExampleFor() {
	model := recommend.Model{Reranking: map[recommend.Mode]judge.Verdict{recommend.ModeNext: {On: true, Why: "NDCG gains +0.0035, between +0.0018 and +0.0053"}}}
	_ = recommend.Options{Want: 6, Mode: recommend.ModeNext, Reranker: rerank.For(model, recommend.ModeNext)}
}
