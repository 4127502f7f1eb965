package planning

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/infra/local/queue/queuetest"
	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var (
	// saturday is the time of the tests: half an hour after the run of the
	// weekly campaign, and half an hour before that of the daily one.
	saturday = time.Date(2026, 11, 21, 10, 30, 0, 0, time.UTC)
	ten      = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) // the weekly campaign's run
)

// fixture is a handler with tables and queues of the local cloud.
type fixture struct {
	*Planner
	store  *dynamo.Store
	queues *queuetest.Queues
}

func newFixture(t testing.TB, store *dynamo.Store) fixture {
	t.Helper()
	queues := queuetest.New(t, "Plan", "Send", "Journey", "DeadLetters")
	return fixture{
		Planner: &Planner{
			Runs: store, Pages: store, Ticks: store, Profiles: store, Halts: store, Records: store, Tenant: "test", Products: store, Model: func(context.Context) (recommend.Model, error) { return recommend.Model{}, nil }, Policy: inForce(), Latest: inForce(),
			Own: queues.Queue("Plan"), Intents: queues.Queue("Send"), Entries: queues.Queue("Journey"), Dead: queues.Queue("DeadLetters"),
			Items: func(context.Context) (int64, error) { return 8_000, nil },
			Now:   func() time.Time { return saturday },
		},
		store: store, queues: queues,
	}
}

// populated returns a fixture with this number of customers. Customer i has i
// modulo 4 orders, the last of them about i days ago.
func populated(t testing.TB, customers int) fixture {
	t.Helper()
	return populate(t, newFixture(t, dynamotest.Store(t)), customers)
}

func populate(t testing.TB, h fixture, customers int) fixture {
	t.Helper()
	history := dynamo.History{}
	for i := range customers {
		p := profile.Profile{ID: shop.CustomerID(fmt.Sprintf("c-%04d", i))}
		for o := range i % 4 {
			p.Orders = append(p.Orders, profile.Visit{
				Order: shop.OrderID(fmt.Sprintf("o-%d-%d", i, o)), At: ten.AddDate(0, 0, -i-3+o), Net: shop.Money{Minor: 1000, Currency: "GBP"},
			})
		}
		history.Profiles = append(history.Profiles, p)
	}
	must(t, h.store.Import(t.Context(), history))
	return h
}

// withdrawn changes a contact by an opt-out of promotions.
func withdrawn(c frequency.Contact) (frequency.Contact, bool) {
	return c.WithConsent(shop.TopicPromotions, false, ten), true
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// inForce returns a policy with two scheduled campaigns and a triggered one.
// The audience of weekly is the customers with two orders or more and one of
// the last 28 days.
func inForce() func(context.Context) (shoppolicy.Policy, error) {
	audience, err := condition.Parse("customer.orders >= 2 && customer.days_since_last_order <= 28", "GBP")
	if err != nil {
		panic(err)
	}
	p := shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Campaigns: []campaign.Campaign{
		{ID: "daily", Version: 1, Schedule: "0 11 * * *", NotAfter: 24 * time.Hour, Class: shop.ClassPromotion},
		{ID: "thanks", Version: 1, On: []shop.OrderKind{shop.OrderPlaced}, NotAfter: 48 * time.Hour, Class: shop.ClassService},
		{ID: "weekly", Version: 3, Schedule: "0 10 * * 6", Audience: audience, NotAfter: 36 * time.Hour, Class: shop.ClassPromotion},
	}}
	return func(context.Context) (shoppolicy.Policy, error) { return p, nil }
}

// fixed returns p as the policy in force.
func fixed(p shoppolicy.Policy) func(context.Context) (shoppolicy.Policy, error) {
	return func(context.Context) (shoppolicy.Policy, error) { return p, nil }
}

// audience returns the audience of weekly among this number of populated
// customers.
func audience(customers int) (all []shop.CustomerID) {
	for i := range customers {
		orders := i % 4
		if last := i + 3 - (orders - 1); orders >= 2 && last <= 28 {
			all = append(all, shop.CustomerID(fmt.Sprintf("c-%04d", i)))
		}
	}
	return all
}

// tick calls the handler with one tick.
func (h fixture) tick(t testing.TB) error {
	t.Helper()
	_, err := h.Handle(t.Context(), json.RawMessage(`{"detail-type":"campaign.tick"}`))
	return err
}

// handle gives the bodies to the handler as one batch, and returns those that
// the handler reports as failed, which the queue delivers again.
func (h fixture) handle(t testing.TB, ctx context.Context, bodies ...string) (again []string) {
	t.Helper()
	batch := events.SQSEvent{Records: []events.SQSMessage{}}
	for i, body := range bodies {
		batch.Records = append(batch.Records, events.SQSMessage{MessageId: fmt.Sprint(i), Body: body})
	}
	payload, err := json.Marshal(batch)
	must(t, err)
	answer, err := h.Handle(ctx, payload)
	must(t, err)
	for _, failed := range answer.(events.SQSEventResponse).BatchItemFailures {
		at := slices.IndexFunc(batch.Records, func(m events.SQSMessage) bool { return m.MessageId == failed.ItemIdentifier })
		again = append(again, bodies[at])
	}
	return again
}

// work gives the messages on plan's queue to the handler, failed ones again,
// until the queue is empty.
func (h fixture) work(t testing.TB) {
	t.Helper()
	bodies := h.on(t, "Plan")
	for range 20 {
		if len(bodies) == 0 {
			return
		}
		bodies = append(h.handle(t, t.Context(), bodies...), h.on(t, "Plan")...)
	}
	t.Fatal("plan's queue is not empty after 20 batches")
}

// on takes all messages off a queue and returns their bodies, with the faults
// of a refused one on a line before it.
func (h fixture) on(t testing.TB, name string) (bodies []string) {
	t.Helper()
	for {
		messages, err := h.queues.Receive(t.Context(), name, 10, 0, nil)
		must(t, err)
		if len(messages) == 0 {
			return bodies
		}
		for _, m := range messages {
			body := m.Body
			if faults := m.Attributes["Faults"].StringValue; faults != nil {
				body = *faults + "\n" + body
			}
			bodies = append(bodies, body)
		}
	}
}

// planned takes all intents off send's queue.
func (h fixture) planned(t testing.TB) (intents []campaign.Intent) {
	t.Helper()
	for _, body := range h.on(t, "Send") {
		intent, faults := campaign.ReadIntent([]byte(body))
		if len(faults) > 0 {
			t.Fatalf("the intent %s has faults: %v", body, faults)
		}
		intents = append(intents, intent)
	}
	return intents
}

// customersOf returns the customers of the intents, sorted, with repetitions.
func customersOf(intents []campaign.Intent) (all []shop.CustomerID) {
	for _, i := range intents {
		all = append(all, i.Customer)
	}
	slices.Sort(all)
	return all
}

// runEventOf returns the event that requests a run, in the form that a shop
// emits.
func runEventOf(c string, at time.Time) string {
	return fmt.Sprintf(`{"version":"0","id":"e-1","detail-type":"campaign.run","source":"shop","time":%q,"detail":{"version":"1","campaign":%q,"run":%[1]q}}`,
		at.Format(time.RFC3339), c)
}
