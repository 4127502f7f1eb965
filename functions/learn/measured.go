package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/outcome"
	"regulars/shared/results"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// policy returns the policy in force, and false if none is yet.
func (h *handler) policy(ctx context.Context) (p shoppolicy.Policy, published bool, err error) {
	_, body, err := h.policies.Policy(ctx)
	if errors.Is(err, dynamo.ErrNotFound) {
		return p, false, nil
	}
	if err != nil {
		return p, false, err
	}
	p, err = shoppolicy.Decode(body)
	return p, err == nil, err
}

// measure returns the values of the campaigns that compete with what was measured, as
// JSON; nil if there is no such campaign.
func (h *handler) measure(ctx context.Context, now time.Time) ([]byte, error) {
	p, _, err := h.policy(ctx)
	if err != nil {
		return nil, err
	}
	stated := map[shop.CampaignID]int64{}
	for _, c := range p.Campaigns {
		if c.Measured {
			stated[c.ID] = c.Value
		}
	}
	if len(stated) == 0 {
		return nil, nil
	}
	r, err := results.Read(ctx, h.results, nil, outcome.Question{Now: now, Currency: p.Shop.Currency}, nil)
	if err != nil {
		return nil, err
	}
	values := r.Values(stated)
	slog.InfoContext(ctx, "the values of campaigns were measured", "asked", len(stated), "known", len(values))
	return json.Marshal(values)
}
