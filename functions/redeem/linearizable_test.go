//go:build !race

package main

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"golang.org/x/sync/errgroup"

	"regulars/shared/condition"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/offer"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

const usualCalls = 10_000

var (
	ops  = flag.Int("ops", usualCalls, "how many calls TestRedemptionIsLinearizable makes")
	seed = flag.Uint64("seed", 2026, "of the first history of TestRedemptionIsLinearizable; each next one has the next seed")
)

// A history is short, because the time of checking one grows exponentially with
// the number of calls whose outcome is unknown.
const (
	callers   = 4
	tasksEach = 7 // of each caller; a task is up to three calls
)

// Callers use the checkout at the same time. Answers are lost, workers die,
// rival transactions get in the way, and holds and coupons run out. Still each
// call looks as if it had been made at one instant: at most one order has a
// coupon, a held coupon is not refused to the order that holds it, and no
// budget is overdrawn. At the end of each history no use is lost, and the sweep
// releases all lapsed holds.
//
// The calls go through the deployed handler. A seed always gives the same
// history.
func TestRedemptionIsLinearizable(t *testing.T) {
	logged := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // each lost answer would be logged
	t.Cleanup(func() { slog.SetDefault(logged) })
	var total counts
	var next atomic.Uint64
	next.Store(*seed)
	var checkers errgroup.Group
	for range runtime.GOMAXPROCS(0) {
		checkers.Go(func() error {
			for total.calls.Load() < int64(*ops) {
				seed := next.Add(1) - 1
				h := &history{engine: memory.New(dynamotest.Definitions()...), random: rand.New(rand.NewPCG(seed, 0)), total: &total, hashes: hashes}
				err := h.open(t.Context())
				if err == nil {
					h.runCallers()
					err = h.check(t.Context())
				}
				if err != nil {
					return fmt.Errorf("seed %d (again: -run RedemptionIsLinearizable -seed %d -ops 1): %w", seed, seed, err)
				}
			}
			return nil
		})
	}
	must(t, checkers.Wait())
	total.log(t)
	for _, kind := range []string{"issue", "hold", "redeem", "release", "return"} {
		if *ops >= usualCalls && total.outcome[kind] == 0 {
			t.Errorf("no call of kind %q succeeded in any history: the test shows nothing about it", kind)
		}
	}
}

// history is the calls of some callers to one shop.
type history struct {
	engine dynamo.Client
	random *rand.Rand
	total  *counts
	hashes [mostCoupons]string

	mu         sync.Mutex
	clock      int64 // counts, to order the operations
	time       int64 // the time of day, in milliseconds after noon
	wire       dynamotest.Wire
	operations []porcupine.Operation
	broken     error // faults that porcupine does not see
}

func (h *history) now() time.Time { return at(h.time) }

func (h *history) Policy(context.Context) (shoppolicy.Policy, error) { return shopOfHistories, nil }

var shopOfHistories = func() shoppolicy.Policy {
	mugs, err := condition.Parse(`line.category == "mug"`, "EUR")
	if err != nil {
		panic(err)
	}
	budget := func(i int) offer.Budget {
		return offer.Budget{Uses: startBudgets[i][0] + startBudgets[i][1], Shards: mostShards}
	}
	return shoppolicy.Policy{
		Version: "p1", Shop: shoppolicy.Shop{Name: "Shop", Currency: "EUR", Zone: "Europe/Athens"},
		Points: points.Scheme{
			Placed: true,
			Since:  noon.AddDate(-1, 0, 0), Earn: map[shop.Currency]int64{"EUR": 100}, Pending: 24 * time.Hour, Lives: 365 * 24 * time.Hour,
			Spend: points.Rate{Points: 100, Worth: 100}, Window: 365 * 24 * time.Hour,
		},
		Offers: []offer.Offer{
			{ID: "ship", Version: 1, Automatic: true, Effect: offer.Effect{Kind: offer.KindShipping}, Stacks: "shipping", PerCustomer: 1, Budget: budget(0)},
			{ID: "treat", Version: 1, Automatic: true, Effect: offer.Effect{Kind: offer.KindAmount, Amount: eur(100)}, On: mugs, Stacks: "treat", Budget: budget(1)},
			{ID: "ten", Version: 1, Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}, On: mugs, Days: 14, Budget: budget(2)},
			{ID: "five", Version: 1, Effect: offer.Effect{Kind: offer.KindPercent, Percent: 500}, Stacks: "five", Days: 14, Budget: budget(3)},
		},
	}
}()

