package main

import (
	"cmp"
	"context"
	"iter"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

const (
	ofLate      = recommend.RecentWindow
	neighbours  = 20
	mostPopular = recommend.MostPopular
	mostBought  = 100 // whose customers the live counters know
)

// goods is what is learned of the products: which are bought together, how
// popular each is, and how often it is bought again.
type goods struct {
	products []shop.Product // the catalogue's, by ID
	learner  *recommend.Learner
	model    recommend.Model
	unsound  int
	now      time.Time
	trial    rerankTrial
}

func (h *handler) newGoods(ctx context.Context, now time.Time) (*goods, error) {
	products, err := h.products(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(products, func(a, b shop.Product) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return &goods{
		products: products, learner: recommend.NewLearner(now.Add(-ofLate)),
		model: recommend.Model{Version: now.Format(time.RFC3339)}, now: now,
	}, nil
}

func (g *goods) add(p profile.Profile) {
	if history := purchases(p); len(history) > 0 {
		g.learner.Add(history)
		g.model.Customers++
		g.trial.add(p)
	}
}

func (g *goods) part() (string, any, error) {
	g.model.Popular, g.model.Buyers = g.learner.Popular(mostPopular), most(g.learner.Customers(), mostBought)
	g.model.Reranking = g.trial.verdicts(g.now, g.products)
	return recommend.ModelName, g.model, nil
}

// most returns the n products that most customers bought, ties by ID.
func most(customers map[shop.ProductID]int, n int) map[shop.ProductID]int {
	ids := slices.SortedFunc(maps.Keys(customers), func(a, b shop.ProductID) int {
		return cmp.Or(cmp.Compare(customers[b], customers[a]), cmp.Compare(a, b))
	})
	out := make(map[shop.ProductID]int, n)
	for _, id := range ids[:min(len(ids), n)] {
		out[id] = customers[id]
	}
	return out
}

// rows returns what was found out about each product of the catalogue. One that is
// not in it, or not any more, can still be a neighbour: whoever reads finds no row
// of it and passes it over.
func (g *goods) rows(ctx context.Context) iter.Seq2[shop.ProductID, recommend.Learned] {
	return func(yield func(shop.ProductID, recommend.Learned) bool) {
		learned := g.learner.Learned(neighbours)
		uses := recommend.Consumables(g.products)
		for _, p := range g.products {
			l := learned[p.ID]
			l.Consumables = uses[p.ID]
			if n := sound(&l); n > 0 {
				g.unsound += n
				slog.WarnContext(ctx, "left out what is no number", "product", p.ID, "numbers", n)
			}
			if len(l.Neighbours) > 0 {
				g.model.Products++
			}
			if !yield(p.ID, l) {
				return
			}
		}
	}
}

// sound takes out what is no number, which no row could hold, and returns how
// many it took.
func sound(l *recommend.Learned) int {
	unsound := len(l.Neighbours)
	l.Neighbours = slices.DeleteFunc(l.Neighbours, func(n recommend.Neighbour) bool { return !(n.Score > 0) || math.IsInf(n.Score, 0) })
	unsound -= len(l.Neighbours)
	if !(l.Again >= 0 && l.Again <= 1) {
		l.Again = 0
		unsound++
	}
	return unsound
}

// purchases returns what a customer bought and kept. Of the orders that a
// profile only sums, the day is not known any more: the first of them stands
// for all.
func purchases(p profile.Profile) (history []recommend.Purchase) {
	for id, units := range p.Bought {
		if units.Units > units.Returned {
			history = append(history, recommend.Purchase{Product: id, At: p.Earlier.First})
		}
	}
	for _, visit := range p.Orders {
		if visit.Cancelled {
			continue
		}
		for _, line := range visit.Lines {
			if line.Units > line.Returned {
				history = append(history, recommend.Purchase{Product: line.Product, At: visit.At})
			}
		}
	}
	return history
}
