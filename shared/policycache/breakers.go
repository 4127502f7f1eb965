package policycache

import (
	"context"
	"fmt"
	"log/slog"

	"regulars/shared/breaker"
)

// Brakes returns the brakes that are on, at most a minute old. Where they cannot
// be read it goes on with those of before, and says so in the log; it fails
// where they were never read.
func (r *Cache) Breakers(ctx context.Context) (breaker.Now, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.braked.IsZero() && r.now().Sub(r.braked) < Fresh {
		return r.breakers, nil
	}
	breakers, err := r.store.Breakers(ctx)
	switch {
	case err == nil:
		r.breakers = breakers
	case r.braked.IsZero():
		return breaker.Now{}, fmt.Errorf("look which brakes are on: %w", err)
	default:
		slog.ErrorContext(ctx, "cannot look which brakes are on; going on with those of before", "err", err)
	}
	r.braked = r.now()
	return r.breakers, nil
}

// ForgetBreakers makes the next [Cache.Brakes] look: whoever calls it has just
// changed them, or met one that was changed.
func (r *Cache) ForgetBreakers() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.braked.IsZero() {
		r.braked = r.now().Add(-Fresh)
	}
}
