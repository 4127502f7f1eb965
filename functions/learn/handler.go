package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

type customers interface {
	Profiles(ctx context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error)
}

type catalogue interface {
	Products(ctx context.Context, page dynamo.Page, visit func(recommend.Item) error) (dynamo.Cursor, error)
	SaveLearned(context.Context, []dynamo.Learned) error
}

type models interface {
	SaveModel(ctx context.Context, name, version string, data []byte) error
}

type handler struct {
	customers customers
	catalogue catalogue
	models    models
	now       func() time.Time
}

const (
	ofLate      = 28 * 24 * time.Hour
	neighbours  = 20
	mostPopular = 50
)

// Answer is what a run of learn says of itself.
type Answer struct {
	Version   string `json:"version"`
	Customers int    `json:"customers"` // whose orders were learned from
	Products  int    `json:"products"`  // that got neighbours
}

// Handle learns from every customer's profile. What it writes beside each
// product is in force at once; the list of popular products comes last, with
// the version. It can be run again at any time.
func (h *handler) Handle(ctx context.Context) (Answer, error) {
	now := h.now().UTC()
	learner := recommend.NewLearner(now.Add(-ofLate))
	people := 0
	err := pages(func(after dynamo.Cursor) (dynamo.Cursor, error) {
		return h.customers.Profiles(ctx, dynamo.Page{Segments: 1, After: after}, func(p profile.Profile) error {
			if history := purchases(p); len(history) > 0 {
				learner.Add(history)
				people++
			}
			return nil
		})
	})
	if err != nil {
		return Answer{}, err
	}
	var products []shop.Product
	err = pages(func(after dynamo.Cursor) (dynamo.Cursor, error) {
		return h.catalogue.Products(ctx, dynamo.Page{Segments: 1, After: after}, func(item recommend.Item) error {
			products = append(products, item.Product)
			return nil
		})
	})
	if err != nil {
		return Answer{}, err
	}
	learned := learn(learner, products)
	if err := h.catalogue.SaveLearned(ctx, learned); err != nil {
		return Answer{}, err
	}
	model := recommend.Model{Version: now.Format(time.RFC3339), Popular: learner.Popular(mostPopular), Customers: people}
	for _, l := range learned {
		if len(l.Neighbours) > 0 {
			model.Products++
		}
	}
	body, err := json.Marshal(model)
	if err != nil {
		return Answer{}, fmt.Errorf("write the model: %w", err)
	}
	if err := h.models.SaveModel(ctx, recommend.ModelName, model.Version, body); err != nil {
		return Answer{}, err
	}
	slog.InfoContext(ctx, "learned", "version", model.Version, "customers", people, "products", model.Products)
	return Answer{model.Version, people, model.Products}, nil
}

// learn returns what was found out about each product of the catalogue.
func learn(l *recommend.Learner, products []shop.Product) []dynamo.Learned {
	near, buyers, every := l.Neighbours(neighbours), l.Customers(), l.EveryDays()
	uses := recommend.Consumables(products)
	learned := make([]dynamo.Learned, 0, len(products))
	for _, p := range products {
		learned = append(learned, dynamo.Learned{
			Product: p.ID, Neighbours: near[p.ID], Customers: buyers[p.ID], EveryDays: every[p.ID], Consumables: uses[p.ID],
		})
	}
	slices.SortFunc(learned, func(a, b dynamo.Learned) int { return strings.Compare(string(a.Product), string(b.Product)) })
	return learned
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

// pages calls list until it says that there is no more.
func pages(list func(after dynamo.Cursor) (dynamo.Cursor, error)) error {
	for after := dynamo.Cursor(""); ; {
		next, err := list(after)
		if err != nil {
			return err
		}
		if next == dynamo.End {
			return nil
		}
		after = next
	}
}
