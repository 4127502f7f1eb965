package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"regulars/shared/cohort"
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
	SaveLearned(context.Context, dynamo.Versions, iter.Seq2[shop.ProductID, recommend.Learned]) error
}

// versions is where a night is begun and published, whole or not at all.
type versions interface {
	BeginModel(ctx context.Context, version string) (dynamo.Versions, error)
	PublishModel(ctx context.Context, version string, parts map[string][]byte) error
}

type handler struct {
	customers customers
	catalogue catalogue
	versions  versions
	now       func() time.Time
}

// Answer is what a run of learn says of itself.
type Answer struct {
	Version   string `json:"version"`
	Customers int    `json:"customers"`         // whose orders were learned from
	Products  int    `json:"products"`          // that got neighbours
	Unsound   int    `json:"unsound,omitempty"` // numbers that were none, and left out
}

// subject is one thing to learn from the customers. All of them learn in one
// pass.
type subject interface {
	// add takes one customer, as the shop knows them. Customers come in no order,
	// one at a time.
	add(p profile.Profile)

	// part returns what is published of it as a whole, and under which name: a
	// value that can be JSON, of no more than 190 KB.
	part() (name string, value any, err error)
}

// Handle learns from every customer's profile. Nothing of what it writes is in
// force before its last write, and then all of it is; a night that fails leaves
// everything as it was. It can be run again at any time.
func (h *handler) Handle(ctx context.Context) (Answer, error) {
	now := h.now().UTC()
	version := now.Format(time.RFC3339)
	begun, err := h.versions.BeginModel(ctx, version)
	if err != nil {
		return Answer{}, err
	}
	goods, err := h.newGoods(ctx, now)
	if err != nil {
		return Answer{}, err
	}
	subjects := append([]subject{goods}, others(now)...)
	if err := h.everyone(ctx, func(p profile.Profile) {
		for _, s := range subjects {
			s.add(p)
		}
	}); err != nil {
		return Answer{}, err
	}
	if err := h.catalogue.SaveLearned(ctx, begun, goods.rows(ctx)); err != nil {
		return Answer{}, err
	}
	parts := map[string][]byte{}
	for _, s := range subjects {
		name, value, err := s.part()
		if err == nil {
			parts[name], err = json.Marshal(value)
		}
		if err != nil {
			return Answer{}, fmt.Errorf("sum up what was learned of %s: %w", name, err)
		}
	}
	if err := h.versions.PublishModel(ctx, version, parts); err != nil {
		return Answer{}, err
	}
	answer := Answer{version, goods.model.Customers, goods.model.Products, goods.unsound}
	slog.InfoContext(ctx, "learned", "version", version, "customers", answer.Customers, "products", answer.Products, "unsound", answer.Unsound)
	return answer, nil
}

// others returns what is learned beside the goods: a file of this folder each.
func others(now time.Time) []subject {
	v := newValue(now)
	return []subject{v, prospects(v), cohorts{cohort.NewCounter(now)}}
}
