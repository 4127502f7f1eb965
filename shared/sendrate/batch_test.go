package sendrate_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"regulars/shared/sendrate"
	"regulars/shared/shop"
)

// slow is a store of which each call takes some milliseconds, as over a network.
type slow struct{ *table }

func (s slow) SendRate(ctx context.Context, shard int) (sendrate.State, string, error) {
	time.Sleep(3 * time.Millisecond)
	return s.table.SendRate(ctx, shard)
}

func (s slow) SaveSendRate(ctx context.Context, shard int, next sendrate.State, rev string) (sendrate.State, string, bool, error) {
	time.Sleep(5 * time.Millisecond)
	return s.table.SaveSendRate(ctx, shard, next, rev)
}

// Ten messages that ask at the same time share one block of permits, so that they cost
// one write and do not conflict with each other.
func TestMessagesOfABatchShareABlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newAccount(sendrate.Quota{PerSecond: 1000, PerDay: -1})
		w := h.worker(0)
		_, err := w.Take(t.Context(), shop.ClassPromotion) // reads the quota
		must(t, err)
		h.now = h.now.Add(sendrate.Horizon)
		w.Store = slow{h.table}
		before := h.writes()
		var mu sync.Mutex
		given := map[time.Time]bool{}
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				m, err := w.Take(t.Context(), shop.ClassPromotion)
				mu.Lock()
				defer mu.Unlock()
				if err != nil || given[m.At] {
					t.Errorf("Take = %v, %v, want a permit of its own", m, err)
				}
				given[m.At] = true
			})
		}
		all.Wait()
		if n := h.writes() - before; n > 2 {
			t.Errorf("ten permits took %d writes, want one, or two if one message asked before the others", n)
		}
	})
}
