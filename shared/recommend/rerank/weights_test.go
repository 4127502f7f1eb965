package rerank_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"regulars/shared/recommend"
	"regulars/shared/recommend/rerank"
)

const good = `{"format": 1, "features": ["own", "near"], "seed": 1, "data": [{"name": "x.csv", "sha256": "00", "customers": 9}],
	"weights": {"next": {"mean": [1, 2], "scale": [2, 4], "weight": [0.5, -1], "pairs": 7, "held_out": {"x.csv": {"on": true, "why": "it is", "customers": 9,
		"blend": {"recall": 0.1, "ndcg": 0.1, "phr": 0.1}, "reranked": {"recall": 0.2, "ndcg": 0.2, "phr": 0.2},
		"gain": {"recall": {"mean": 0.1, "low": 0.05, "high": 0.2}, "ndcg": {"mean": 0.1, "low": 0.05, "high": 0.2}, "phr": {"mean": 0.1, "low": 0.05, "high": 0.2}}}}}}}`

var features = []string{"own", "near"}

func TestParse(t *testing.T) {
	m, err := rerank.Parse([]byte(good), features)
	if err != nil {
		t.Fatal(err)
	}
	w := m.For(recommend.ModeNext)
	if got, want := w.Score([]float64{5, 2}), .5*(5-1)/2-0.; got != want {
		t.Errorf("Score = %v, want %v", got, want)
	}
	if got, want := w.Score([]float64{1, 6}), -1.; got != want {
		t.Errorf("Score = %v, want %v", got, want)
	}
	for name, x := range map[string][]float64{"too few": {1}, "too many": {1, 2, 3}, "none": nil, "not a number": {math.NaN(), 1}} {
		if got := w.Score(x); !math.IsNaN(got) {
			t.Errorf("Score of features that are %s = %v, want NaN", name, got)
		}
	}
	if m.For(recommend.ModeGoesWith) != nil {
		t.Error("For returned a re-ranker for new items, but the file has no weights for them")
	}
	file, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rerank.Parse(file, features); err != nil {
		t.Errorf("Parse of a marshalled model: %v", err)
	}
}

func TestParseRejectsInvalidFiles(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"no JSON":                  {good, "weights", "read the re-ranker's weights"},
		"an empty file":            {good, "", "EOF"},
		"text after the model":     {good, good + good, "more text after"},
		"an unknown field":         {`"seed": 1`, `"sede": 1`, `unknown field "sede"`},
		"another format":           {`"format": 1`, `"format": 2`, "have the format 2, want 1"},
		"other features":           {`"own", "near"`, `"near", "own"`, `trained on the features ["near" "own"]`},
		"two features of one name": {`"own", "near"`, `"own", "own"`, "train it again"},
		"a weight that is NaN":     {"[0.5, -1]", "[NaN, -1]", "invalid character 'N'"},
		"a weight that overflows":  {"[0.5, -1]", "[1e999, -1]", "1e999"},
		"a weight missing":         {"[0.5, -1]", "[0.5]", "next: 1 numbers of weight, want 2"},
		"no weights":               {`"weight": [0.5, -1], `, "", "0 numbers of weight"},
		"a scale of 0":             {"[2, 4]", "[2, 0]", "scale of near is 0"},
		"an unknown mode":          {`{"next"`, `{"later"`, `weights for the mode "later"`},
		"weights of null":          {`"weights": {`, `"weights": {"goes_with": null, `, "goes_with are null"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(good, c.old) {
				t.Fatalf("the fixture does not contain %q", c.old)
			}
			_, err := rerank.Parse([]byte(strings.Replace(good, c.old, c.new, 1)), features)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Parse = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(`{"format":1,"features":["own","near"],"weights":{"next":{"mean":[],"scale":[],"weight":[]}}}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := rerank.Parse(file, features)
		if err != nil {
			return
		}
		for _, mode := range []recommend.Mode{recommend.ModeNext, recommend.ModeGoesWith} {
			if r := m.For(mode); r != nil {
				r.Score([]float64{0, 0}) // it must not panic
			}
		}
	})
}
