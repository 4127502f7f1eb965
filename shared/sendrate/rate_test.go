package sendrate_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/sendrate"
	"regulars/shared/shop"
)

func always(c shop.Class) func() shop.Class { return func() shop.Class { return c } }

func takes(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// For any number of workers, clocks and mix of classes: no permit is given
// twice, no window has more messages than the account may send, and promotions
// never use more than their part.
func TestWorkersStayWithinTheRate(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		perSecond := rapid.SampledFrom([]float64{1, 5, 14, 50, 200}).Draw(rt, "rate")
		skew := time.Duration(rapid.IntRange(0, 1_000).Draw(rt, "skew, ms")) * time.Millisecond
		service := rapid.IntRange(0, 100).Draw(rt, "service, %")
		h := newAccount(sendrate.Quota{PerSecond: perSecond, PerDay: 1e9})
		var all []*worker
		for range rapid.IntRange(1, 12).Draw(rt, "workers") {
			all = append(all, h.worker(time.Duration((2*r.Float64()-1)*float64(skew))))
		}
		mix := func() shop.Class {
			if r.IntN(100) < service {
				return shop.ClassService
			}
			return shop.ClassPromotion
		}
		work := func() time.Duration { return time.Duration(r.IntN(int(100 * time.Millisecond))) }
		uses, _ := h.play(rt, all, 40*time.Second, r, mix, work)
		for _, f := range faults(uses, perSecond, skew) {
			rt.Error(f)
		}
	})
}

// The checks above find planted faults.
func TestPlantedFaultsOfTheStoreAreFound(t *testing.T) {
	for phrase, c := range map[string]struct {
		plant func(*account)
		want  string
	}{
		"no fault is planted":          {func(*account) {}, ""},
		"a store without compare":      {func(h *account) { h.table.blind = true }, "given twice"},
		"two writes of the same bytes": {func(h *account) { h.same = true }, "given twice"},
	} {
		h := newAccount(sendrate.Quota{PerSecond: 5, PerDay: 1e9})
		c.plant(h)
		all := []*worker{h.worker(0), h.worker(0)}
		uses, _ := h.play(t, all, 30*time.Second, rand.New(rand.NewPCG(1, 1)), always(shop.ClassPromotion), takes(10*time.Millisecond))
		if got := strings.Join(faults(uses, 5, 0), "\n"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: faults = %.200q, want one about %q", phrase, got, c.want)
		}
	}
}

// Busy workers use all of the rate that is open to promotions, and not more.
func TestWholeOpenPartOfTheRateIsUsed(t *testing.T) {
	for _, c := range []struct {
		perSecond float64
		workers   int
		work      time.Duration
		least     float64 // of the open part
	}{{1, 4, 50 * time.Millisecond, 0.95}, {5, 10, 50 * time.Millisecond, 0.95}, {14, 10, 60 * time.Millisecond, 0.95}, {100, 10, 60 * time.Millisecond, 0.9}} {
		h := newAccount(sendrate.Quota{PerSecond: c.perSecond, PerDay: 1e9})
		var all []*worker
		for range c.workers {
			all = append(all, h.worker(0))
		}
		uses, _ := h.play(t, all, 2*time.Minute, rand.New(rand.NewPCG(1, 1)), always(shop.ClassPromotion), takes(c.work))
		got := float64(len(uses)) / 120
		t.Logf("%g a second, %d workers: %.2f promotions a second, %.2f writes and %.2f reads a message", c.perSecond, c.workers, got, float64(h.table.writes)/float64(len(uses)), float64(h.table.reads)/float64(len(uses)))
		if part := 0.8 * c.perSecond; got < c.least*part || got > 1.05*part {
			t.Errorf("%g a second: %.2f promotions a second, want about %.2f", c.perSecond, got, part)
		}
	}
}

