package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/outcome"
	"regulars/shared/results"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
	"regulars/shared/variant"
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
	p, err = shoppolicy.DecodeRules(body)
	return p, err == nil, err
}

// asked returns the campaigns about which a night has something to find out: what those
// state that compete with what was measured, and those whose variants' shares follow the
// better one.
func asked(p shoppolicy.Policy) (stated map[shop.CampaignID]int64, following []campaign.Campaign) {
	stated = map[shop.CampaignID]int64{}
	for _, c := range p.Campaigns {
		if c.Measured {
			stated[c.ID] = c.Value
		}
		if c.Thompson != nil {
			following = append(following, c)
		}
	}
	return stated, following
}

// countCampaigns returns what campaigns did by a part of the sends; nil if no campaign
// asks for it.
func (h *handler) countCampaigns(ctx context.Context, night time.Time, of results.Part) (*outcome.Report, error) {
	p, _, err := h.policy(ctx)
	if err != nil {
		return nil, err
	}
	if stated, following := asked(p); len(stated)+len(following) == 0 {
		return nil, nil
	}
	return results.Read(ctx, h.results, nil, outcome.Question{Now: night, Currency: p.Shop.Currency}, of, nil)
}

// ofCampaigns returns what the night found about campaigns, as JSON by the names of its
// parts: the values of those that compete with what was measured, and the shares of the
// variants that follow the better one. A part is missing if no campaign asks for it.
// counted is what the segments counted; nil: the whole table of sends is read.
func (h *handler) ofCampaigns(ctx context.Context, now time.Time, counted *outcome.Report) (map[string][]byte, error) {
	p, _, err := h.policy(ctx)
	if err != nil {
		return nil, err
	}
	parts := map[string][]byte{}
	stated, following := asked(p)
	if len(stated)+len(following) == 0 {
		return parts, nil
	}
	r := outcome.New(outcome.Question{Now: now, Currency: p.Shop.Currency})
	if counted == nil {
		if counted, err = h.countCampaigns(ctx, now, results.All); err != nil {
			return nil, err
		}
	}
	r.Merge(counted)
	if len(stated) > 0 {
		values := r.Values(stated)
		slog.InfoContext(ctx, "the values of campaigns were measured", "asked", len(stated), "known", len(values))
		if parts[outcome.ValuesName], err = json.Marshal(values); err != nil {
			return nil, err
		}
	}
	if len(following) > 0 {
		if parts[variant.AllocationsName], err = h.allocate(ctx, now, r, following); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// allocate returns the shares of these campaigns' variants with those of this night, as
// JSON. It fails if those of the nights before cannot be read: without them, customers
// would change their variant.
func (h *handler) allocate(ctx context.Context, now time.Time, r *outcome.Report, following []campaign.Campaign) ([]byte, error) {
	before, next := variant.Allocations{}, variant.Allocations{}
	version, body, err := h.versions.Model(ctx, variant.AllocationsName)
	if err != nil && !errors.Is(err, dynamo.ErrNotFound) {
		return nil, err
	}
	if err == nil {
		if err := json.Unmarshal(body, &before); err != nil {
			return nil, fmt.Errorf("read the shares of variants of version %s; make model puts an earlier version in force: %w", version, err)
		}
	}
	for _, c := range following {
		a, names := before[c.ID], c.Names()
		a = a.Next(now, names, r.Batches(c.ID, names, a.Began(names)), c.Thompson.Floor)
		next[c.ID] = a
		slog.InfoContext(ctx, "the shares of variants were computed", "campaign", c.ID, "variants", names, "shares", a.Nights[len(a.Nights)-1].Shares, "nights", len(a.Nights))
	}
	return json.Marshal(next)
}
