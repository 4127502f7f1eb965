package policycache

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"regulars/shared/breaker"
)

// A pause by a person must stop a campaign within seconds, so the breakers are
// read more often than the policy, which costs a warm function a read unit in
// five seconds at most. If they cannot be read, the cached ones are used for a
// minute and no longer, because a campaign may have been paused since.
const (
	FreshBreakers = 5 * time.Second
	StaleBreakers = time.Minute
)

// Breakers returns the tripped breakers and stopped campaigns, at most
// [FreshBreakers] old. If they cannot be read, it logs that and returns the
// cached ones; it fails if none are cached, or if those are [StaleBreakers] old.
func (r *Cache) Breakers(ctx context.Context) (breaker.Now, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if !r.breakersAt.IsZero() && now.Sub(r.breakersAt) < FreshBreakers {
		return r.breakers, nil
	}
	breakers, err := r.store.Breakers(ctx)
	switch {
	case err == nil:
		r.breakers, r.breakersRead = breakers, now
	case r.breakersAt.IsZero() || now.Sub(r.breakersRead) >= StaleBreakers:
		return breaker.Now{}, fmt.Errorf("read the tripped breakers and stopped campaigns: %w", err)
	default:
		slog.ErrorContext(ctx, "cannot read the tripped breakers and stopped campaigns; using the cached ones for a minute at most", "err", err)
	}
	r.breakersAt = now
	return r.breakers, nil
}

// ForgetBreakers makes the next [Cache.Breakers] read them. Call it after the
// caller changed them or learned of a change.
func (r *Cache) ForgetBreakers() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.breakersAt.IsZero() {
		r.breakersAt = r.now().Add(-FreshBreakers)
	}
}
