package rerank

import (
	_ "embed"
	"sync"

	"regulars/shared/recommend"
)

//go:embed weights.json
var weights []byte

// Shipped returns the model that ships, which make train wrote. It fails where
// the file does not fit the engine: then nothing is re-ranked.
var Shipped = sync.OnceValues(func() (*Model, error) {
	return Parse(weights, recommend.FeatureNames())
})

// For returns what re-ranks lists of a mode in the shop whose nights made learned:
// the shipped weights where the last night found that they are better there, else
// nil. Lists that mix what is bought again with new items are judged as
// recommend.ModeNext, whatever their order.
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

// Question returns which of the two questions that weights are trained for a mode
// asks.
func Question(mode recommend.Mode) recommend.Mode {
	if mode == recommend.ModeGoesWith {
		return recommend.ModeGoesWith
	}
	return recommend.ModeNext
}
