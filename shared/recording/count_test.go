package recording

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/recommend"
	"regulars/shared/recommend/live"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// withoutCounters turns the live counters off in the policy.
func withoutCounters(inForce func(context.Context) (shoppolicy.Policy, error)) func(context.Context) (shoppolicy.Policy, error) {
	return func(ctx context.Context) (shoppolicy.Policy, error) {
		p, err := inForce(ctx)
		p.Shop.NoCounters = true
		return p, err
	}
}

// stock returns an event for each product, which puts it into the catalogue.
func stock(ids ...string) (bodies []string) {
	for _, id := range ids {
		bodies = append(bodies, strings.ReplaceAll(bag, "BAG", id))
	}
	return bodies
}

// together returns the number of customers who bought both products, by the
// live counters of a's row.
func (h fixture) together(t testing.TB, a, b shop.ProductID) int {
	t.Helper()
	rows, err := h.store.Sources(t.Context(), recommend.Model{}, []shop.ProductID{a}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range rows[a].Live {
		if n.Product == b {
			return n.Customers
		}
	}
	return 0
}

// cancelled returns the event of an order cancelled by its customer.
func cancelled(order, customer string) string {
	return event("order.cancelled", fmt.Sprintf(`{'version':'1','order':{'id':'%s'},'customer':{'id':'%s'},'occurred_at':'2026-11-21T13:00:00Z','cause':'unwanted'}`, order, customer))
}

// back returns the event of a returned unit.
func back(order, customer, ref, product string) string {
	return event("order.returned", fmt.Sprintf(`{'version':'1','order':{'id':'%s'},'customer':{'id':'%s'},'occurred_at':'2026-11-21T14:00:00Z','return_id':'%s','cause':'unwanted','lines':[{'product':'%s','units':1}]}`, order, customer, ref, product))
}

// paid returns the event of a paid order.
func paid(order, customer string) string {
	return event("order.paid", fmt.Sprintf(`{'version':'1','order':{'id':'%s'},'customer':{'id':'%s'},'occurred_at':'2026-11-21T12:30:00Z'}`, order, customer))
}

var lampAndBulb = map[string]int{"LAMP": 1, "BULB": 1}

func TestAnOrderIsCountedOnceForAnyEvents(t *testing.T) {
	for name, c := range map[string]struct {
		events []string
		want   int
	}{
		"one order":                               {[]string{placed("o-1", "c-1", lampAndBulb)}, 1},
		"the same event twice":                    {[]string{placed("o-1", "c-1", lampAndBulb), placed("o-1", "c-1", lampAndBulb)}, 1},
		"a payment, and the order again":          {[]string{placed("o-1", "c-1", lampAndBulb), paid("o-1", "c-1"), placed("o-1", "c-1", lampAndBulb)}, 1},
		"orders of two customers":                 {[]string{placed("o-1", "c-1", lampAndBulb), placed("o-2", "c-2", lampAndBulb)}, 2},
		"the same products again":                 {[]string{placed("o-1", "c-1", lampAndBulb), placed("o-2", "c-1", lampAndBulb)}, 1},
		"the two products in two orders":          {[]string{placed("o-1", "c-1", map[string]int{"LAMP": 1}), placed("o-2", "c-1", map[string]int{"BULB": 1})}, 1},
		"a cancelled order":                       {[]string{placed("o-1", "c-1", lampAndBulb), cancelled("o-1", "c-1")}, 0},
		"two cancellations, and the order again":  {[]string{placed("o-1", "c-1", lampAndBulb), cancelled("o-1", "c-1"), cancelled("o-1", "c-1"), placed("o-1", "c-1", lampAndBulb)}, 0},
		"the cancellation before the order":       {[]string{cancelled("o-1", "c-1"), placed("o-1", "c-1", lampAndBulb)}, 0},
		"the bulb is returned":                    {[]string{placed("o-1", "c-1", lampAndBulb), back("o-1", "c-1", "r-1", "BULB")}, 0},
		"the bulb and then the lamp are returned": {[]string{placed("o-1", "c-1", lampAndBulb), back("o-1", "c-1", "r-1", "BULB"), back("o-1", "c-1", "r-2", "LAMP"), back("o-1", "c-1", "r-1", "BULB")}, 0},
		"one of two bulbs is returned":            {[]string{placed("o-1", "c-1", map[string]int{"LAMP": 1, "BULB": 2}), back("o-1", "c-1", "r-1", "BULB")}, 1},
		"the lamp is returned and bought again":   {[]string{placed("o-1", "c-1", lampAndBulb), back("o-1", "c-1", "r-1", "LAMP"), placed("o-2", "c-1", map[string]int{"LAMP": 1})}, 1},
		"the order is cancelled and placed again": {[]string{placed("o-1", "c-1", lampAndBulb), cancelled("o-1", "c-1"), placed("o-2", "c-1", lampAndBulb)}, 1},
		"the lamp is returned and bought again, with the bulb in between": {[]string{
			placed("o-1", "c-1", map[string]int{"LAMP": 1}), placed("o-2", "c-1", map[string]int{"BULB": 1}),
			back("o-1", "c-1", "r-1", "LAMP"), placed("o-3", "c-1", map[string]int{"LAMP": 1}),
		}, 1},
		"another customer's order is cancelled": {[]string{placed("o-1", "c-1", lampAndBulb), placed("o-2", "c-2", lampAndBulb), cancelled("o-2", "c-2")}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFixture(t)
			h.takes(t, stock("LAMP", "BULB")...)
			for _, body := range c.events { // one after the other, because their order matters
				h.takes(t, body)
			}
			if a, b := h.together(t, "LAMP", "BULB"), h.together(t, "BULB", "LAMP"); a != c.want || b != c.want {
				t.Errorf("the lamp's row counts %d customers with the bulb, and the bulb's row %d with the lamp, want %d", a, b, c.want)
			}
			if o, _, err := h.store.Order(t.Context(), "o-1"); err != nil || o.Counted.Done != len(o.Counted.Steps) {
				t.Errorf("the order's entry = %+v, %v, want all of its steps done", o.Counted, err)
			}
		})
	}
}

