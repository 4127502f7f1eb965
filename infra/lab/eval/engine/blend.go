package engine

import (
	"regulars/infra/lab/eval/trial"
	"regulars/shared/recommend"
)

// Blend is the engine without the re-ranker, whatever the night decided.
type Blend struct{ *Engine }

// Name implements [trial.Method].
func (Blend) Name() string { return "built-in engine, not re-ranked" }

// Fit implements [trial.Method]; the engine is already fitted as the base.
func (Blend) Fit(*trial.Past) error { return nil }

// Rank implements [trial.Method].
func (b Blend) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	q, rows := b.ask(history, mode, k)
	return b.list(recommend.Rank(b.now, q.History, rows, b.model.Popular, k, recommend.Options{Want: k, Mode: q.Mode})), nil
}