// While promotions use all of the open lane, transactional messages are sent at
// once, as long as they are fewer than the reserved lane allows.
func TestServiceMessagesDoNotWaitBehindPromotions(t *testing.T) {
	for _, perSecond := range []float64{5, 14, 100} {
		h := newAccount(sendrate.Quota{PerSecond: perSecond, PerDay: 1e9})
		var all []*worker
		for range 10 {
			all = append(all, h.worker(0))
		}
		r := rand.New(rand.NewPCG(1, 1))
		mix := func() shop.Class {
			if r.IntN(10) == 0 {
				return shop.ClassService
			}
			return shop.ClassPromotion
		}
		uses, waited := h.play(t, all, 2*time.Minute, r, mix, takes(20*time.Millisecond))
		t.Logf("%g a second: %d messages; a service message waited %s at most", perSecond, len(uses), waited)
		if waited > 2*time.Second {
			t.Errorf("%g a second: a service message waited %s for its permit, want 2 s at most", perSecond, waited)
		}
	}
}

// A single worker takes one write for a message; a busy one takes about 0.1.
func TestCostOfABlock(t *testing.T) {
	h := newAccount(sendrate.Quota{PerSecond: 100, PerDay: 1e9})
	c := h.worker(0)
	_, err := c.Take(t.Context(), shop.ClassPromotion) // reads the quota, which is stored at once because it is new
	must(t, err)
	for range 5 {
		h.now = h.now.Add(90 * time.Second)
		writes, reads := h.table.writes, h.table.reads
		_, err := c.Take(t.Context(), shop.ClassPromotion)
		must(t, err)
		if h.table.writes != writes+1 || h.table.reads != reads {
			t.Errorf("a lone message took %d writes and %d reads, want 1 and none", h.table.writes-writes, h.table.reads-reads)
		}
	}
	if h.reads != 6 {
		t.Errorf("the quota was read %d times, want once for each message, which are 90 s apart", h.reads)
	}
	c.free, h.table.writes = h.now, 0
	uses, _ := h.play(t, []*worker{c}, time.Minute, rand.New(rand.NewPCG(1, 1)), always(shop.ClassPromotion), takes(60*time.Millisecond))
	if per := float64(h.table.writes) / float64(len(uses)); per > 0.15 {
		t.Errorf("a busy worker took %.2f writes a message, want about 0.1", per)
	}
}

// Of many workers that find the quota too old, one reads it.
func TestOneWorkerReadsTheQuota(t *testing.T) {
	h := newAccount(sendrate.Quota{PerSecond: 14, PerDay: 1e9})
	var all []*worker
	for range 10 {
		all = append(all, h.worker(0))
	}
	h.play(t, all, 5*time.Minute, rand.New(rand.NewPCG(1, 1)), always(shop.ClassPromotion), takes(50*time.Millisecond))
	if h.reads < 5 || h.reads > 6 {
		t.Errorf("the quota was read %d times in 5 minutes, want once a minute", h.reads)
	}
}

// The worker that reads the quota may die before it stores the answer. If an
// old quota is known, the next read may come late; if none is known, it must
// come soon, because all functions are slow until then.
func TestQuotaIsReadAgainIfTheReaderDied(t *testing.T) {
	for what, test := range map[string]struct {
		known sendrate.Quota
		after time.Duration
	}{
		"no quota is known":     {sendrate.Quota{}, sendrate.Horizon},
		"an old quota is known": {sendrate.Quota{PerSecond: 14, At: noon.Add(-time.Hour)}, sendrate.Fresh},
	} {
		s, due := sendrate.State{Quota: test.known}.QuotaDue(noon)
		_, early := s.QuotaDue(noon.Add(test.after - time.Millisecond))
		_, late := s.QuotaDue(noon.Add(test.after))
		if !due || early || !late {
			t.Errorf("%s: QuotaDue = %t, then %t before %s have passed, %t after; want true, false, true", what, due, early, test.after, late)
		}
	}
}

