package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"regulars/infra/proof/simulate/clockwork"
	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/content"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/message"
	"regulars/shared/policycache"
	"regulars/shared/sendoutcome"
	"regulars/shared/sendrate"
)

// setting is what one trial is about.
type setting struct {
	containers int     // of send
	rate       float64 // messages a second that SES allows
	messages   int
	shards     int // of the budget of the coupon that each message has; 0: none has one
	cpu        time.Duration
	seed       uint64
}

const (
	batch   = 10               // messages of one call of send, as in template.yaml
	timeout = 30 * time.Second // of send

	settleBatch = 100             // events of one call of settle
	window      = 3 * time.Second // for which they gather

	share  = 256.0 / 1769 // of a processor that 256 MB of memory come with
	tenant = "trial"
)

// start is a Saturday at ten, when weekly-picks runs.
var start = time.Date(2026, 6, 6, 10, 0, 0, 0, time.UTC)

// trial is one run on a virtual clock.
type trial struct {
	setting

	clock     *clockwork.Clockwork
	random    *rand.Rand
	latencies map[string]latency
	items     map[string]*item
	store     *dynamo.Store // over the network
	plain     *dynamo.Store // at once; for what is read once a minute, and to prepare

	intents []campaign.Intent // visible on send's queue
	events  [][]byte          // visible on settle's queue

	accepted map[string]int // by address
	sends    map[string]int // by send
	times    []time.Duration
	settled  int           // events of SES
	dry      time.Duration // when the queue was empty for the first time
	waits    int           // messages that were stored as waiting and woken
	report   func(done int)
}

// run plays the setting to its end: every message is accepted.
func run(s setting, report func(done int)) (*trial, error) {
	latencies, err := readLatencies(latenciesFile)
	if err != nil {
		return nil, err
	}
	w := &trial{
		setting: s, clock: clockwork.New(start), random: rand.New(rand.NewPCG(s.seed, 17)), latencies: latencies,
		items: map[string]*item{}, accepted: map[string]int{}, sends: map[string]int{}, report: report,
	}
	engine := memory.New(dynamotest.Definitions()...)
	w.store, w.plain = dynamo.New(&client{engine, w}, tables), dynamo.New(engine, tables)
	w.store.Pause = func(ctx context.Context, attempt int) error {
		clockwork.From(ctx).Wait(time.Duration(w.random.Int64N(int64(10*time.Millisecond) << min(attempt-1, 6))))
		return nil
	}
	if err := w.prepare(); err != nil {
		return nil, err
	}
	for n := range s.containers { // Lambda starts them within some seconds
		w.clock.Go(time.Duration(n%50)*20*time.Millisecond, w.sender(fmt.Sprint("send-", n)), func(bool) {})
	}
	for n := range max(2, int(s.rate/40)) {
		w.clock.Go(time.Duration(n)*time.Millisecond, w.settler(), func(bool) {})
	}
	w.clock.Go(time.Minute, w.ticker(), func(bool) {})
	for w.clock.Next() {
		if w.clock.Passed() > 24*time.Hour {
			return nil, fmt.Errorf("after a day of virtual time %d of %d messages were accepted", len(w.times), s.messages)
		}
	}
	return w, nil
}

// over reports whether all messages were accepted and all events processed.
func (w *trial) over() bool { return len(w.times) >= w.messages && w.settled >= len(w.times) }

// sender returns the work of a container of send: it takes batches until all is over.
func (w *trial) sender(name string) func(context.Context) {
	names := 0
	fresh := func() string { names++; return name + "." + strconv.Itoa(names) }
	inForce := policycache.New(w.plain, w.clock.Now, message.Renderer{})
	d := &dispatch.Dispatcher{
		Claims: w.store, Attempts: w.store,
		Reader: &dispatch.Reader{Customers: w.store, InForce: inForce, Breakers: inForce, Tenant: tenant, Links: links(), CodeKeys: [][]byte{key}, BaseURL: "https://preferences.example.com/"},
		SES:    w, Now: w.clock.Now, Owner: fresh, Count: func(string, int) {},
		Sleep:   func(ctx context.Context, d time.Duration) error { clockwork.From(ctx).Wait(d); return nil },
		Pace:    &sendrate.Pacer{Store: w.store, Quota: w.quota, Now: w.clock.Now, By: fresh, Turn: new(turns).wait},
		Breaker: &breaker.Keeper{Store: w.store, Now: w.clock.Now},
	}
	processor := new(turns)
	return func(ctx context.Context) {
		for !w.over() {
			taken := w.intents[:min(batch, len(w.intents))]
			w.intents = w.intents[len(taken):]
			if len(w.intents) == 0 && w.dry == 0 {
				w.dry = w.clock.Passed()
			}
			if len(taken) == 0 {
				clockwork.From(ctx).Wait(200 * time.Millisecond)
				continue
			}
			w.wait(ctx, "ReceiveMessage")
			w.sideBySide(ctx, len(taken), func(ctx context.Context, i int) {
				w.compute(ctx, processor, w.cpu)
				if err := d.Take(ctx, taken[i], false); err != nil {
					w.clock.After(6*timeout, func() { w.intents = append(w.intents, taken[i]) })
				}
			})
		}
	}
}

