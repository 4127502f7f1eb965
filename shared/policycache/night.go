package policycache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/outcome"
	"regulars/shared/shoppolicy"
	"regulars/shared/variant"
)

// withNight returns the policy with what the last night found about its campaigns, at
// most a minute old: the values of those that compete with measured ones, and the
// shares of the variants that follow the better one. Without a value, a campaign keeps
// what its file states; without shares, no customer is assigned yet. If newer ones cannot be
// read, it logs that and uses the cached ones. It fails if shares could never be read:
// without them, customers would get another variant than the one they have.
func (r *Cache) withNight(ctx context.Context, p shoppolicy.Policy) (shoppolicy.Policy, error) {
	measured := slices.ContainsFunc(p.Campaigns, func(c campaign.Campaign) bool { return c.Measured })
	follows := slices.ContainsFunc(p.Campaigns, func(c campaign.Campaign) bool { return c.Thompson != nil })
	if !measured && !follows {
		return p, nil
	}
	if r.nightAt.IsZero() || r.now().Sub(r.nightAt) >= Fresh {
		if measured {
			if err := read(ctx, r, outcome.ValuesName, &r.values); err != nil {
				slog.ErrorContext(ctx, "cannot read the measured values of campaigns; using the cached ones", "err", err)
			}
		}
		if follows {
			switch err := read(ctx, r, variant.AllocationsName, &r.allocations); {
			case err != nil && r.allocations == nil:
				return p, fmt.Errorf("read the shares of variants: %w", err)
			case err != nil:
				slog.ErrorContext(ctx, "cannot read the shares of variants; using the cached ones", "err", err)
			}
		}
		r.nightAt, r.campaigns = r.now(), nil
	}
	if r.campaigns == nil {
		r.campaigns = r.asFound(p.Campaigns)
	}
	p.Campaigns = r.campaigns
	return p, nil
}

// asFound returns a copy of the campaigns with what the last night found about them.
func (r *Cache) asFound(campaigns []campaign.Campaign) []campaign.Campaign {
	campaigns = slices.Clone(campaigns)
	for i, c := range campaigns {
		if v, known := r.values[c.ID]; known && c.Measured {
			campaigns[i].Value, campaigns[i].Known = v, true
		}
		if c.Thompson != nil {
			campaigns[i].Allocation = r.allocations[c.ID]
		}
	}
	return campaigns
}

// read reads a part of the last night into the cache; an empty one if there is none.
func read[T outcome.Values | variant.Allocations](ctx context.Context, r *Cache, name string, to *T) error {
	version, body, err := r.store.Model(ctx, name)
	if errors.Is(err, dynamo.ErrNotFound) {
		body = []byte("{}")
	} else if err != nil {
		return err
	}
	var part T
	if err := json.Unmarshal(body, &part); err != nil {
		return fmt.Errorf("part %s of version %s (make model puts an earlier version in force): %w", name, version, err)
	}
	*to = part // of {} it is empty and not nil
	return nil
}
