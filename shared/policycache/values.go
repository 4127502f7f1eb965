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
)

// withValues returns the policy with the values that the last night measured, at most a
// minute old, of the campaigns that compete with them. A campaign whose value is not
// known keeps what its file states. If newer values cannot be read, it logs that and
// uses the cached ones.
func (r *Cache) withValues(ctx context.Context, p shoppolicy.Policy) shoppolicy.Policy {
	if !slices.ContainsFunc(p.Campaigns, func(c campaign.Campaign) bool { return c.Measured }) {
		return p
	}
	if r.valuesAt.IsZero() || r.now().Sub(r.valuesAt) >= Fresh {
		values, err := r.readValues(ctx)
		switch {
		case err == nil:
			r.values = values
		case errors.Is(err, dynamo.ErrNotFound): // nothing was measured yet
			r.values = nil
		default:
			slog.ErrorContext(ctx, "cannot read the measured values of campaigns; using the cached ones", "err", err)
		}
		r.valuesAt = r.now()
	}
	p.Campaigns = slices.Clone(p.Campaigns)
	for i, c := range p.Campaigns {
		if v, known := r.values[c.ID]; known && c.Measured {
			p.Campaigns[i].Value = v
		}
	}
	return p
}

func (r *Cache) readValues(ctx context.Context) (values outcome.Values, err error) {
	version, body, err := r.store.Model(ctx, outcome.ValuesName)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, &values); err != nil {
		return nil, fmt.Errorf("read the values of version %s: %w", version, err)
	}
	return values, nil
}
