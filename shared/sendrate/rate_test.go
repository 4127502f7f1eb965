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

// Whatever the number of containers, their clocks and what they send: no moment
// is given twice, no window holds more than the account may send, and promotions
// never more than their part.
func TestContainersStayWithinTheRate(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		perSecond := rapid.SampledFrom([]float64{1, 5, 14, 50, 200}).Draw(rt, "rate")
		skew := time.Duration(rapid.IntRange(0, 1_000).Draw(rt, "skew, ms")) * time.Millisecond
		service := rapid.IntRange(0, 100).Draw(rt, "service, %")
		h := newHouse(sendrate.Quota{PerSecond: perSecond, PerDay: 1e9})
		var all []*container
		for range rapid.IntRange(1, 12).Draw(rt, "containers") {
			all = append(all, h.container(time.Duration((2*r.Float64()-1)*float64(skew))))
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

// What is planted, the checks above find.
func TestPlantedFaultsOfTheStoreAreFound(t *testing.T) {
	for phrase, c := range map[string]struct {
		plant func(*house)
		want  string
	}{
		"nothing is planted":           {func(*house) {}, ""},
		"a store without compare":      {func(h *house) { h.table.blind = true }, "given twice"},
		"two writes of the same bytes": {func(h *house) { h.same = true }, "given twice"},
	} {
		h := newHouse(sendrate.Quota{PerSecond: 5, PerDay: 1e9})
		c.plant(h)
		all := []*container{h.container(0), h.container(0)}
		uses, _ := h.play(t, all, 30*time.Second, rand.New(rand.NewPCG(1, 1)), always(shop.ClassPromotion), takes(10*time.Millisecond))
		if got := strings.Join(faults(uses, 5, 0), "\n"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: faults = %.200q, want one about %q", phrase, got, c.want)
		}
	}
}

// Containers that never rest get all that promotions may have, and not more.
func TestTheWholePartIsUsed(t *testing.T) {
	for _, c := range []struct {
		perSecond  float64
		containers int
		work       time.Duration
		least      float64 // of the open part
	}{{1, 4, 50 * time.Millisecond, 0.95}, {5, 10, 50 * time.Millisecond, 0.95}, {14, 10, 60 * time.Millisecond, 0.95}, {100, 10, 60 * time.Millisecond, 0.9}} {
		h := newHouse(sendrate.Quota{PerSecond: c.perSecond, PerDay: 1e9})
		var all []*container
		for range c.containers {
			all = append(all, h.container(0))
		}
		uses, _ := h.play(t, all, 2*time.Minute, rand.New(rand.NewPCG(1, 1)), always(shop.ClassPromotion), takes(c.work))
		got := float64(len(uses)) / 120
		t.Logf("%g a second, %d containers: %.2f promotions a second, %.2f writes and %.2f reads a message", c.perSecond, c.containers, got, float64(h.table.writes)/float64(len(uses)), float64(h.table.reads)/float64(len(uses)))
		if part := 0.8 * c.perSecond; got < c.least*part || got > 1.05*part {
			t.Errorf("%g a second: %.2f promotions a second, want about %.2f", c.perSecond, got, part)
		}
	}
}

// While promotions take all that they may, what customers need to know goes at
// once, as long as it is less than what is kept for it.
func TestServiceMessagesFindRoom(t *testing.T) {
	for _, perSecond := range []float64{5, 14, 100} {
		h := newHouse(sendrate.Quota{PerSecond: perSecond, PerDay: 1e9})
		var all []*container
		for range 10 {
			all = append(all, h.container(0))
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
			t.Errorf("%g a second: a service message waited %s for its moment, want 2 s at most", perSecond, waited)
		}
	}
}

// A container alone takes one write for a message, and hardly any when it is
// busy.
func TestWhatALeaseCosts(t *testing.T) {
	h := newHouse(sendrate.Quota{PerSecond: 200, PerDay: 1e9})
	c := h.container(0)
	_, err := c.Take(t.Context(), shop.ClassPromotion) // learns the quota, which is stored at once as it is new
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
	if h.asked != 6 {
		t.Errorf("SES was asked %d times for its quota, want once at each message, which are 90 s apart", h.asked)
	}
	c.free, h.table.writes = h.now, 0
	uses, _ := h.play(t, []*container{c}, time.Minute, rand.New(rand.NewPCG(1, 1)), always(shop.ClassPromotion), takes(60*time.Millisecond))
	if per := float64(h.table.writes) / float64(len(uses)); per > 0.15 {
		t.Errorf("a busy container took %.2f writes a message, want about 0.1", per)
	}
}

// Of many containers that find the quota old, one asks.
func TestOneContainerAsks(t *testing.T) {
	h := newHouse(sendrate.Quota{PerSecond: 14, PerDay: 1e9})
	var all []*container
	for range 10 {
		all = append(all, h.container(0))
	}
	h.play(t, all, 5*time.Minute, rand.New(rand.NewPCG(1, 1)), always(shop.ClassPromotion), takes(50*time.Millisecond))
	if h.asked < 5 || h.asked > 6 {
		t.Errorf("SES was asked %d times in 5 minutes, want once a minute", h.asked)
	}
}

// Whoever set out to ask may die before it has stored the answer. Of a known
// account that costs nothing; one that nobody knows of crawls until then.
func TestAnAnswerThatDiedIsAskedForAgain(t *testing.T) {
	for what, test := range map[string]struct {
		known sendrate.Quota
		after time.Duration
	}{
		"nothing is known": {sendrate.Quota{}, sendrate.Horizon},
		"an old answer is": {sendrate.Quota{PerSecond: 14, At: noon.Add(-time.Hour)}, sendrate.Fresh},
	} {
		s, asks := sendrate.State{Quota: test.known}.Ask(noon)
		_, early := s.Ask(noon.Add(test.after - time.Millisecond))
		_, late := s.Ask(noon.Add(test.after))
		if !asks || early || !late {
			t.Errorf("%s: Ask = %t, then %t before %s have passed, %t after; want true, false, true", what, asks, early, test.after, late)
		}
	}
}

// SES says that it was too fast: everybody slows down to half at once, and
// comes back within a minute and a half.
func TestEverybodySlowsDownTogether(t *testing.T) {
	h := newHouse(sendrate.Quota{PerSecond: 20, PerDay: 1e9})
	var all []*container
	for range 8 {
		all = append(all, h.container(0))
	}
	r := rand.New(rand.NewPCG(1, 1))
	perSecond := func(length time.Duration) float64 {
		uses, _ := h.play(t, all, length, r, always(shop.ClassPromotion), takes(30*time.Millisecond))
		return float64(len(uses)) / length.Seconds()
	}
	perSecond(10 * time.Second)
	full := perSecond(20 * time.Second)
	for range 3 { // of several that are told in one window, one counts
		must(t, all[0].TooFast(t.Context()))
	}
	perSecond(time.Second) // what was leased before
	if half := perSecond(8 * time.Second); half < 0.4*full || half > 0.6*full {
		t.Errorf("after SES asked to slow down %.1f messages go a second, want about half of %.1f", half, full)
	}
	perSecond(50 * time.Second)
	if again := perSecond(20 * time.Second); again < 0.95*full {
		t.Errorf("a minute later %.1f messages go a second, want %.1f again", again, full)
	}
	for range 10 {
		h.now = h.now.Add(sendrate.Window)
		must(t, all[1].TooFast(t.Context()))
	}
	state, _, _ := h.table.SendRate(t.Context())
	if got := state.PerMinute(h.now); got < 60*16/16-1 || got > 60*16/5 {
		t.Errorf("told ten times it is at %d a minute, want a sixteenth to a fifth of 960", got)
	}
}

func TestTheDaysQuota(t *testing.T) {
	take := func(c *container, class shop.Class) string {
		_, err := c.Take(context.Background(), class)
		if full := (*sendrate.Full)(nil); errors.As(err, &full) {
			return full.Code
		}
		must(t, err)
		return "goes"
	}
	for phrase, c := range map[string]struct {
		quota              sendrate.Quota
		promotion, service string
	}{
		"a day with room":          {sendrate.Quota{PerSecond: 14, PerDay: 1000, Sent: 700}, "goes", "goes"},
		"the last fifth is kept":   {sendrate.Quota{PerSecond: 14, PerDay: 1000, Sent: 800}, "quota:day", "goes"},
		"nothing is left":          {sendrate.Quota{PerSecond: 14, PerDay: 1000, Sent: 1000}, "quota:day", "quota:day"},
		"there is no limit":        {sendrate.Quota{PerSecond: 14, PerDay: -1, Sent: 1e9}, "goes", "goes"},
		"more than is allowed":     {sendrate.Quota{PerSecond: 14, PerDay: 200, Sent: 5000}, "quota:day", "quota:day"},
		"a sandbox with its 200":   {sendrate.Quota{PerSecond: 1, PerDay: 200, Sent: 0}, "goes", "goes"},
		"SES does not say its own": {sendrate.Quota{}, "goes", "goes"},
	} {
		h := newHouse(c.quota)
		one, other := h.container(0), h.container(0)
		take(one, shop.ClassService) // learns it
		h.now = h.now.Add(10 * time.Second)
		if got := take(other, shop.ClassPromotion); got != c.promotion {
			t.Errorf("%s: a promotion: %s, want %s", phrase, got, c.promotion)
		}
		if got := take(other, shop.ClassService); got != c.service {
			t.Errorf("%s: a service message: %s, want %s", phrase, got, c.service)
		}
	}
	h := newHouse(sendrate.Quota{PerSecond: 50, PerDay: 200})
	uses, _ := h.play(t, []*container{h.container(0), h.container(0)}, 5*time.Minute, rand.New(rand.NewPCG(1, 1)), always(shop.ClassPromotion), takes(10*time.Millisecond))
	if len(uses) < 155 || len(uses) > 160 {
		t.Errorf("%d promotions of a day's 200, want 160: the rest is kept", len(uses))
	}
	one := h.container(0)
	must(t, one.UsedUp(t.Context()))
	if got := take(h.container(0), shop.ClassService); got != "quota:day" {
		t.Errorf("after SES said that the day is used up: %s, want quota:day", got)
	}
	h.now = h.now.Add(11 * time.Minute)
	if got := take(one, shop.ClassService); got != "goes" {
		t.Errorf("ten minutes later: %s, want it tried again", got)
	}
}

func TestWhatGoesWrong(t *testing.T) {
	h := newHouse(sendrate.Quota{PerSecond: 50, PerDay: 1e9})
	c := h.container(0)
	h.failed = errors.New("access denied")
	_, err := c.Take(t.Context(), shop.ClassPromotion)
	must(t, err) // at one a second, the rate of an account that nobody knows
	state, _, _ := h.table.SendRate(t.Context())
	if got := state.PerMinute(h.now); got != 48 {
		t.Errorf("an account that SES does not tell of sends %d promotions a minute, want 48", got)
	}
	h.table.broken = errors.New("the table is away")
	h.now = h.now.Add(time.Minute)
	if _, err := c.Take(t.Context(), shop.ClassPromotion); err == nil {
		t.Error("a lease that cannot be stored: no error")
	}
	h.table.broken, h.failed = nil, nil
	if _, err := c.Take(t.Context(), shop.ClassPromotion); err != nil {
		t.Error("and after that:", err)
	}

	h = newHouse(sendrate.Quota{PerSecond: 50, PerDay: 1e9})
	if _, err := h.container(time.Hour).Take(t.Context(), shop.ClassPromotion); err != nil {
		t.Error(err)
	}
	if m, err := h.container(0).Take(t.Context(), shop.ClassPromotion); err != nil || m.At.After(h.now.Add(time.Second)) {
		t.Errorf("after a clock that is an hour fast: %v, %v, want a moment of now", m, err)
	}
}

func TestAMomentThatWasNotUsedIsTheNextMessages(t *testing.T) {
	h := newHouse(sendrate.Quota{PerSecond: 14, PerDay: 1e9})
	c := h.container(0)
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
		t.Error("a moment was used long after it")
	}
}

// Under the race detector: many goroutines of one container, and many containers.
func TestManyAtOnce(t *testing.T) {
	h := newHouse(sendrate.Quota{PerSecond: 10_000, PerDay: 1e9})
	_, err := h.container(0).Take(t.Context(), shop.ClassPromotion) // learns the quota
	must(t, err)
	h.now = h.now.Add(10 * time.Second)
	var mu sync.Mutex
	given := map[sendrate.Permit]bool{}
	var all sync.WaitGroup
	for n := range 4 {
		c := h.container(0)
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
						t.Errorf("the moment %v was given twice", m)
					}
					given[m] = true
					mu.Unlock()
				}
			})
		}
	}
	all.Wait()
	if len(given) < 400 {
		t.Errorf("only %d of 800 got a moment", len(given))
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
