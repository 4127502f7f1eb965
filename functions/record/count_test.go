package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/policy"
	"regulars/shared/recommend"
	"regulars/shared/recommend/live"
	"regulars/shared/shop"
)

// withoutCounters is a shop that has its orders not counted live.
func withoutCounters(rules func(context.Context) (policy.Policy, error)) func(context.Context) (policy.Policy, error) {
	return func(ctx context.Context) (policy.Policy, error) {
		p, err := rules(ctx)
		p.Shop.NoCounters = true
		return p, err
	}
}

// stock is a catalogue of some products, as events.
func stock(ids ...string) (bodies []string) {
	for _, id := range ids {
		bodies = append(bodies, strings.ReplaceAll(bag, "BAG", id))
	}
	return bodies
}

// together says how many customers bought both, as a message would read it.
func (h house) together(t testing.TB, a, b shop.ProductID) int {
	t.Helper()
	rows, err := h.store.Items(t.Context(), recommend.Model{}, []shop.ProductID{a})
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

// cancelled and back are what can become of an order.
func cancelled(order, customer string) string {
	return event("order.cancelled", fmt.Sprintf(`{'version':'1','order':{'id':'%s'},'customer':{'id':'%s'},'occurred_at':'2026-11-21T13:00:00Z','cause':'unwanted'}`, order, customer))
}

func back(order, customer, ref, product string) string {
	return event("order.returned", fmt.Sprintf(`{'version':'1','order':{'id':'%s'},'customer':{'id':'%s'},'occurred_at':'2026-11-21T14:00:00Z','return_id':'%s','cause':'unwanted','lines':[{'product':'%s','units':1}]}`, order, customer, ref, product))
}

func paid(order, customer string) string {
	return event("order.paid", fmt.Sprintf(`{'version':'1','order':{'id':'%s'},'customer':{'id':'%s'},'occurred_at':'2026-11-21T12:30:00Z'}`, order, customer))
}

var lampAndBulb = map[string]int{"LAMP": 1, "BULB": 1}

func TestAnOrderIsCountedOnceWhateverIsTold(t *testing.T) {
	for phrase, c := range map[string]struct {
		told []string
		want int
	}{
		"an order":                       {[]string{placed("o-1", "c-1", lampAndBulb)}, 1},
		"told twice":                     {[]string{placed("o-1", "c-1", lampAndBulb), placed("o-1", "c-1", lampAndBulb)}, 1},
		"and what became of it":          {[]string{placed("o-1", "c-1", lampAndBulb), paid("o-1", "c-1"), placed("o-1", "c-1", lampAndBulb)}, 1},
		"two customers'":                 {[]string{placed("o-1", "c-1", lampAndBulb), placed("o-2", "c-2", lampAndBulb)}, 2},
		"the same bought again":          {[]string{placed("o-1", "c-1", lampAndBulb), placed("o-2", "c-1", lampAndBulb)}, 1},
		"one now and one then":           {[]string{placed("o-1", "c-1", map[string]int{"LAMP": 1}), placed("o-2", "c-1", map[string]int{"BULB": 1})}, 1},
		"cancelled":                      {[]string{placed("o-1", "c-1", lampAndBulb), cancelled("o-1", "c-1")}, 0},
		"cancelled twice, and told late": {[]string{placed("o-1", "c-1", lampAndBulb), cancelled("o-1", "c-1"), cancelled("o-1", "c-1"), placed("o-1", "c-1", lampAndBulb)}, 0},
		"the cancellation came first":    {[]string{cancelled("o-1", "c-1"), placed("o-1", "c-1", lampAndBulb)}, 0},
		"the bulb came back":             {[]string{placed("o-1", "c-1", lampAndBulb), back("o-1", "c-1", "r-1", "BULB")}, 0},
		"and then the lamp":              {[]string{placed("o-1", "c-1", lampAndBulb), back("o-1", "c-1", "r-1", "BULB"), back("o-1", "c-1", "r-2", "LAMP"), back("o-1", "c-1", "r-1", "BULB")}, 0},
		"one of two bulbs came back":     {[]string{placed("o-1", "c-1", map[string]int{"LAMP": 1, "BULB": 2}), back("o-1", "c-1", "r-1", "BULB")}, 1},
		"back, and bought again":         {[]string{placed("o-1", "c-1", lampAndBulb), back("o-1", "c-1", "r-1", "LAMP"), placed("o-2", "c-1", map[string]int{"LAMP": 1})}, 1},
		"cancelled, and ordered again":   {[]string{placed("o-1", "c-1", lampAndBulb), cancelled("o-1", "c-1"), placed("o-2", "c-1", lampAndBulb)}, 1},
		"back, and bought again, with the bulb in between": {[]string{
			placed("o-1", "c-1", map[string]int{"LAMP": 1}), placed("o-2", "c-1", map[string]int{"BULB": 1}),
			back("o-1", "c-1", "r-1", "LAMP"), placed("o-3", "c-1", map[string]int{"LAMP": 1}),
		}, 1},
		"another's came back": {[]string{placed("o-1", "c-1", lampAndBulb), placed("o-2", "c-2", lampAndBulb), cancelled("o-2", "c-2")}, 1},
	} {
		t.Run(phrase, func(t *testing.T) {
			h := newHouse(t)
			h.takes(t, stock("LAMP", "BULB")...)
			for _, body := range c.told { // one after the other: what is told last counts
				h.takes(t, body)
			}
			if a, b := h.together(t, "LAMP", "BULB"), h.together(t, "BULB", "LAMP"); a != c.want || b != c.want {
				t.Errorf("the lamp's row counts %d customers with the bulb and the bulb's %d with the lamp, want %d", a, b, c.want)
			}
			if o, _, err := h.store.Order(t.Context(), "o-1"); err != nil || o.Counted.Done != len(o.Counted.Steps) {
				t.Errorf("the order's entry = %+v, %v, want nothing left to do", o.Counted, err)
			}
		})
	}
}

// breaks is a catalogue of which so many calls of Count die half way.
type breaks struct {
	*dynamo.Store
	mu    sync.Mutex
	times int
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

// Whoever dies half way leaves the rest on the order, and neither its message
// nor the order's next event counts anything twice.
func TestACrashWhileCountingIsMadeGood(t *testing.T) {
	for phrase, next := range map[string]string{
		"the message comes again":      placed("o-1", "c-1", lampAndBulb),
		"something else is told of it": paid("o-1", "c-1"),
	} {
		h := newHouse(t)
		h.takes(t, stock("LAMP", "BULB")...)
		h.shop = &breaks{Store: h.store, times: 1, with: errors.New("by order of a test")}
		if again := h.handle(t, placed("o-1", "c-1", lampAndBulb)); !slices.Equal(again, []int{0}) {
			t.Fatalf("comes again: %v, want the message", again)
		}
		if got := len(h.raised(t)); got != 1 {
			t.Errorf("%s: %d intents are on the queue, want the order's, counters or not", phrase, got)
		}
		if a, b := h.together(t, "LAMP", "BULB"), h.together(t, "BULB", "LAMP"); a+b != 1 {
			t.Fatalf("one of two rows is to be counted: %d and %d", a, b)
		}
		h.takes(t, next, next)
		if a, b := h.together(t, "LAMP", "BULB"), h.together(t, "BULB", "LAMP"); a != 1 || b != 1 {
			t.Errorf("%s: the rows count %d and %d, want 1 each", phrase, a, b)
		}
	}
}

// A row that is too busy holds no message up.
func TestCountsWaitForTheNextEventWhereARowIsTooBusy(t *testing.T) {
	h := newHouse(t)
	h.takes(t, stock("LAMP", "BULB")...)
	h.shop = &breaks{Store: h.store, times: 2, with: dynamo.ErrThrottled}
	h.takes(t, placed("o-1", "c-1", lampAndBulb), paid("o-1", "c-1"), cancelled("o-1", "c-1"))
	if a, b := h.together(t, "LAMP", "BULB"), h.together(t, "BULB", "LAMP"); a != 0 || b != 0 {
		t.Errorf("counted, left, and cancelled: the rows count %d and %d", a, b)
	}
	if o, _, err := h.store.Order(t.Context(), "o-1"); err != nil || len(o.Counted.Steps) != 2 || o.Counted.Done != 2 {
		t.Errorf("the order's entry = %+v, %v, want two steps, done", o.Counted, err)
	}
}

// Two events of one order at the same time count it once.
func TestEventsAtOnceCountOnce(t *testing.T) {
	h := newHouse(t)
	h.takes(t, stock("LAMP", "BULB")...)
	var all sync.WaitGroup
	for range 4 {
		for _, body := range []string{placed("o-1", "c-1", lampAndBulb), paid("o-1", "c-1")} {
			all.Go(func() {
				if again := h.handle(t, body); len(again) > 0 {
					t.Errorf("a message comes again")
				}
			})
		}
	}
	all.Wait()
	if a, b := h.together(t, "LAMP", "BULB"), h.together(t, "BULB", "LAMP"); a != 1 || b != 1 {
		t.Errorf("the rows count %d and %d, want 1", a, b)
	}
	if o, _, err := h.store.Order(t.Context(), "o-1"); err != nil || o.Counted.Done != len(o.Counted.Steps) {
		t.Errorf("the order's entry = %+v, %v, want nothing left to do", o.Counted, err)
	}
}

// What the counters cost an order, and that they cost nothing where they are
// off.
func TestWhatCountingCosts(t *testing.T) {
	units := map[string]int{}
	var ids []string
	for i := range 6 {
		ids = append(ids, fmt.Sprint("P", i))
		units[ids[i]] = 1
	}
	cost := func(off bool, bodies ...string) (read, write float64) {
		h := newHouse(t)
		if off {
			h.policy = withoutCounters(h.policy)
		}
		h.takes(t, stock(ids...)...)
		h.takes(t, bodies[:len(bodies)-1]...)
		var mu sync.Mutex
		h.store.Meter = func(_ string, r, w float64) { mu.Lock(); read, write = read+r, write+w; mu.Unlock() }
		h.takes(t, bodies[len(bodies)-1])
		return read, write
	}
	first := placed("o-1", "c-1", units)
	for phrase, c := range map[string]struct {
		bodies     []string
		rows, more float64 // write units that the counters may cost: one for each row of up to 1 KB, and what the order notes
	}{
		"an order of six products, new to the customer": {[]string{first}, 6, 2},
		"the same told again":                           {[]string{first, first}, 0, 0},
		"it is paid":                                    {[]string{first, paid("o-1", "c-1")}, 0, 1},
		"the same products again":                       {[]string{first, placed("o-2", "c-1", units)}, 0, 0},
		"it is cancelled":                               {[]string{first, cancelled("o-1", "c-1")}, 6, 4},
	} {
		read, write := cost(false, c.bodies...)
		readOff, writeOff := cost(true, c.bodies...)
		t.Logf("%-46s %4.1f read and %4.1f write units with live counters, %4.1f and %4.1f without", phrase, read, write, readOff, writeOff)
		if read != readOff || write-writeOff > c.rows+c.more {
			t.Errorf("%s: live counters cost %v read and %v write units, want none and %v at most", phrase, read-readOff, write-writeOff, c.rows+c.more)
		}
	}
}