// breaks is a catalogue whose next calls of Count fail after the first change.
type breaks struct {
	*dynamo.Store
	mu    sync.Mutex
	times int // number of calls that still fail
	with  error
}

func (b *breaks) Count(ctx context.Context, changes []live.Change) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.times--; b.times < 0 || len(changes) == 0 {
		return b.Store.Count(ctx, changes)
	}
	return errors.Join(b.with, b.Store.Count(ctx, changes[:1]))
}

func TestACountThatFailedIsFinishedByTheNextEvent(t *testing.T) {
	for name, next := range map[string]string{
		"the same message again":     placed("o-1", "c-1", lampAndBulb),
		"another event of the order": paid("o-1", "c-1"),
	} {
		h := newFixture(t)
		h.takes(t, stock("LAMP", "BULB")...)
		h.Shop = &breaks{Store: h.store, times: 1, with: errors.New("injected")}
		if again := h.handle(t, placed("o-1", "c-1", lampAndBulb)); !slices.Equal(again, []int{0}) {
			t.Fatalf("failed: %v, want the message", again)
		}
		if got := len(h.raised(t)); got != 1 {
			t.Errorf("%s: %d intents are on the queue, want the order's one although counting failed", name, got)
		}
		if a, b := h.together(t, "LAMP", "BULB"), h.together(t, "BULB", "LAMP"); a+b != 1 {
			t.Fatalf("the rows count %d and %d, want one of the two counted", a, b)
		}
		h.takes(t, next, next)
		if a, b := h.together(t, "LAMP", "BULB"), h.together(t, "BULB", "LAMP"); a != 1 || b != 1 {
			t.Errorf("%s: the rows count %d and %d, want 1 each", name, a, b)
		}
	}
}