// open stores the shop, and issues two coupons.
func (h *history) open(ctx context.Context) error {
	c := h.caller(callers, h.random, func() {})
	c.connect(watched{h.engine, c}, func() {})
	for _, o := range shopOfHistories.Offers {
		if err := c.store.EnsureBudget(ctx, o.ID, o.Version, o.Budget.Uses, o.Budget.Shards); err != nil {
			return err
		}
	}
	for id, category := range map[shop.ProductID]string{"mug-1": "Mug", "bag-1": "Bag"} {
		if err := c.store.SaveProduct(ctx, shop.Product{ID: id, Title: string(id), Category: category, Price: eur(1000), Revision: noon}); err != nil {
			return err
		}
	}
	for customer := range 2 {
		at := noon.AddDate(0, 0, -2)
		o := shop.Order{ID: shop.OrderID(fmt.Sprint("earlier-", customer)), Customer: customerNamed(customer), Placed: &shop.Placed{At: at, Revision: at, Total: eur(100 * startPoints)}}
		known := profile.Profile{}.Update(shop.Order{}, o, shop.OrderFact{Kind: shop.OrderPlaced, Order: o.ID, Customer: o.Customer, Placed: o.Placed})
		known.Points.Ledger = shopOfHistories.Points.Fold(nil, o)
		if err := c.store.SaveFold(ctx, dynamo.Fold{Order: o, Customer: o.Customer, Profile: known}); err != nil {
			return err
		}
	}
	c.issue(0)
	c.issue(3)
	return nil
}

// runCallers runs the callers as coroutines. After each call to the database a
// random one goes on.
func (h *history) runCallers() {
	type coroutine struct {
		next func() (struct{}, bool)
		stop func()
	}
	var waiting []coroutine
	for id := range callers {
		random := rand.New(rand.NewPCG(h.random.Uint64(), uint64(id)))
		next, stop := iter.Pull(func(yield func(struct{}) bool) {
			h.caller(id, random, func() { yield(struct{}{}) }).run()
		})
		waiting = append(waiting, coroutine{next, stop})
	}
	for len(waiting) > 0 {
		i := h.random.IntN(len(waiting))
		if _, more := waiting[i].next(); !more {
			waiting[i].stop()
			waiting = slices.Delete(waiting, i, i+1)
		}
	}
}

// check reads everything once more, lets porcupine judge, counts the uses, and
// lets time pass until nothing is held any more.
func (h *history) check(ctx context.Context) error {
	for h.wire.Arrive(0) {
	}
	last := h.caller(callers, h.random, func() {})
	last.connect(watched{h.engine, last}, func() {})
	for o := range mostOrders {
		last.transition("look at order", o, "GET", "", "")
	}
	end, err := h.read(ctx, last.store)
	if err != nil {
		return err
	}
	for k, p := range end.coupons {
		last.note(input{kind: "look at coupon", coupon: k}, output{ok: true, coupon: p}, last.tick())
	}
	for a, left := range end.left {
		last.note(input{kind: "look at budget", auto: a}, output{ok: true, left: left}, last.tick())
	}
	for i := range h.operations {
		if h.operations[i].Output.(output).unknown {
			h.operations[i].Return = h.clock + 1
		}
	}
	h.total.add(h)
	if h.broken != nil {
		return h.broken
	}
	if err := h.judge(); err != nil {
		return err
	}
	if err := end.addUp(); err != nil {
		return err
	}
	return h.close(ctx, last)
}

// judge lets porcupine check the operations.
func (h *history) judge() error {
	result, info := porcupine.CheckOperationsVerbose(model, h.operations, 30*time.Second)
	if result == porcupine.Ok {
		return nil
	}
	picture, err := os.CreateTemp("", "redemption-*.html") // it stays after the test
	if err != nil {
		return err
	}
	defer picture.Close()
	if err := porcupine.Visualize(model, info, picture); err != nil {
		return err
	}
	return fmt.Errorf("%d operations are not linearizable (%s); look at %s", len(h.operations), result, picture.Name())
}

// counts says how much was checked.
type counts struct {
	histories, calls, operations, unknown, answers, lost atomic.Int64

	mu      sync.Mutex
	outcome map[string]int64
}

func (c *counts) add(h *history) {
	c.histories.Add(1)
	c.operations.Add(int64(len(h.operations)))
	answers, lost := h.wire.Answers()
	c.answers.Add(int64(answers))
	c.lost.Add(int64(lost))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.outcome == nil {
		c.outcome = map[string]int64{}
	}
	for _, o := range h.operations {
		in, out := o.Input.(input), o.Output.(output)
		name := in.kind
		switch {
		case out.unknown:
			c.unknown.Add(1)
			name += "?"
		case !out.ok:
			name += ", refused"
		case in.reason != "":
			name += ": " + in.reason
		}
		c.outcome[name]++
	}
}

func (c *counts) log(t *testing.T) {
	percent := func(part, whole *atomic.Int64) float64 {
		return 100 * float64(part.Load()) / float64(max(whole.Load(), 1))
	}
	var what []string
	for _, kind := range slices.Sorted(maps.Keys(c.outcome)) {
		what = append(what, fmt.Sprintf("%s %d", kind, c.outcome[kind]))
	}
	t.Logf("%d calls in %d histories are linearizable, as %d operations of which %.1f %% ended unknown; of %d writes %.1f %% lost their answer for good\n%s",
		c.calls.Load(), c.histories.Load(), c.operations.Load(), percent(&c.unknown, &c.operations), c.answers.Load(), percent(&c.lost, &c.answers), strings.Join(what, " · "))
}
