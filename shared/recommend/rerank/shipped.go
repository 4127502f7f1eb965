package rerank

import (
	_ "embed"
	"sync"

	"regulars/shared/recommend"
)

//go:embed weights.json
var weights []byte

// Shipped returns the shipped model, which make train wrote. It fails if the
// file does not fit the engine; then nothing is re-ranked.
var Shipped = sync.OnceValues(func() (*Model, error) {
	return Parse(weights, recommend.FeatureNames())
})

// For returns the re-ranker for lists of a mode in the shop that published
// learned: the shipped weights if the last night found them better there, else
// nil. Lists that mix due items with new items are judged as
// recommend.ModeNext, for each of their modes.
func For(learned recommend.Model, mode recommend.Mode) recommend.Reranker {
	question := Question(mode)
	if !learned.Reranking[question].On {
		return nil
	}
	model, err := Shipped()
	if err != nil {
		return nil
	}
	return model.For(question)
}

// Question returns the mode whose weights re-rank lists of the given mode.
// There are weights for two modes.
func Question(mode recommend.Mode) recommend.Mode {
	if mode == recommend.ModeGoesWith {
		return recommend.ModeGoesWith
	}
	return recommend.ModeNext
}
