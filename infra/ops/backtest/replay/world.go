package replay

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/contactchange"
	"regulars/shared/content"
	"regulars/shared/decide"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/journey"
	"regulars/shared/journeyadvance"
	"regulars/shared/linktoken"
	"regulars/shared/planning"
	"regulars/shared/recommend"
	"regulars/shared/recommend/live"
	"regulars/shared/recording"
	"regulars/shared/sendoutcome"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// This file puts the production code together, as the functions' mains do.

// tenant names the sends. Two shops, or two replays, never share a table.
const tenant = "backtest"

func newWorld(ctx context.Context, p Past) (*world, error) {
	links, err := linktoken.New(map[string][]byte{"backtest": []byte(rand.Text() + rand.Text() + rand.Text())}, "backtest")
	if err != nil {
		return nil, err
	}
	w := &world{
		past: p, now: p.From, held: map[Hold]map[shop.SendID]bool{}, claimed: map[shop.SendID]claim.Send{},
		store: dynamo.New(memory.New(dynamotest.Definitions()...), dynamo.Tables{
			Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings",
		}),
	}
	w.store.KeepProfiles() // each run of each day lists them
	w.queues.send, w.queues.plan, w.queues.journey = &queue{}, &queue{}, &queue{}
	clock := func() time.Time { return w.now }
	known := func(context.Context) (shoppolicy.Policy, error) { return w.past.Policy, nil }
	w.recorder = &recording.Recorder{
		Orders: w.store, Shop: catalogue{w}, Contacts: contactchange.Keeper{Store: w.store, Mailbox: p.Mailbox}, Policy: known,
		Intents: w.queues.send, Runs: w.queues.plan, Entries: w.queues.journey, Now: clock,
		Erasures: w.store, Name: func(id shop.CustomerID) string { return string(id) },
	}
	w.planner = &planning.Planner{
		Runs: w.store, Pages: w.store, Ticks: w.store, Profiles: w.store, Halts: w, Records: w.store, Tenant: tenant, Products: catalogue{w},
		Model: w.Model, Policy: known, Latest: known, Own: w.queues.plan, Intents: w.queues.send, Entries: w.queues.journey, Now: clock,
		Items: func(context.Context) (int64, error) { return int64(len(p.Profiles)), nil },
	}
	w.sender = &dispatch.Dispatcher{
		Claims: claims{w.store, w}, Attempts: w.store, SES: w, Runs: w.store, Now: clock,
		Owner: func() string { w.owners++; return fmt.Sprint("worker-", w.owners) },
		Reader: &dispatch.Reader{
			Customers: customers{w.store, catalogue{w}}, InForce: w, Breakers: w,
			Tenant: tenant, Links: links, CodeKeys: [][]byte{[]byte(rand.Text())}, BaseURL: "https://backtest.invalid/",
		},
	}
	w.settler = &sendoutcome.Recorder{Sends: w.store, Due: w.store, Contacts: w.store, Intents: w.queues.send, Count: func(string, int) {}, Now: clock}
	w.mover = &journeyadvance.Mover{Positions: positions{w.store, w}, Due: w.store, Customers: w.store, InForce: w, Intents: w.queues.send, Now: clock}
	for _, o := range p.Policy.Offers {
		if err := w.store.EnsureBudget(ctx, o.ID, o.Version, o.Budget.Uses, o.Budget.Shards); err != nil {
			return nil, err
		}
	}
	return w, w.begin(ctx)
}

// Policy, Look, Model and Breakers make a world what is in force.
func (w *world) Policy(context.Context) (shoppolicy.Policy, error) { return w.past.Policy, nil }
func (w *world) Look(context.Context) (shoppolicy.Policy, error)   { return w.past.Policy, nil }
func (w *world) Model(context.Context) (recommend.Model, error)    { return w.past.Model, nil }
func (w *world) Breakers(context.Context) (breaker.Now, error)     { return breaker.Now{}, nil }
func (w *world) ForgetBreakers()                                   {}

// Send makes a world SES: it accepts every message.
func (w *world) Send(_ context.Context, m content.Mail) (string, error) {
	d := w.claimed[shop.SendID(m.Tags["send_id"])]
	delete(w.claimed, d.ID)
	sent := Message{At: w.now, Send: d.ID, Campaign: d.Intent.Campaign, Customer: d.Intent.Customer, Class: d.Class, Language: d.Language}
	if d.Coupon != nil {
		sent.Offer = d.Coupon.Offer
		var e decide.Explanation
		if err := json.Unmarshal(d.Explained, &e); err == nil && e.Offer != nil {
			sent.Value = e.Offer.Value
		}
	}
	w.messages = append(w.messages, sent)
	return "replayed-" + string(d.ID), nil
}

