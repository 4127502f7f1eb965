// Package engine runs the built-in recommendation engine as a method of a
// trial: the same learning as at night, the same bounded reads of rows as at
// send time, the same ranking. It leaves out stock, due dates, categories and
// reasons, which a ranking alone cannot test (see recommend.Rank).
package engine

import (
	"maps"
	"slices"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/advice"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/recommend/rerank"
	"regulars/shared/shop"
)

// The settings of the night; functions/learn has the same numbers.
const (
	recentWindow = recommend.RecentWindow
	neighbours   = 20
	popular      = recommend.MostPopular
)

// Engine is the built-in engine.
type Engine struct {
	now   time.Time
	place map[shop.ProductID]trial.Item
	names []shop.ProductID
	rows  map[shop.ProductID]recommend.Item
	model recommend.Model
}

// Name implements [trial.Method].
func (*Engine) Name() string { return "built-in engine" }

// Fit implements [trial.Method].
func (e *Engine) Fit(past *trial.Past) error {
	e.now, e.names = past.Now, past.Products
	e.place = make(map[shop.ProductID]trial.Item, len(past.Products))
	for item, id := range past.Products {
		e.place[id] = trial.Item(item)
	}
	l := recommend.NewLearner(past.Now.Add(-recentWindow))
	for i, c := range past.Customers {
		past.Step("counts customers", i, len(past.Customers))
		l.Add(e.purchases(c.Orders))
	}
	past.Step("fits the neighbours of products", 0, 0)
	e.model = recommend.Model{Popular: l.Popular(popular), Customers: len(past.Customers)}
	e.rows = make(map[shop.ProductID]recommend.Item, len(past.Products))
	learned := l.Learned(neighbours)
	uses := recommend.Consumables(slices.Collect(maps.Values(past.Catalogue)))
	for _, id := range past.Products {
		product, known := past.Catalogue[id]
		l, sold := learned[id]
		switch {
		case !known && !sold:
			continue // the shop does not know it yet
		case !known:
			product = shop.Product{ID: id, Title: string(id), Price: shop.Money{Minor: 100, Currency: "EUR"}}
		}
		l.Consumables = uses[id]
		e.rows[id] = recommend.Item{Product: product, Learned: l}
	}
	return nil
}

// purchases returns orders in the form that the learner takes.
func (e *Engine) purchases(orders []trial.Order) (out []recommend.Purchase) {
	for _, o := range orders {
		for _, item := range o.Items {
			out = append(out, recommend.Purchase{Product: e.names[item], At: o.At})
		}
	}
	return out
}

// Rank implements [trial.Method].
func (e *Engine) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	return e.list(e.Ranked(history, mode, k, nil), k), nil
}

// list returns the first k in the form of a trial.
func (e *Engine) list(ranked []recommend.Ranked, k int) []trial.Item {
	ranked = ranked[:min(len(ranked), k)]
	out := make([]trial.Item, len(ranked))
	for i, r := range ranked {
		out[i] = e.place[r.Product]
	}
	return out
}

// Ranked returns all of the engine's candidates for a customer of whom a
// message wants k products, best first, with their features: more than k, for
// training. If model is not nil, it re-ranks them.
func (e *Engine) Ranked(history []trial.Order, mode trial.Mode, k int, model *rerank.Model) []recommend.Ranked {
	q, rows := e.ask(history, mode, k)
	opt := recommend.Options{Want: k, Mode: q.Mode}
	if model != nil {
		opt.Reranker = model.For(q.Mode)
	}
	return recommend.Rank(e.now, q.History, rows, e.model.Popular, len(rows), opt)
}

// ask returns the question of a message that wants k products, and the rows
// that are read for it.
func (e *Engine) ask(history []trial.Order, mode trial.Mode, k int) (advice.Question, map[shop.ProductID]recommend.Item) {
	q := advice.Question{History: e.history(history), Model: e.model, Want: k, Mode: recommend.ModeNext}
	if mode == trial.New {
		q.Mode = recommend.ModeGoesWith
	}
	rows := map[shop.ProductID]recommend.Item{}
	e.read(rows, q.Sources())
	e.read(rows, q.Candidates(rows))
	return q, rows
}

// read adds the rows of the products that have one.
func (e *Engine) read(into map[shop.ProductID]recommend.Item, ids []shop.ProductID) {
	for _, id := range ids {
		if row, ok := e.rows[id]; ok {
			into[id] = row
		}
	}
}

// history folds orders as a profile does: the newest are kept whole, older ones
// as sums.
func (e *Engine) history(orders []trial.Order) recommend.History {
	older := orders[:max(0, len(orders)-profile.Recent)]
	at := map[trial.Item]int{}
	var earlier []recommend.Sum
	for _, o := range older {
		for _, item := range o.Items {
			i, ok := at[item]
			if !ok {
				i = len(earlier)
				at[item] = i
				earlier = append(earlier, recommend.Sum{Product: e.names[item]})
			}
			earlier[i].Orders++
			earlier[i].Units++
		}
	}
	var whole []recommend.Order
	for _, o := range orders[len(older):] {
		order := recommend.Order{At: o.At}
		for _, item := range o.Items {
			order.Lines = append(order.Lines, recommend.Line{Product: e.names[item], Units: 1})
		}
		whole = append(whole, order)
	}
	h := recommend.HistoryOf(whole, earlier...)
	h.Orders = len(orders)
	return h
}
