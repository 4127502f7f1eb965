// Package engine runs the built-in recommendation engine as a method of a
// trial: the same learning as at night, the same bounded reads of rows as at
// send time, the same ranking. It leaves out stock, due dates, categories and
// reasons, which a ranking alone cannot test (see recommend.Rank).
package engine

import (
	"context"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/advice"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/recommend/learning"
	"regulars/shared/recommend/training"
	"regulars/shared/shop"
)

// Engine is the built-in engine as a shop gets it: after a night that trained
// the re-ranker on the orders of the past and decided whether to use it.
type Engine struct {
	Strength  float64 // of the training; see training.Sample
	Histories int     // from how many customers the neighbours are learned at most; 0: as many as a night

	now     time.Time
	place   map[shop.ProductID]trial.Item
	names   []shop.ProductID
	rows    map[shop.ProductID]recommend.Item
	model   recommend.Model
	Outcome training.Outcome // of the night; set by Fit
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
	histories := e.Histories
	if histories == 0 {
		histories = learning.MostHistories
	}
	counts := learning.NewCounts(past.Now.Add(-learning.RecentWindow), histories)
	sample := training.Sample{Strength: e.Strength}
	for i, c := range past.Customers {
		past.Step("counts customers", i, len(past.Customers))
		whole := e.customer(c)
		counts.Add(c.ID, whole.Purchases())
		sample.Add(c.ID, func() training.Customer { return whole })
	}
	past.Step("fits the neighbours of products", 0, 0)
	l := counts.Learner()
	l.Catalogue = e.products(past, l)
	e.rows = l.Rows(recommend.Variants(l.Catalogue))
	var err error
	e.Outcome, err = sample.Train(l.Catalogue, func(step string) { past.Step(step, 0, 0) })
	e.model = recommend.Model{Popular: l.Popular(recommend.MostPopular), Customers: len(past.Customers), Rerankers: e.Outcome.Rerankers}
	return err
}

// products returns the catalogue: the given one, and what was sold without
// being in it.
func (e *Engine) products(past *trial.Past, l *learning.Learner) (all []shop.Product) {
	sold := l.Customers()
	for _, id := range past.Products {
		product, known := past.Catalogue[id]
		switch {
		case !known && sold[id] == 0:
			continue // the shop does not know it yet
		case !known:
			product = shop.Product{ID: id, Title: string(id), Price: shop.Money{Minor: 100, Currency: "EUR"}}
		}
		all = append(all, product)
	}
	return all
}

// customer returns a customer as their profile holds them: the newest orders
// whole, older ones as sums.
func (e *Engine) customer(c trial.Customer) training.Customer {
	older := c.Orders[:max(0, len(c.Orders)-profile.Recent)]
	out := training.Customer{ID: c.ID, Older: len(older)}
	if len(older) > 0 {
		out.First = older[0].At
	}
	at := map[trial.Item]int{}
	for _, o := range older {
		for _, item := range o.Items {
			i, ok := at[item]
			if !ok {
				i = len(out.Earlier)
				at[item] = i
				out.Earlier = append(out.Earlier, recommend.Sum{Product: e.names[item]})
			}
			out.Earlier[i].Orders++
			out.Earlier[i].Units++
		}
	}
	for _, o := range c.Orders[len(older):] {
		order := recommend.Order{At: o.At}
		for _, item := range o.Items {
			order.Lines = append(order.Lines, recommend.Line{Product: e.names[item], Units: 1})
		}
		out.Orders = append(out.Orders, order)
	}
	return out
}

// Rank implements [trial.Method].
func (e *Engine) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	q, rows := e.ask(history, mode, k)
	return e.list(recommend.Rank(e.now, q.History, rows, e.model.Popular, k, recommend.Options{Want: k, Mode: q.Mode, Reranker: e.model.Reranker(q.Mode)})), nil
}

// list returns ranked products in the form of a trial.
func (e *Engine) list(ranked []recommend.Ranked) []trial.Item {
	out := make([]trial.Item, len(ranked))
	for i, r := range ranked {
		out[i] = e.place[r.Product]
	}
	return out
}

// question returns the question of a message that wants k products.
func (e *Engine) question(history []trial.Order, mode trial.Mode, k int) advice.Question {
	q := advice.Question{History: e.customer(trial.Customer{Orders: history}).History(), Model: e.model, Want: k, Mode: recommend.ModeNext}
	if mode == trial.New {
		q.Mode = recommend.ModeGoesWith
	}
	return q
}

// ask returns the question of a message that wants k products, and the rows
// that are read for it.
func (e *Engine) ask(history []trial.Order, mode trial.Mode, k int) (advice.Question, map[shop.ProductID]recommend.Item) {
	q := e.question(history, mode, k)
	read, _ := advice.Read(context.Background(), rows(e.rows), e.model, q.Sources(), advice.MostCounted, q.Candidates) // memory does not fail
	return q, read
}