// After an answer that the account sends too fast, all workers slow down to
// half at once, and reach the full rate again within a minute and a half.
func TestAllWorkersSlowDownTogether(t *testing.T) {
	h := newAccount(sendrate.Quota{PerSecond: 20, PerDay: 1e9})
	var all []*worker
	for range 8 {
		all = append(all, h.worker(0))
	}
	r := rand.New(rand.NewPCG(1, 1))
	perSecond := func(length time.Duration) float64 {
		uses, _ := h.play(t, all, length, r, always(shop.ClassPromotion), takes(30*time.Millisecond))
		return float64(len(uses)) / length.Seconds()
	}
	perSecond(10 * time.Second)
	full := perSecond(20 * time.Second)
	for range 3 { // of several in one window, one takes effect
		must(t, all[0].TooFast(t.Context()))
	}
	perSecond(time.Second) // uses the permits that were reserved before
	if half := perSecond(8 * time.Second); half < 0.4*full || half > 0.6*full {
		t.Errorf("after TooFast %.1f messages a second are sent, want about half of %.1f", half, full)
	}
	perSecond(50 * time.Second)
	if again := perSecond(20 * time.Second); again < 0.95*full {
		t.Errorf("a minute later %.1f messages a second are sent, want %.1f again", again, full)
	}
	for range 10 {
		h.now = h.now.Add(sendrate.Window)
		must(t, all[1].TooFast(t.Context()))
	}
	state, _, _ := h.table.SendRate(t.Context(), 0)
	if got := state.PerMinute(h.now); got < 60*16/16-1 || got > 60*16/5 {
		t.Errorf("after ten calls of TooFast the pace is %d a minute, want a sixteenth to a fifth of 960", got)
	}
}

func TestQuotaOf24HoursLimitsEachClass(t *testing.T) {
	take := func(c *worker, class shop.Class) string {
		_, err := c.Take(context.Background(), class)
		if full := (*sendrate.Full)(nil); errors.As(err, &full) {
			return full.Code
		}
		must(t, err)
		return "permit"
	}
	for phrase, c := range map[string]struct {
		quota              sendrate.Quota
		promotion, service string
	}{
		"quota is left":          {sendrate.Quota{PerSecond: 14, PerDay: 1000, Sent: 700}, "permit", "permit"},
		"last fifth is reserved": {sendrate.Quota{PerSecond: 14, PerDay: 1000, Sent: 800}, "quota:day", "permit"},
		"no quota is left":       {sendrate.Quota{PerSecond: 14, PerDay: 1000, Sent: 1000}, "quota:day", "quota:day"},
		"there is no limit":      {sendrate.Quota{PerSecond: 14, PerDay: -1, Sent: 1e9}, "permit", "permit"},
		"more than allowed":      {sendrate.Quota{PerSecond: 14, PerDay: 200, Sent: 5000}, "quota:day", "quota:day"},
		"a sandbox with its 200": {sendrate.Quota{PerSecond: 1, PerDay: 200, Sent: 0}, "permit", "permit"},
		"no quota is known":      {sendrate.Quota{}, "permit", "permit"},
	} {
		h := newAccount(c.quota)
		one, other := h.worker(0), h.worker(0)
		take(one, shop.ClassService) // reads the quota
		h.now = h.now.Add(10 * time.Second)
		if got := take(other, shop.ClassPromotion); got != c.promotion {
			t.Errorf("%s: a promotion: %s, want %s", phrase, got, c.promotion)
		}
		if got := take(other, shop.ClassService); got != c.service {
			t.Errorf("%s: a service message: %s, want %s", phrase, got, c.service)
		}
	}
	h := newAccount(sendrate.Quota{PerSecond: 50, PerDay: 200})
	uses, _ := h.play(t, []*worker{h.worker(0), h.worker(0)}, 5*time.Minute, rand.New(rand.NewPCG(1, 1)), always(shop.ClassPromotion), takes(10*time.Millisecond))
	if len(uses) < 155 || len(uses) > 160 {
		t.Errorf("%d promotions of a day's 200, want 160: the rest is reserved", len(uses))
	}
	one := h.worker(0)
	must(t, one.UsedUp(t.Context()))
	if got := take(h.worker(0), shop.ClassService); got != "quota:day" {
		t.Errorf("after UsedUp: %s, want quota:day", got)
	}
	h.now = h.now.Add(11 * time.Minute)
	if got := take(one, shop.ClassService); got != "permit" {
		t.Errorf("ten minutes later: %s, want a permit", got)
	}
}

