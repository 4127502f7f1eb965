package engine

import (
	"regulars/infra/lab/eval/trial"
	"regulars/shared/recommend/rerank"
)

// Reranked is the engine with re-ranked lists, even in a shop that would not
// use the re-ranker. In a mode without weights the blend's order stays.
type Reranked struct {
	*Engine
	Model *rerank.Model
}

// Name implements [trial.Method].
func (Reranked) Name() string { return "built-in engine, re-ranked" }

// Fit implements [trial.Method]; the engine is already fitted.
func (Reranked) Fit(*trial.Past) error { return nil }

// Rank implements [trial.Method].
func (r Reranked) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	return r.list(r.Ranked(history, mode, k, r.Model), k), nil
}
