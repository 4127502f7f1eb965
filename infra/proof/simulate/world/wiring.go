package world

import (
	"context"
	"strconv"
	"sync"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/contactchange"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/mailbox"
	"regulars/shared/sendoutcome"
	"regulars/shared/sendrate"
	"regulars/shared/shop"
)

// This file is the only one that puts production code together, as the functions'
// mains do. What a Dispatcher or a Recorder needs more, it gets here.

// Timeouts of the functions and queues, as in template.yaml.
const (
	sendLimit        = 30 * time.Second
	settleLimit      = 60 * time.Second
	preferencesLimit = 10 * time.Second
	sendVisibility   = 180 * time.Second
	settleVisibility = 363 * time.Second
	sendBatch        = 10
	settleBatch      = 10
)

const tenant = "simulated"

var tables = dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"}

var (
	sesClient = sync.OnceValue(newSESClient)

	codeKey    = []byte("a key of thirty-two bytes or more")
	mailboxKey = mailbox.Key(codeKey)

	links = sync.OnceValue(func() *linktoken.Signer {
		s, err := linktoken.New(map[string][]byte{"k1": codeKey}, "k1")
		if err != nil {
			panic("world: " + err.Error())
		}
		return s
	})
)

// Swap replaces parts of production by others, so that tests can plant faults
// and see the judge find them. A nil one stays as it is.
type Swap struct {
	Claims   func(dispatch.Claims) dispatch.Claims
	Attempts func(dispatch.Attempts) dispatch.Attempts
	SES      func(dispatch.SES) dispatch.SES
	Client   func(dynamo.Client) dynamo.Client
	Skew     time.Duration // of every other sender's clock, besides its own
}

// sender returns a worker of the send function.
func (w *World) sender() *worker {
	t := w.newWorker("send", sendLimit)
	t.born, t.queue = w.sender, w.sendQueue
	if w.born%2 == 0 {
		t.skew += w.swap.Skew
	}
	var claims dispatch.Claims = w.store
	if w.swap.Claims != nil {
		claims = w.swap.Claims(claims)
	}
	var attempts dispatch.Attempts = w.store
	if w.swap.Attempts != nil {
		attempts = w.swap.Attempts(attempts)
	}
	var out dispatch.SES = sesClient()
	if w.swap.SES != nil {
		out = w.swap.SES(out)
	}
	names := 0
	fresh := func() string {
		names++
		return t.name + "." + strconv.Itoa(names)
	}
	inForce := &cache{worker: t, at: -1}
	d := &dispatch.Dispatcher{
		Claims: claims, Attempts: attempts,
		Reader: &dispatch.Reader{
			Customers: w.store, InForce: inForce,
			Tenant: tenant, Links: links(), CodeKeys: [][]byte{codeKey}, BaseURL: "https://preferences.example.com/",
		},
		SES: out, Now: t.now, Owner: fresh, Count: func(string, int) {},
		Sleep: func(ctx context.Context, d time.Duration) error {
			workerOf(ctx).Wait(d)
			return nil
		},
	}
	if w.paced {
		d.Pace = &sendrate.Pacer{Store: w.store, Quota: sesClient().Quota, Now: t.now, By: fresh, Turn: new(turns).wait}
	}
	if w.breakers {
		d.Reader.Breakers, d.Breaker = inForce, &breaker.Keeper{Store: w.store, Now: t.now}
	}
	t.serve = func(ctx context.Context, batch []*queueMessage) {
		t.each(ctx, batch, func(ctx context.Context, l *queueMessage) error {
			lane := workerOf(ctx)
			lane.answered = nil
			err := d.Take(ctx, l.intent, l.received > 1)
			if err == nil {
				for _, n := range lane.answered {
					w.history.Accepted[n].Acknowledged = true
				}
			}
			return err
		}, func() {})
	}
	return t
}

// settler returns what a worker of the settle function runs.
func (w *World) settler(t *worker) *sendoutcome.Recorder {
	s := &sendoutcome.Recorder{
		Sends: w.store, Due: dueIndex{w}, Contacts: w.store, Intents: w.sendQueue,
		Count: func(string, int) {}, Now: t.now,
	}
	if w.paced {
		s.Pace = func(ctx context.Context) (int, error) {
			state, _, err := w.store.SendRate(ctx, 0)
			return state.PerMinute(t.now()), err
		}
	}
	if w.breakers {
		s.Breaker = &breaker.Keeper{Store: w.store, Now: t.now}
	}
	return s
}

// listener returns a worker of the settle function for SES's events.
func (w *World) listener() *worker {
	t := w.newWorker("settle", settleLimit)
	t.born, t.queue = w.listener, w.settleQueue
	s := w.settler(t)
	t.serve = func(ctx context.Context, batch []*queueMessage) {
		t.each(ctx, batch, func(ctx context.Context, l *queueMessage) error {
			err := s.SESEvent(ctx, l.event)
			if err == nil {
				w.history.SESEvents = append(w.history.SESEvents, l.reported)
				w.complained(l.reported)
			}
			return err
		}, func() { s.Tally(ctx) })
	}
	return t
}

// ticker returns a worker of the settle function for one tick of the clock.
func (w *World) ticker() *worker {
	t := w.newWorker("clock", settleLimit)
	s := w.settler(t)
	t.serve = func(ctx context.Context, _ []*queueMessage) {
		answer := "ok"
		if err := s.Tick(ctx); err != nil {
			answer = errorOf(err)
		}
		w.step(t.name, "tick", "", NoFault, answer)
	}
	return t
}

// clicker returns a worker of the preferences function, at a click on the link of a
// message to the address.
func (w *World) clicker(customer shop.CustomerID, address string, given bool, answered func(ok bool)) *worker {
	t := w.newWorker("click", preferencesLimit)
	t.serve = func(ctx context.Context, _ []*queueMessage) {
		var err error
		if box, now := mailboxKey.Mailbox(address), shop.Millis(t.now()); given {
			yes := contactchange.Choice{Given: []shop.ConsentStatement{{Topic: shop.TopicPromotions}}}
			err = contactchange.Choose(ctx, w.store, customer, box, now, yes)
		} else {
			err = contactchange.OptOut(ctx, w.store, customer, box, now)
		}
		t.Wait(w.latency())
		answered(err == nil)
	}
	return t
}

// recorder returns a worker of the record function that does one change of a
// customer or of a contact.
func (w *World) recorder(name string, change func(context.Context, contactchange.Keeper) error, answered func(ok bool)) *worker {
	t := w.newWorker(name, sendLimit)
	t.serve = func(ctx context.Context, _ []*queueMessage) {
		err := change(ctx, contactchange.Keeper{Store: w.store, Mailbox: mailboxKey.Mailbox})
		answered(err == nil)
	}
	return t
}

// rival returns a worker that changes the customer's wishes.
func (w *World) rival(customer shop.CustomerID, change func(frequency.Wishes) frequency.Wishes) *worker {
	t := w.newWorker("rival", preferencesLimit)
	t.serve = func(ctx context.Context, _ []*queueMessage) {
		err := w.store.UpdateContact(ctx, customer, func(c frequency.Contact) (frequency.Contact, bool) {
			c.Wishes = change(c.Wishes)
			return c, true
		})
		answer := "ok"
		if err != nil {
			answer = errorOf(err)
		}
		w.step(t.name, "wishes", string(customer), NoFault, answer)
	}
	return t
}
