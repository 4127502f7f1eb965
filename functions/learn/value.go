package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
)

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
