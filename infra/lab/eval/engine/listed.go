package engine

import (
	"context"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Listed is the engine with the lists that messages and pages show: with what
// the catalogue relates, only products that are due again or new, each with a
// true reason, spread over categories. Stock is not known at the cut, so
// nothing is sold out.
type Listed struct{ *Engine }

// Name implements [trial.Method].
func (Listed) Name() string { return "built-in engine, as listed" }

// Fit implements [trial.Method]; the engine is already fitted as the base.
func (Listed) Fit(*trial.Past) error { return nil }

// Rank implements [trial.Method]. A list may be shorter than k, as in messages.
func (l Listed) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	q, rows := l.ask(history, mode, k)
	return l.picked(q.Picks(l.now, rows)), nil
}

// Page returns the list that a page shows at a time: that of Rank, filled with
// popular products if it is short.
func (l Listed) Page(at time.Time, history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	chosen, err := l.question(history, mode, k).Choose(context.Background(), rows(l.rows), at)
	return l.picked(chosen.Picks), err
}

func (l Listed) picked(picks []recommend.Pick) []trial.Item {
	var out []trial.Item
	for _, pick := range picks {
		out = append(out, l.place[pick.Product.ID])
	}
	return out
}

// rows is a catalogue in memory.
type rows map[shop.ProductID]recommend.Item

// Sources implements [advice.Catalogue].
func (r rows) Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error) {
	return r.Items(ctx, as, ids)
}

// Items implements [advice.Catalogue].
func (r rows) Items(_ context.Context, _ recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	found := map[shop.ProductID]recommend.Item{}
	for _, id := range ids {
		if row, ok := r[id]; ok {
			found[id] = row
		}
	}
	return found, nil
}
