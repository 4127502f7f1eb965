package policycache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/policy"
)

// withLifetime adds to the policy what the shop's customers as a whole have
// taught, at most a minute old. It never fails: where that cannot be read it
// goes on with what was before, be it nothing, and says so in the log. Without
// it conditions go by a typical shop (customervalue.Typical).
func (r *Cache) withLifetime(ctx context.Context, p policy.Policy) policy.Policy {
	if r.lived.IsZero() || r.now().Sub(r.lived) >= Fresh {
		model, err := r.live(ctx)
		switch {
		case err == nil:
			r.lifetime = model
		case !errors.Is(err, dynamo.ErrNotFound): // nothing was learned yet
			slog.ErrorContext(ctx, "cannot read what customers have taught; going on with what was before", "model", r.lifetime.Version, "err", err)
		}
		r.lived = r.now()
	}
	p.Lifetime = r.lifetime
	return p
}

func (r *Cache) live(ctx context.Context) (m customervalue.Model, err error) {
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
