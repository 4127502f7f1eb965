package dynamo_test

import (
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"golang.org/x/sync/errgroup"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/shop"
)

var (
	ops  = flag.Int("ops", 20_000, "number of operations that TestLinearizableOverMemory checks")
	seed = flag.Uint64("seed", 2026, "of the first history of TestLinearizableOverMemory; each next one has the next seed")
)

// A history is short, since the time to check one is exponential in the number
// of calls with unknown outcome.
const (
	workersEach    = 4
	tasksEach      = 6 // of each worker; a task is up to three operations
	reservationCap = 2 // below mostSends: the workers compete for reservations
)

// The calls of the store for one customer are linearizable: in any
// interleaving, with lost answers, each call looks as if it had been made at
// one instant. Workers take turns at random before each call to the tables; a
// seed always gives the same history.
func TestLinearizableOverMemory(t *testing.T) {
	var total counts
	var next atomic.Uint64
	next.Store(*seed)
	var checkers errgroup.Group
	for range runtime.GOMAXPROCS(0) {
		checkers.Go(func() error {
			for total.operations.Load() < int64(*ops) {
				seed := next.Add(1) - 1
				engine := memory.New(dynamotest.Definitions()...)
				h := &history{client: engine, tables: tablesAsDefined, customer: ann, random: rand.New(rand.NewPCG(seed, 0))}
				h.takeTurns()
				if err := h.check(t, &total); err != nil {
					return fmt.Errorf("seed %d (again: -run LinearizableOverMemory -seed %d -ops 1): %w", seed, seed, err)
				}
			}
			return nil
		})
	}
	must(t, checkers.Wait())
	total.log(t)
}

// The same over a real engine, on which the workers run concurrently.
func TestLinearizableOverARealEngine(t *testing.T) {
	if os.Getenv("DYNAMODB_ENDPOINT") == "memory" {
		t.Skip("TestLinearizableOverMemory covers this engine")
	}
	client, tables := dynamotest.Tables(t)
	var total counts
	for seed := uint64(1); total.operations.Load() < 2_000; seed++ {
		h := &history{client: client, tables: tables, customer: shop.CustomerID(fmt.Sprint("c-", seed)), random: rand.New(rand.NewPCG(seed, 0))}
		h.runAtOnce()
		must(t, h.check(t, &total))
	}
	total.log(t)
}

var tablesAsDefined = dynamo.Tables{
	Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings",
}

// history is the calls of several workers for one customer.
type history struct {
	client   dynamo.Client
	tables   dynamo.Tables
	customer shop.CustomerID
	random   *rand.Rand

	mu         sync.Mutex
	clock      int64
	wire       dynamotest.Wire
	unique     int
	operations []porcupine.Operation
	broken     error // errors that are no question of order
}

// takeTurns runs the workers as coroutines: after each call a random worker goes
// on.
func (h *history) takeTurns() {
	type coroutine struct {
		next func() (struct{}, bool)
		stop func()
	}
	var waiting []coroutine
	for id := range workersEach {
		random := rand.New(rand.NewPCG(h.random.Uint64(), uint64(id)))
		next, stop := iter.Pull(func(yield func(struct{}) bool) {
			h.worker(id, random, func() { yield(struct{}{}) }).run()
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

// runAtOnce runs the workers as goroutines.
func (h *history) runAtOnce() {
	var wg sync.WaitGroup
	for id := range workersEach {
		random := rand.New(rand.NewPCG(h.random.Uint64(), uint64(id)))
		w := h.worker(id, random, runtime.Gosched)
		wg.Go(w.run)
	}
	wg.Wait()
}

// check reads all items once more and checks the history with porcupine.
func (h *history) check(t *testing.T, total *counts) error {
	for h.wire.Arrive(0) {
	}
	last := h.worker(workersEach, h.random, func() {})
	last.client.Client, last.store = h.client, dynamo.New(h.client, h.tables)
	last.readContact()
	for i := range mostSends {
		last.readSend(i)
	}
	end := h.clock + 1
	for i := range h.operations {
		if h.operations[i].Output.(answer).unknown {
			h.operations[i].Return = end
		}
	}
	total.add(h)
	if h.broken != nil {
		return h.broken
	}
	result, info := porcupine.CheckOperationsVerbose(model, h.operations, 30*time.Second)
	if result == porcupine.Ok {
		return nil
	}
	picture, err := os.CreateTemp("", "linearizable-*.html") // it stays after the test
	if err != nil {
		return err
	}
	defer picture.Close()
	if err := porcupine.Visualize(model, info, picture); err != nil {
		return err
	}
	return fmt.Errorf("%d operations are not linearizable (%s); see %s", len(h.operations), result, picture.Name())
}

// counts are the numbers that show whether the histories were hard enough.
type counts struct {
	histories, operations, claims, refusedSend, refusedContact, unknown, answers, lost atomic.Int64
}

func (c *counts) add(h *history) {
	c.histories.Add(1)
	c.operations.Add(int64(len(h.operations)))
	answers, lost := h.wire.Answers()
	c.answers.Add(int64(answers))
	c.lost.Add(int64(lost))
	for _, o := range h.operations {
		a := o.Output.(answer)
		if a.unknown {
			c.unknown.Add(1)
		}
		if o.Input.(call).kind != "claim" {
			continue
		}
		c.claims.Add(1)
		if a.sendRefused {
			c.refusedSend.Add(1)
		}
		if a.contactRefused {
			c.refusedContact.Add(1)
		}
	}
}

func (c *counts) log(t *testing.T) {
	percent := func(part, whole *atomic.Int64) float64 {
		return 100 * float64(part.Load()) / float64(max(whole.Load(), 1))
	}
	t.Logf("%d operations in %d histories are linearizable; of %d writes %.1f %% lost their answer for good, and %.1f %% of the operations ended unknown;"+
		" of %d claims %.1f %% met another worker's send and %.1f %% a changed contact",
		c.operations.Load(), c.histories.Load(), c.answers.Load(), percent(&c.lost, &c.answers), percent(&c.unknown, &c.operations),
		c.claims.Load(), percent(&c.refusedSend, &c.claims), percent(&c.refusedContact, &c.claims))
}
