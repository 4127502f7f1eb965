package dispatch_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/dynamo"
)

// contended is a store of breakers that other calls change all the time.
type contended struct {
	breaker.Store
	now     breaker.Now
	changes int // calls of UpdateBreakers
}

func (c *contended) UpdateBreakers(context.Context, func(breaker.Now) (breaker.Now, bool)) (breaker.Now, error) {
	c.changes++
	return breaker.Now{}, fmt.Errorf("change the breakers: %w", dynamo.ErrConflict)
}

// Breakers and ForgetBreakers are the breakers as the reader caches them.
func (c *contended) Breakers(context.Context) (breaker.Now, error) { return c.now, nil }
func (c *contended) ForgetBreakers()                               {}

// The store has retried by then: to decide again and again would only add to the
// calls that change the same item.
func TestConflictAboutThePauseFailsTheDeliveryAtOnce(t *testing.T) {
	h := newBench(t, aPolicy())
	h.now = morning
	store := &contended{now: breaker.Now{Pause: &breaker.Pause{Since: morning.Add(-time.Hour), Code: "paused", Probe: morning.Add(-time.Minute)}}}
	h.Reader.Breakers = store
	h.Breaker = &breaker.Keeper{Store: store, Now: h.Now}
	mine := ofOrder("a2", "o-1", morning.Add(time.Hour))
	if err := h.Take(t.Context(), mine, false); err == nil {
		t.Error("Take = nil, want an error, so that the intent is delivered again")
	}
	if store.changes != 1 {
		t.Errorf("the message asked %d times whether it may try, want once", store.changes)
	}
	if len(h.sent) != 0 || h.send(mine).State != "" {
		t.Errorf("%d messages were sent and the send is %q, want neither a message nor a send", len(h.sent), h.send(mine).State)
	}
}
