package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"regulars/shared/cohortretention"
	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
)

// value learns how often customers order, for how long, and what they spend.
// Every function that evaluates conditions reads its part once a minute, so the
// part is small.
type value struct {
	learner *customervalue.Learner
	version string
}

func newValue(now time.Time) value {
	return value{customervalue.NewLearner(now), now.Format(time.RFC3339)}
}

// leavingInForce returns which of the two models of customer value is in force;
// empty if none is, or if its part cannot be read: this night replaces it.
func (h *handler) leavingInForce(ctx context.Context) (customervalue.Leaving, error) {
	version, body, err := h.versions.Model(ctx, customervalue.ModelName)
	if errors.Is(err, dynamo.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var m customervalue.Model
	if err := json.Unmarshal(body, &m); err != nil {
		slog.WarnContext(ctx, "the model of customer value in force is damaged; this night replaces it", "version", version, "err", err)
		return "", nil
	}
	return m.Ordering.Leaving, nil
}

// zones returns the function that says whose clock a customer's orders are counted by,
// as [shoppolicy.Shop.ZoneOf] does; nil if no policy is in force yet.
func (h *handler) zones(ctx context.Context) (func(profile.Profile) *time.Location, error) {
	policy, published, err := h.policy(ctx)
	if err != nil || !published {
		return nil, err
	}
	return func(p profile.Profile) *time.Location { return policy.Shop.ZoneOf(p.Zones()) }, nil
}

func (v value) add(p profile.Profile) { v.learner.Add(p) }

func (v value) part() (string, any, error) {
	model := v.learner.Model()
	model.Version = v.version
	return customervalue.ModelName, model, nil
}

// prospects publishes the report of the same learner: value adds the customers.
type prospects value

func (prospects) add(profile.Profile) {}

func (p prospects) part() (string, any, error) {
	return customervalue.ReportName, p.learner.Report(), nil
}

// cohorts counts the customers by the month of their first order.
type cohorts struct{ counter *cohortretention.Counter }

func (c cohorts) add(p profile.Profile) { c.counter.Add(p) }

func (c cohorts) part() (string, any, error) { return cohortretention.Name, c.counter.Table(), nil }