func TestErrorsOfSESAndTheStore(t *testing.T) {
	h := newAccount(sendrate.Quota{PerSecond: 50, PerDay: 1e9})
	c := h.worker(0)
	h.failed = errors.New("access denied")
	_, err := c.Take(t.Context(), shop.ClassPromotion)
	must(t, err) // at one a second, the rate of an account without a known quota
	state, _, _ := h.table.SendRate(t.Context(), 0)
	if got := state.PerMinute(h.now); got != 48 {
		t.Errorf("without a known quota the account sends %d promotions a minute, want 48", got)
	}
	h.table.broken = errors.New("the table does not answer")
	h.now = h.now.Add(time.Minute)
	if _, err := c.Take(t.Context(), shop.ClassPromotion); err == nil {
		t.Error("Take returned no error although the block cannot be stored")
	}
	h.table.broken, h.failed = nil, nil
	if _, err := c.Take(t.Context(), shop.ClassPromotion); err != nil {
		t.Error("Take after the store works again:", err)
	}

	h = newAccount(sendrate.Quota{PerSecond: 50, PerDay: 1e9})
	if _, err := h.worker(time.Hour).Take(t.Context(), shop.ClassPromotion); err != nil {
		t.Error(err)
	}
	if m, err := h.worker(0).Take(t.Context(), shop.ClassPromotion); err != nil || m.At.After(h.now.Add(time.Second)) {
		t.Errorf("after a clock that is an hour fast: %v, %v, want a permit that is valid now", m, err)
	}
}

func TestReturnedPermitGoesToTheNextMessage(t *testing.T) {
	h := newAccount(sendrate.Quota{PerSecond: 14, PerDay: 1e9})
	c := h.worker(0)
	m, err := c.Take(t.Context(), shop.ClassPromotion)
	must(t, err)
	c.Return(m)
	again, err := c.Take(t.Context(), shop.ClassPromotion)
	if must(t, err); again != m {
		t.Errorf("the next message got %v, want %v", again, m)
	}
	c.Return(m)
	h.now = h.now.Add(sendrate.Keep + time.Millisecond)
	late, err := c.Take(t.Context(), shop.ClassPromotion)
	if must(t, err); late == m {
		t.Error("a permit was given after it had expired")
	}
}

// Under the race detector: many goroutines of one worker, and many
// workers.
func TestConcurrentUseGivesNoPermitTwice(t *testing.T) {
	h := newAccount(sendrate.Quota{PerSecond: 10_000, PerDay: 1e9})
	_, err := h.worker(0).Take(t.Context(), shop.ClassPromotion) // reads the quota
	must(t, err)
	h.now = h.now.Add(10 * time.Second)
	var mu sync.Mutex
	given := map[sendrate.Permit]bool{}
	var all sync.WaitGroup
	for n := range 4 {
		c := h.worker(0)
		c.Quota = func(context.Context) (sendrate.Quota, error) {
			return sendrate.Quota{PerSecond: 10_000, PerDay: 1e9}, nil
		}
		names := 0
		c.By = func() string {
			mu.Lock()
			defer mu.Unlock()
			names++
			return string(rune('a'+n)) + time.Duration(names).String()
		}
		for range 4 {
			all.Go(func() {
				for range 50 {
					m, err := c.Take(context.Background(), shop.ClassPromotion)
					if err != nil {
						continue // contention
					}
					mu.Lock()
					if given[m] {
						t.Errorf("the permit %v was given twice", m)
					}
					given[m] = true
					mu.Unlock()
				}
			})
		}
	}
	all.Wait()
	if len(given) < 400 {
		t.Errorf("only %d of 800 messages got a permit", len(given))
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
