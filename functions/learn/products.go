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
	recentWindow = recommend.RecentWindow
	neighbours   = 20
	mostPopular  = recommend.MostPopular
	mostBought   = 100 // products whose number of customers the live counters know
)

// productLearner learns about products: which are bought together, how popular
// each is, and how often it is bought again.
type productLearner struct {
	products []shop.Product // the catalogue's, by ID
	learner  *recommend.Learner
	model    recommend.Model
	unsound  int
	now      time.Time
	trial    rerankTrial
}

func (h *handler) newProductLearner(ctx context.Context, now time.Time) (*productLearner, error) {
	products, err := h.products(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(products, func(a, b shop.Product) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return &productLearner{
		products: products, learner: recommend.NewLearner(now.Add(-recentWindow)),
		model: recommend.Model{Version: now.Format(time.RFC3339)}, now: now,
	}, nil
}

func (pl *productLearner) add(p profile.Profile) {
	if history := purchases(p); len(history) > 0 {
		pl.learner.Add(history)
		pl.model.Customers++
		pl.trial.add(p)
	}
}

func (pl *productLearner) part() (string, any, error) {
	pl.model.Popular, pl.model.Buyers = pl.learner.Popular(mostPopular), most(pl.learner.Customers(), mostBought)
	pl.model.Reranking = pl.trial.verdicts(pl.now, pl.products)
	return recommend.ModelName, pl.model, nil
}

// most returns the n products that most customers bought; ties are decided by
// ID.
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

// rows returns what was learned about each product of the catalogue. A product
// that is not or no longer in the catalogue can still be a neighbour: a reader
// finds no row for it and skips it.
func (pl *productLearner) rows(ctx context.Context) iter.Seq2[shop.ProductID, recommend.Learned] {
	return func(yield func(shop.ProductID, recommend.Learned) bool) {
		pl.learner.Catalogue = pl.products
		learned := pl.learner.Learned(neighbours)
		uses, variants := recommend.Consumables(pl.products), recommend.Variants(pl.products)
		for _, p := range pl.products {
			l := learned[p.ID]
			l.Consumables, l.Variants = uses[p.ID], variants[p.ID]
			if n := sound(&l); n > 0 {
				pl.unsound += n
				slog.WarnContext(ctx, "invalid learned numbers of a product were left out", "product", p.ID, "numbers", n)
			}
			if len(l.Neighbours) > 0 {
				pl.model.Products++
			}
			if !yield(p.ID, l) {
				return
			}
		}
	}
}

// sound removes invalid numbers, which a row cannot store, and returns how many
// it removed.
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

// purchases returns what a customer bought and kept. The days of orders that a
// profile only sums are not known; they all get the day of the first.
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
