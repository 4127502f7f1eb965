package engine

import "regulars/infra/lab/eval/trial"

// Listed is the engine with the lists that messages and pages show: with what
// the catalogue relates, only products that are due again or new, each with a
// true reason, spread over categories. Stock is not known at the cut, so
// nothing is sold out.
type Listed struct{ *Engine }

// Name implements [trial.Method].
func (Listed) Name() string { return "built-in engine, as listed" }

// Fit implements [trial.Method]; the engine is already fitted as the base.
func (Listed) Fit(*trial.Past) error { return nil }

// Rank implements [trial.Method]. A list may be shorter than k.
func (l Listed) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	q, rows := l.ask(history, mode, k)
	var out []trial.Item
	for _, pick := range q.Picks(l.now, rows) {
		out = append(out, l.place[pick.Product.ID])
	}
	return out, nil
}
