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

	"regulars/shared/decide"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/recommend/learning"
	"regulars/shared/recommend/training"
	"regulars/shared/shop"
)

const mostBought = 100 // products whose number of customers the live counters know

// productLearner learns about products: which are bought together, how popular
// each is, and how often it is bought again.
type productLearner struct {
	products []shop.Product // the catalogue's, by ID
	learner  *learning.Learner
	model    recommend.Model
	unsound  int
	sample   *training.Sample
}

// learnProducts returns the learner of what was counted, which it uses up.
func (h *handler) learnProducts(ctx context.Context, night time.Time, counted *partial) (*productLearner, error) {
	products, err := h.products(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(products, func(a, b shop.Product) int { return strings.Compare(string(a.ID), string(b.ID)) })
	model := recommend.Model{Version: version(night), Customers: counted.Products.Customers()}
	pl := &productLearner{products: products, learner: counted.Products.Learner(), model: model, sample: counted.Training}
	pl.learner.Catalogue = products
	counted.Products = nil
	return pl, nil
}

// published returns the part of the version that is about products. The rows must have
// been written.
func (pl *productLearner) published() (recommend.Model, error) {
	pl.model.Popular, pl.model.Buyers = pl.learner.Popular(recommend.MostPopular), most(pl.learner.Customers(), mostBought)
	pl.learner = nil // frees its memory for the training
	trained, err := pl.sample.Train(pl.products, func(step string) {
		slog.Info("learn "+step, "version", pl.model.Version)
	})
	pl.model.Rerankers, pl.model.Reranking = trained.Rerankers, trained.Verdicts
	slog.Info("learn has trained the re-rankers", "version", pl.model.Version,
		"next", pl.model.RankedBy(recommend.ModeNext), "new", pl.model.RankedBy(recommend.ModeGoesWith))
	return pl.model, err
}

// customer returns a customer of the training.
func customer(p profile.Profile) training.Customer {
	orders, earlier := decide.Orders(p)
	return training.Customer{ID: string(p.ID), Orders: orders, Earlier: earlier, Older: p.Earlier.Orders, First: p.Earlier.First}
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
		learned := pl.learner.Rows(recommend.Variants(pl.products))
		for _, p := range pl.products {
			l := learned[p.ID].Learned
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
