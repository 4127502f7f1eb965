package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"time"

	"regulars/shared/cohortretention"
	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/results"
	"regulars/shared/shop"
)

type customers interface {
	Profiles(ctx context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error)
}

type catalogue interface {
	Products(ctx context.Context, page dynamo.Page, visit func(recommend.Item) error) (dynamo.Cursor, error)
	SaveLearned(context.Context, dynamo.Versions, iter.Seq2[shop.ProductID, recommend.Learned]) error
}

// versions begins and publishes a night; publishing is all or nothing. Model
// reads a part of the version in force.
type versions interface {
	Model(ctx context.Context, name string) (version string, data []byte, err error)
	BeginModel(ctx context.Context, version string) (dynamo.Versions, error)
	PublishModel(ctx context.Context, version string, parts map[string][]byte) error
}

// policies reads the policy in force.
type policies interface {
	Policy(context.Context) (version string, body []byte, err error)
}

type handler struct {
	customers customers
	catalogue catalogue
	versions  versions
	policies  policies
	results   results.Tables
	now       func() time.Time
}

// Answer is the result of a night.
type Answer struct {
	Version   string `json:"version"`
	Customers int    `json:"customers"`         // customers whose orders were used
	Products  int    `json:"products"`          // products that got neighbours
	Unsound   int    `json:"unsound,omitempty"` // invalid numbers that were left out
}

// subject is one thing to learn from the customers. All subjects learn in one
// pass.
type subject interface {
	// add adds one customer's profile. Customers come in any order, one at a time.
	add(p profile.Profile)

	// part returns the value to publish, and the name to publish it under. The
	// value must be JSON of no more than 190 KB.
	part() (name string, value any, err error)
}

// Handle learns from every customer's profile. Its last write puts the whole
// version into force; before that, nothing that it writes is read. A night that
// fails leaves the version in force unchanged. Handle can be run again at any
// time.
func (h *handler) Handle(ctx context.Context) (Answer, error) {
	now := h.now().UTC()
	version := now.Format(time.RFC3339)
	begun, err := h.versions.BeginModel(ctx, version)
	if err != nil {
		return Answer{}, err
	}
	products, err := h.newProductLearner(ctx, now)
	if err != nil {
		return Answer{}, err
	}
	leaving, err := h.leavingInForce(ctx)
	if err != nil {
		return Answer{}, err
	}
	zoneOf, err := h.zones(ctx)
	if err != nil {
		return Answer{}, err
	}
	subjects := append([]subject{products}, others(now, leaving, zoneOf)...)
	if err := h.eachCustomer(ctx, func(p profile.Profile) {
		for _, s := range subjects {
			s.add(p)
		}
	}); err != nil {
		return Answer{}, err
	}
	if err := h.catalogue.SaveLearned(ctx, begun, products.rows(ctx)); err != nil {
		return Answer{}, err
	}
	parts := map[string][]byte{}
	for _, s := range subjects {
		name, value, err := s.part()
		if err == nil {
			parts[name], err = json.Marshal(value)
		}
		if err != nil {
			return Answer{}, fmt.Errorf("prepare %s for publishing: %w", name, err)
		}
	}
	ofCampaigns, err := h.ofCampaigns(ctx, now)
	if err != nil {
		return Answer{}, fmt.Errorf("measure the campaigns: %w", err)
	}
	maps.Copy(parts, ofCampaigns)
	if err := h.versions.PublishModel(ctx, version, parts); err != nil {
		return Answer{}, err
	}
	answer := Answer{version, products.model.Customers, products.model.Products, products.unsound}
	slog.InfoContext(ctx, "a version of the learned data was published", "version", version, "customers", answer.Customers, "products", answer.Products, "unsound", answer.Unsound)
	return answer, nil
}

// others returns all subjects except the products.
func others(now time.Time, leaving customervalue.Leaving, zoneOf func(profile.Profile) *time.Location) []subject {
	v := newValue(now)
	v.learner.Keep(leaving)
	v.learner.ByClocks(zoneOf)
	return []subject{v, prospects(v), cohorts{cohortretention.NewCounter(now)}}
}