func TestThrottledCountsWaitForTheNextEvent(t *testing.T) {
	h := newFixture(t)
	h.takes(t, stock("LAMP", "BULB")...)
	h.Shop = &breaks{Store: h.store, times: 2, with: dynamo.ErrThrottled}
	h.takes(t, placed("o-1", "c-1", lampAndBulb), paid("o-1", "c-1"), cancelled("o-1", "c-1"))
	if a, b := h.together(t, "LAMP", "BULB"), h.together(t, "BULB", "LAMP"); a != 0 || b != 0 {
		t.Errorf("after an order that was cancelled before it was counted, the rows count %d and %d, want 0", a, b)
	}
	if o, _, err := h.store.Order(t.Context(), "o-1"); err != nil || len(o.Counted.Steps) != 2 || o.Counted.Done != 2 {
		t.Errorf("the order's entry = %+v, %v, want two steps, done", o.Counted, err)
	}
}

func TestEventsOfOneOrderAtTheSameTimeCountItOnce(t *testing.T) {
	h := newFixture(t)
	h.takes(t, stock("LAMP", "BULB")...)
	var all sync.WaitGroup
	for range 4 {
		for _, body := range []string{placed("o-1", "c-1", lampAndBulb), paid("o-1", "c-1")} {
			all.Go(func() {
				if again := h.handle(t, body); len(again) > 0 {
					t.Errorf("messages %v failed, want none", again)
				}
			})
		}
	}
	all.Wait()
	if a, b := h.together(t, "LAMP", "BULB"), h.together(t, "BULB", "LAMP"); a != 1 || b != 1 {
		t.Errorf("the rows count %d and %d, want 1", a, b)
	}
	if o, _, err := h.store.Order(t.Context(), "o-1"); err != nil || o.Counted.Done != len(o.Counted.Steps) {
		t.Errorf("the order's entry = %+v, %v, want all of its steps done", o.Counted, err)
	}
}

// The cost is the difference to the same events with the counters off.
func TestReadAndWriteUnitsOfLiveCountersAreLimited(t *testing.T) {
	units := map[string]int{}
	var ids []string
	for i := range 6 {
		ids = append(ids, fmt.Sprint("P", i))
		units[ids[i]] = 1
	}
	cost := func(off bool, bodies ...string) (read, write float64) {
		h := newFixture(t)
		if off {
			h.Policy = withoutCounters(h.Policy)
		}
		h.takes(t, stock(ids...)...)
		h.takes(t, bodies[:len(bodies)-1]...)
		h.store.Meter = func(_ string, r, w float64) { read, write = read+r, write+w }
		h.takes(t, bodies[len(bodies)-1])
		return read, write
	}
	first := placed("o-1", "c-1", units)
	for name, c := range map[string]struct {
		bodies     []string
		rows, more float64 // the counters' write units: at most rows, and more for the order's entry
		first      float64 // products that are counted for the first time: each is read
	}{
		"an order of six products, new to the customer": {[]string{first}, 6, 2, 6},
		"the same event again":                          {[]string{first, first}, 0, 0, 0},
		"its payment":                                   {[]string{first, paid("o-1", "c-1")}, 0, 1, 0},
		"an order of the same products":                 {[]string{first, placed("o-2", "c-1", units)}, 0, 0, 0},
		"its cancellation":                              {[]string{first, cancelled("o-1", "c-1")}, 6, 4, 0},
	} {
		read, write := cost(false, c.bodies...)
		readOff, writeOff := cost(true, c.bodies...)
		t.Logf("%-46s %4.1f read and %4.1f write units with live counters, %4.1f and %4.1f without", name, read, write, readOff, writeOff)
		if read-readOff != c.first || write-writeOff > c.rows+c.more {
			t.Errorf("%s: live counters cost %v read and %v write units, want %v and at most %v", name, read-readOff, write-writeOff, c.first, c.rows+c.more)
		}
	}
}
