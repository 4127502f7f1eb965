package policycache

import (
	"context"
	"fmt"
	"log/slog"

	"regulars/shared/breaker"
)

// Breakers returns the tripped breakers, at most a minute old. If they cannot
// be read, it logs that and returns the cached ones; it fails if none are
// cached.
func (r *Cache) Breakers(ctx context.Context) (breaker.Now, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.breakersAt.IsZero() && r.now().Sub(r.breakersAt) < Fresh {
		return r.breakers, nil
	}
	breakers, err := r.store.Breakers(ctx)
	switch {
	case err == nil:
		r.breakers = breakers
	case r.breakersAt.IsZero():
		return breaker.Now{}, fmt.Errorf("read the tripped breakers: %w", err)
	default:
		slog.ErrorContext(ctx, "cannot read the tripped breakers; using the cached ones", "err", err)
	}
	r.breakersAt = r.now()
	return r.breakers, nil
}

// ForgetBreakers makes the next [Cache.Breakers] read them. Call it after the
// caller changed them or learned of a change.
func (r *Cache) ForgetBreakers() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.breakersAt.IsZero() {
		r.breakersAt = r.now().Add(-Fresh)
	}
}