// claims notes what is claimed, and when what waits is to be decided again.
type claims struct {
	*dynamo.Store
	w *world
}

func (c claims) Claim(ctx context.Context, wanted claim.Claim) error {
	err := c.Store.Claim(ctx, wanted)
	if err == nil {
		c.w.claimed[wanted.Send.ID] = wanted.Send
	}
	return err
}

func (c claims) End(ctx context.Context, d claim.Send) error {
	err := c.Store.End(ctx, d)
	if err == nil && d.State == claim.Queued {
		c.w.wake(d.Wake)
		hold := Hold{d.Intent.Campaign, d.Reason.Code}
		if c.w.held[hold] == nil {
			c.w.held[hold] = map[shop.SendID]bool{}
		}
		c.w.held[hold][d.ID] = true
	}
	return err
}

// positions notes when a customer in a journey is due.
type positions struct {
	*dynamo.Store
	w *world
}

func (s positions) SavePosition(ctx context.Context, p journey.Position, rev dynamo.Rev) error {
	err := s.Store.SavePosition(ctx, p, rev)
	if err == nil && p.End == "" {
		s.w.wake(p.Due)
	}
	return err
}

// catalogue is today's, and does not change.
type catalogue struct{ w *world }

func (c catalogue) Items(_ context.Context, _ recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	found := map[shop.ProductID]recommend.Item{}
	for _, id := range ids {
		if item, ok := c.w.past.Items[id]; ok {
			found[id] = item
		}
	}
	return found, nil
}

func (c catalogue) Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error) {
	return c.Items(ctx, as, ids)
}

func (c catalogue) LeadingTo(context.Context, recommend.Model, shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	return c.w.past.Items, nil
}

func (catalogue) RecordProduct(context.Context, shop.Product, dynamo.News) ([]campaign.Start, error) {
	return nil, nil
}

func (catalogue) SaveListing(context.Context, shop.Listing, dynamo.News) ([]campaign.Start, error) {
	return nil, nil
}
func (catalogue) Count(context.Context, []live.Change) error { return nil }

// customers are those of the tables, with today's catalogue.
type customers struct {
	*dynamo.Store
	catalogue
}

func (c customers) Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	return c.catalogue.Items(ctx, as, ids)
}

func (c customers) Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error) {
	return c.catalogue.Sources(ctx, as, ids, counted)
}

// queue is a queue in memory, first in, first out. planning puts several requests on it
// at the same time.
type queue struct {
	mu     sync.Mutex
	bodies [][]byte
}

func (q *queue) Put(_ context.Context, values ...any) error {
	for _, value := range values {
		body, err := json.Marshal(value)
		if err != nil {
			return err
		}
		q.mu.Lock()
		q.bodies = append(q.bodies, body)
		q.mu.Unlock()
	}
	return nil
}

// pop returns the first message; nil if there is none.
func (q *queue) pop() []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.bodies) == 0 {
		return nil
	}
	first := q.bodies[0]
	q.bodies[0] = nil
	q.bodies = q.bodies[1:]
	return first
}

// times is a heap of times, the earliest first.
type times []time.Time

func (t times) Len() int           { return len(t) }
func (t times) Less(i, j int) bool { return t[i].Before(t[j]) }
func (t times) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *times) Push(x any)        { *t = append(*t, x.(time.Time)) }
func (t *times) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}

// result reads what the replay left.
func (w *world) result(ctx context.Context, events int) (Result, error) {
	r := Result{Messages: w.messages, Held: map[Hold]int{}, Left: map[shop.OfferID]int{}, Events: events}
	for hold, sends := range w.held {
		r.Held[hold] = len(sends)
	}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		var err error
		page.After, err = w.store.Sends(ctx, page, func(d claim.Send) error {
			r.Sends = append(r.Sends, d)
			return nil
		})
		if err != nil {
			return r, err
		}
	}
	for _, o := range w.past.Policy.Offers {
		shards, err := w.store.Budget(ctx, o.ID, o.Version)
		if err != nil {
			return r, err
		}
		for _, left := range shards {
			r.Left[o.ID] += left
		}
	}
	return r, nil
}
