package policycache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/shoppolicy"
)

// withLifetime returns the policy with the model of customer value that was
// learned from all customers, at most a minute old. It never fails: if the
// model cannot be read, it logs that and uses the cached one or the zero model.
// With the zero model, conditions use the values of a typical shop
// (customervalue.Typical).
func (r *Cache) withCustomerValue(ctx context.Context, p shoppolicy.Policy) shoppolicy.Policy {
	if r.lifetimeAt.IsZero() || r.now().Sub(r.lifetimeAt) >= Fresh {
		model, err := r.readLifetime(ctx)
		switch {
		case err == nil:
			r.customerValue = model
		case !errors.Is(err, dynamo.ErrNotFound): // not found: nothing was learned yet
			slog.ErrorContext(ctx, "cannot read the model of customer value; using the cached one", "model", r.customerValue.Version, "err", err)
		}
		r.lifetimeAt = r.now()
	}
	p.CustomerValue = r.customerValue
	return p
}

func (r *Cache) readLifetime(ctx context.Context) (m customervalue.Model, err error) {
	version, body, err := r.store.Model(ctx, customervalue.ModelName)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return m, fmt.Errorf("read model %s: %w", version, err)
	}
	m.Version = version
	return m, nil
}
