package recording

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/points"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// withPoints adds a points scheme to the policy: one point for each pound.
func (h fixture) withPoints(t testing.TB) fixture {
	t.Helper()
	p, err := inForce()(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Points = points.Scheme{
		Placed: true,
		Since:  evening.AddDate(-1, 0, 0), Earn: map[shop.Currency]int64{"GBP": 100},
		Pending: 14 * 24 * time.Hour, Lives: 365 * 24 * time.Hour,
	}
	h.Policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
	return h
}

func (h fixture) ledger(t testing.TB, customer shop.CustomerID) points.Ledger {
	t.Helper()
	p, _, err := h.store.Profile(t.Context(), customer)
	if err != nil {
		t.Fatal(err)
	}
	return p.Points.Ledger
}

// gaveBack returns the event of a refund of order o-1, without a customer, as
// some systems emit it.
func gaveBack(ref, hour, amount string) string {
	return strings.Replace(happened("order.refunded", hour, fmt.Sprintf(`,'refund_id':'%s','amount':'%s','currency':'GBP'`, ref, amount)), `"customer":{"id":"c-1"},`, "", 1)
}

func TestAnOrderEarnsPointsAndARefundTakesThemBack(t *testing.T) {
	h := newFixture(t).withPoints(t)
	h.takes(t, placed("o-1", "c-1", map[string]int{"P": 3}))
	if b := h.ledger(t, "c-1").At(evening); b.Pending != 20 || b.Active != 0 {
		t.Errorf("an order of 20.00 earned %+v, want 20 pending", b)
	}
	h.takes(t, gaveBack("f-1", "14", "5.50"))
	if b := h.ledger(t, "c-1").At(evening.AddDate(0, 0, 15)); b.Active != 14 || b.Pending != 0 {
		t.Errorf("after a refund of 5.50 and the return window there are %+v, want 14 active, by the 14.50 that are left", b)
	}
	h.takes(t, happened("order.cancelled", "15", ""))
	if b := h.ledger(t, "c-1").At(evening); b.Sum != 0 {
		t.Errorf("after the cancellation there are %+v, want none", b)
	}
}

// Promise "same history, same profile", for points: the events come in any order,
// some of them twice, and two at the same time.
func TestTheSameEventsGiveTheSamePointsLedger(t *testing.T) {
	bodies := []string{
		placed("o-1", "c-1", map[string]int{"P": 3}), placed("o-2", "c-1", map[string]int{"P": 1}),
		gaveBack("f-1", "13", "3.35"), gaveBack("f-2", "14", "3.35"), gaveBack("f-3", "12", "3.35"), happened("order.cancelled", "15", ""),
	}
	h := newFixture(t).withPoints(t)
	h.takes(t, bodies...)
	want := h.ledger(t, "c-1")
	if len(want) != 6 {
		t.Fatalf("the ledger has %d entries, want one for each cause: %+v", len(want), want)
	}
	for seed := range uint64(6) {
		shuffled := append(slices.Clone(bodies), bodies[:4]...)
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		h := newFixture(t).withPoints(t)
		var wg sync.WaitGroup
		for half := range slices.Chunk(shuffled, len(shuffled)/2) {
			wg.Go(func() {
				for _, body := range half {
					for range 20 { // a failed message is delivered again
						if len(h.handle(t, body)) == 0 {
							break
						}
					}
				}
			})
		}
		wg.Wait()
		if diff := cmp.Diff(want, h.ledger(t, "c-1")); diff != "" {
			t.Errorf("shuffled by %d, two at a time (-as listed +shuffled):\n%s", seed, diff)
		}
	}
}

func TestPointsCostAnOrderNothing(t *testing.T) {
	cost := func(h fixture) (read, wrote float64) {
		h.takes(t, placed("o-0", "c-1", map[string]int{"P": 1}))
		h.store.Meter = func(_ string, r, w float64) { read += r; wrote += w }
		h.takes(t, placed("o-1", "c-1", map[string]int{"P": 3}))
		return read, wrote
	}
	read, wrote := cost(newFixture(t))
	r, w := cost(newFixture(t).withPoints(t))
	t.Logf("an order without points: %v read units, %v write units; with: %v, %v", read, wrote, r, w)
	if r != read || w != wrote {
		t.Errorf("with points an order costs %v read and %v write units, without points %v and %v, want the same", r, w, read, wrote)
	}
}
