package sendrate_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"regulars/shared/sendrate"
	"regulars/shared/shop"
)

// crew returns an account of that rate with a number of workers.
func crew(perSecond float64, workers int) (h *account, all []*worker) {
	h = newAccount(sendrate.Quota{PerSecond: perSecond, PerDay: 1e9})
	for range workers {
		all = append(all, h.worker(0))
	}
	return h, all
}

// writes returns how many writes all shards took.
func (h *account) writes() int {
	sum := h.table.writes
	for _, s := range h.table.shards {
		sum += s.writes
	}
	return sum
}

// A rate of 1,000 is divided among ten shards: all of it is used, no window has more,
// and no shard takes more than a small part of the writes.
func TestAHighRateIsDividedAmongShards(t *testing.T) {
	h, all := crew(1000, 60)
	r := rand.New(rand.NewPCG(1, 1))
	uses, _ := h.play(t, all, 10*time.Second, r, always(shop.ClassPromotion), takes(40*time.Millisecond))
	for _, f := range faults(uses, 1000, 0) {
		t.Error(f)
	}
	if got := float64(len(uses)) / 10; got < 0.9*800 {
		t.Errorf("%.0f promotions a second, want about 800", got)
	}
	if n := 1 + len(h.table.shards); n != 10 {
		t.Errorf("the rate has %d shards, want 10", n)
	}
	for n, s := range h.table.shards {
		if perSecond := float64(s.writes) / 10; perSecond > 100 {
			t.Errorf("shard %d took %.0f writes a second, want at most 100", n, perSecond)
		}
	}
}

// A worker that is told that it sends too fast slows down all shards.
func TestAllShardsSlowDownTogether(t *testing.T) {
	h, all := crew(1000, 60)
	r := rand.New(rand.NewPCG(1, 1))
	perSecond := func(length time.Duration) float64 {
		uses, _ := h.play(t, all, length, r, always(shop.ClassPromotion), takes(40*time.Millisecond))
		return float64(len(uses)) / length.Seconds()
	}
	perSecond(10 * time.Second)
	full := perSecond(10 * time.Second)
	must(t, all[0].TooFast(t.Context()))
	perSecond(2 * time.Second) // uses the permits that were reserved before
	if half := perSecond(6 * time.Second); half > 0.65*full {
		t.Errorf("after TooFast %.0f messages a second are sent, want about half of %.0f", half, full)
	}
	must(t, all[1].UsedUp(t.Context()))
	perSecond(3 * time.Second)
	if got := perSecond(5 * time.Second); got > 0 {
		t.Errorf("after UsedUp %.0f messages a second are sent, want none", got)
	}
}