// compute takes processor time: the messages of a container share its part of a
// processor.
func (w *trial) compute(ctx context.Context, processor *turns, cpu time.Duration) {
	end, _ := processor.wait(ctx)
	clockwork.From(ctx).Wait(time.Duration(float64(cpu) / share))
	end()
}

// settler returns the work of a container of settle: it takes batches of SES's events.
func (w *trial) settler() func(context.Context) {
	r := w.recorder()
	processor := new(turns)
	return func(ctx context.Context) {
		for !w.over() {
			if len(w.events) < settleBatch {
				clockwork.From(ctx).Wait(window)
			}
			taken := w.events[:min(settleBatch, len(w.events))]
			w.events = w.events[len(taken):]
			if len(taken) == 0 {
				continue
			}
			w.wait(ctx, "ReceiveMessage")
			w.sideBySide(ctx, len(taken), func(ctx context.Context, i int) {
				w.compute(ctx, processor, w.cpu/10)
				if err := r.SESEvent(ctx, taken[i]); err != nil {
					w.events = append(w.events, taken[i])
					return
				}
				w.settled++
			})
			r.Tally(ctx)
		}
	}
}

// ticker returns the work of settle's clock: it wakes waiting messages each minute.
func (w *trial) ticker() func(context.Context) {
	r := w.recorder()
	r.Pace = func(ctx context.Context) (int, error) {
		state, _, err := w.store.SendRate(ctx, 0)
		return state.PerMinute(w.clock.Now()), err
	}
	return func(ctx context.Context) {
		for !w.over() {
			_ = r.Tick(ctx) // what fails stays due
			clockwork.From(ctx).Wait(time.Minute)
		}
	}
}

func (w *trial) recorder() *sendoutcome.Recorder {
	return &sendoutcome.Recorder{
		Sends: w.store, Due: w.store, Contacts: w.store, Intents: w, Count: func(string, int) {}, Now: w.clock.Now,
		Breaker: &breaker.Keeper{Store: w.store, Now: w.clock.Now},
	}
}

// Put puts woken intents on send's queue.
func (w *trial) Put(ctx context.Context, values ...any) error {
	w.wait(ctx, "ReceiveMessage")
	for _, v := range values {
		w.intents = append(w.intents, v.(campaign.Intent))
		w.waits++
	}
	return nil
}

// Send is SES: it takes every message.
func (w *trial) Send(ctx context.Context, m content.Mail) (string, error) {
	w.wait(ctx, "SendEmail")
	w.times = append(w.times, w.clock.Passed())
	w.accepted[strings.ToLower(m.To)]++
	w.sends[m.Tags["send_id"]]++
	id := "ses-" + strconv.Itoa(len(w.times))
	w.clock.After(3*time.Second, func() { w.events = append(w.events, eventOf("Email Delivered", id, m)) })
	w.report(len(w.times))
	return id, nil
}

func (w *trial) quota(ctx context.Context) (sendrate.Quota, error) {
	w.wait(ctx, "GetAccount")
	return sendrate.Quota{PerSecond: w.rate, PerDay: -1}, nil
}

func (w *trial) wait(ctx context.Context, call string) {
	clockwork.From(ctx).Wait(w.latencies[call].draw(w.random))
}

// sideBySide does n things as tasks of their own, and waits for all. Every intent of a
// trial is of another customer.
func (w *trial) sideBySide(ctx context.Context, n int, do func(ctx context.Context, i int)) {
	caller, left := clockwork.From(ctx), n
	for i := range n {
		w.clock.Go(0, func(ctx context.Context) { do(ctx, i) }, func(bool) {
			if left--; left == 0 {
				caller.Unpark()
			}
		})
	}
	caller.Park()
}

// turns lets the tasks of a container do something one after the other.
type turns struct {
	held    bool
	waiting []*clockwork.Task
}

func (q *turns) wait(ctx context.Context) (end func(), err error) {
	for t := clockwork.From(ctx); q.held; {
		q.waiting = append(q.waiting, t)
		t.Park()
	}
	q.held = true
	return func() {
		q.held = false
		if len(q.waiting) > 0 {
			q.waiting[0].Unpark()
			q.waiting = q.waiting[1:]
		}
	}, nil
}
