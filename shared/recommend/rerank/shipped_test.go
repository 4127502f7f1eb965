package rerank_test

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"regulars/shared/recommend"
	"regulars/shared/recommend/rerank"
)

// The shipped weights fit the features of the engine, name their training data,
// and are better than the blend there. If this fails, the engine's features
// have changed: run make train.
func TestShipped(t *testing.T) {
	f, err := rerank.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	if sum, err := hex.DecodeString(f.Data.SHA256); err != nil || len(sum) != 32 || f.Data.Name == "" || f.Data.Cut == "" {
		t.Errorf("data %+v, want a name, a SHA-256 and a cut", f.Data)
	}
	if f.Rerankers[recommend.ModeNext] == nil {
		t.Error("no weights for next orders ship")
	}
	for mode := range f.Rerankers {
		if v := f.HeldOut[mode]; !v.On || v.Customers < rerank.FewestCustomers || v.Chance < rerank.Likely {
			t.Errorf("%s: the verdict on the training data is %+v, want on", mode, v)
		}
	}
}

func TestParseRejectsInvalidFiles(t *testing.T) {
	linear := recommend.Linear{Features: recommend.FeatureNames()}
	for range linear.Features {
		linear.Mean, linear.Scale, linear.Weight = append(linear.Mean, 0), append(linear.Scale, 1), append(linear.Weight, 1)
	}
	body, err := json.Marshal(rerank.File{Rerankers: map[recommend.Mode]*recommend.Linear{recommend.ModeNext: &linear}})
	if err != nil {
		t.Fatal(err)
	}
	good := string(body)
	if _, err := rerank.Parse(body); err != nil {
		t.Fatalf("Parse of a valid file: %v", err)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"no JSON":              {good, "weights", "read the re-ranker's weights"},
		"an empty file":        {good, "", "EOF"},
		"text after the model": {good, good + good, "more text after"},
		"an unknown field":     {`"data"`, `"date"`, `unknown field "date"`},
		"other features":       {`"blend"`, `"mixture"`, "the re-ranker for next: the re-ranker was trained on the features"},
		"a weight missing":     {`"weight":[1,`, `"weight":[`, "numbers of weight"},
		"a scale of 0":         {`"scale":[1`, `"scale":[0`, "scale of blend is 0"},
		"an unknown mode":      {`{"next"`, `{"later"`, `a re-ranker for the mode "later"`},
		"weights of null":      {`"rerankers":{`, `"rerankers":{"goes_with":null,`, "goes_with is null"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(good, c.old) {
				t.Fatalf("the fixture does not contain %q", c.old)
			}
			_, err := rerank.Parse([]byte(strings.Replace(good, c.old, c.new, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Parse = %v, want an error with %q", err, c.want)
			}
		})
	}
}
