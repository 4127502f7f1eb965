package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
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

// Handle learns from every customer's profile. Its last write puts the whole
// version into force; before that, nothing that it writes is read. A night that
// fails leaves the version in force unchanged. Handle can be run again at any
// time.
func (h *handler) Handle(ctx context.Context) (Answer, error) {
	night := h.now().UTC()
	begun, err := h.versions.BeginModel(ctx, version(night))
	if err != nil {
		return Answer{}, err
	}
	counted, err := h.count(ctx, night)
	if err != nil {
		return Answer{}, err
	}
	return h.publish(ctx, begun, night, counted)
}

// version returns the name of a night's version.
func version(night time.Time) string { return night.Format(time.RFC3339) }

// count counts the customers.
func (h *handler) count(ctx context.Context, night time.Time) (*partial, error) {
	zoneOf, err := h.zones(ctx)
	if err != nil {
		return nil, err
	}
	counted := newPartial(night, zoneOf)
	return counted, h.eachCustomer(ctx, counted.add)
}

// publish learns from what was counted of all customers, which it uses up, and publishes
// the version that was begun.
func (h *handler) publish(ctx context.Context, begun dynamo.Versions, night time.Time, counted *partial) (Answer, error) {
	products, err := h.learnProducts(ctx, night, counted)
	if err != nil {
		return Answer{}, err
	}
	leaving, err := h.leavingInForce(ctx)
	if err != nil {
		return Answer{}, err
	}
	if err := h.catalogue.SaveLearned(ctx, begun, products.rows(ctx)); err != nil {
		return Answer{}, err
	}
	model, err := products.published()
	if err != nil {
		return Answer{}, fmt.Errorf("learn about products: %w", err)
	}
	counted.Value.Keep(leaving)
	customers := counted.Value.Model()
	customers.Version = version(night)
	parts, err := h.ofCampaigns(ctx, night)
	if err != nil {
		return Answer{}, fmt.Errorf("measure the campaigns: %w", err)
	}
	for name, value := range map[string]any{
		recommend.ModelName: model, customervalue.ModelName: customers,
		customervalue.ReportName: counted.Value.Report(), cohortretention.Name: counted.Cohorts.Table(),
	} {
		if parts[name], err = json.Marshal(value); err != nil {
			return Answer{}, fmt.Errorf("prepare %s for publishing: %w", name, err)
		}
	}
	if err := h.versions.PublishModel(ctx, version(night), parts); err != nil {
		return Answer{}, err
	}
	answer := Answer{version(night), model.Customers, model.Products, products.unsound}
	slog.InfoContext(ctx, "a version of the learned data was published", "version", answer.Version, "customers", answer.Customers, "products", answer.Products, "unsound", answer.Unsound)
	return answer, nil
}
