package engine

import (
	"regulars/infra/lab/eval/trial"
	"regulars/shared/recommend/rerank"
)

// Reranked is the engine with its lists re-ranked, whether or not a shop like this
// would do so. Of a question that the model has no weights for, the blend stands.
type Reranked struct {
	*Engine
	Model *rerank.Model
}

// Name implements [trial.Method].
func (Reranked) Name() string { return "built-in engine, re-ranked" }

// Fit implements [trial.Method]; the engine has learned already.
func (Reranked) Fit(*trial.Past) error { return nil }

// Rank implements [trial.Method].
func (r Reranked) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	return r.list(r.Ranked(history, mode, k, r.Model), k), nil
}
