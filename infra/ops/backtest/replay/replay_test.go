//go:build !race

package replay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/infra/demo"
	"regulars/infra/ops/backtest/replay"
	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/contactchange"
	"regulars/shared/content"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/journeyadvance"
	"regulars/shared/linktoken"
	"regulars/shared/planning"
	"regulars/shared/policyfiles"
	"regulars/shared/recommend"
	"regulars/shared/recording"
	"regulars/shared/sendoutcome"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// past returns the demo's year, of one in N customers.
func past(t testing.TB, every int, from, to time.Time) (replay.Past, demo.Story) {
	t.Helper()
	policy, err := policyfiles.Load(os.DirFS("../../../shop"), celcheck.Compile, mjml.Compile, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	story, err := demo.Tell(noon)
	if err != nil {
		t.Fatal(err)
	}
	history, err := demo.Fold(story.History)
	if err != nil {
		t.Fatal(err)
	}
	p := replay.Past{
		Policy: policy, Items: map[shop.ProductID]recommend.Item{}, From: from, To: to,
		Mailbox: func(address string) shop.Mailbox { return shop.Mailbox("m-" + address) },
	}
	kept := map[shop.CustomerID]bool{}
	for i, of := range history.Profiles {
		if i%every == 0 {
			kept[of.ID] = true
			p.Profiles = append(p.Profiles, of)
		}
	}
	for _, o := range history.Orders {
		if kept[o.Customer] {
			p.Orders = append(p.Orders, o)
		}
	}
	for i, product := range story.Products {
		p.Items[product.ID] = recommend.Item{Product: product}
		if i%60 == 0 {
			p.Model.Popular = append(p.Model.Popular, recommend.Popular{Product: product.ID, Customers: 500 - i/60})
		}
	}
	p.Model.Version = "2026-11-21T03:00:00Z"
	return p, story
}

func kept(p replay.Past, id shop.OrderID) bool {
	return slices.ContainsFunc(p.Orders, func(o shop.Order) bool { return o.ID == id })
}

// shopLive is the shop as the functions run it: each event comes as EventBridge
// delivers it, and the clock ticks each minute. It shares no code with the replay but
// that of the functions.
type shopLive struct {
	policy   shoppolicy.Policy
	model    recommend.Model
	store    *dynamo.Store
	now      time.Time
	claims   int
	sent     map[shop.SendID]time.Time
	send     bodies
	plan     bodies
	journey  bodies
	recorder *recording.Recorder
	planner  *planning.Planner
	sender   *dispatch.Dispatcher
	settler  *sendoutcome.Recorder
	mover    *journeyadvance.Mover
}

// bodies is a queue. planning puts several requests on it at the same time.
type bodies struct {
	mu  sync.Mutex
	all []string
}

func (b *bodies) Put(_ context.Context, values ...any) error {
	for _, value := range values {
		body, err := json.Marshal(value)
		if err != nil {
			return err
		}
		b.mu.Lock()
		b.all = append(b.all, string(body))
		b.mu.Unlock()
	}
	return nil
}

func (l *shopLive) Policy(context.Context) (shoppolicy.Policy, error) { return l.policy, nil }
func (l *shopLive) Look(context.Context) (shoppolicy.Policy, error)   { return l.policy, nil }
func (l *shopLive) Model(context.Context) (recommend.Model, error)    { return l.model, nil }
func (l *shopLive) Breakers(context.Context) (breaker.Now, error)     { return breaker.Now{}, nil }
func (l *shopLive) Send(_ context.Context, m content.Mail) (string, error) {
	l.sent[shop.SendID(m.Tags["send_id"])] = l.now
	return "ses-" + m.Tags["send_id"], nil
}

func live(t *testing.T, p replay.Past, products []shop.Product) *shopLive {
	t.Helper()
	tables := dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"}
	l := &shopLive{policy: p.Policy, model: p.Model, store: dynamo.New(memory.New(dynamotest.Definitions()...), tables), now: p.From, sent: map[shop.SendID]time.Time{}}
	links, err := linktoken.New(map[string][]byte{"k": []byte(strings.Repeat("k", 64))}, "k")
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return l.now }
	l.recorder = &recording.Recorder{
		Orders: l.store, Shop: l.store, Contacts: contactchange.Keeper{Store: l.store, Mailbox: p.Mailbox}, Policy: l.Policy, Erasures: l.store,
		Name: func(id shop.CustomerID) string { return "name of " + string(id) }, Intents: &l.send, Entries: &l.journey, Runs: &l.plan, Now: clock,
	}
	l.planner = &planning.Planner{
		Runs: l.store, Pages: l.store, Ticks: l.store, Profiles: l.store, Halts: l, Records: l.store, Tenant: "backtest", Products: l.store, Model: l.Model,
		Policy: l.Policy, Latest: l.Look, Own: &l.plan, Intents: &l.send, Entries: &l.journey, Now: clock,
		Items: func(context.Context) (int64, error) { return 1, nil },
	}
	l.sender = &dispatch.Dispatcher{
		Claims: l.store, Attempts: l.store, SES: l, Runs: l.store, Now: clock, Owner: func() string { l.claims++; return fmt.Sprint("lambda-", l.claims) },
		Reader: &dispatch.Reader{Customers: l.store, InForce: l, Tenant: "backtest", Links: links, CodeKeys: [][]byte{[]byte("key")}, BaseURL: "https://mail.example.com/"},
	}
	l.settler = &sendoutcome.Recorder{Sends: l.store, Due: l.store, Contacts: l.store, Intents: &l.send, Count: func(string, int) {}, Now: clock}
	l.mover = &journeyadvance.Mover{Positions: l.store, Due: l.store, Customers: l.store, InForce: l, Intents: &l.send, Now: clock}
	for _, o := range p.Policy.Offers {
		if err := l.store.EnsureBudget(t.Context(), o.ID, o.Version, o.Budget.Uses, o.Budget.Shards); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.store.Import(t.Context(), dynamo.History{Products: products}); err != nil {
		t.Fatal(err)
	}
	return l
}

// PutEvents is the bus: each event comes to record as the body of a queue message.
func (l *shopLive) PutEvents(ctx context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	for i, e := range in.Entries {
		body, err := json.Marshal(map[string]any{
			"version": "0", "id": fmt.Sprint("live-", i), "detail-type": e.DetailType, "source": e.Source, "account": "123456789012",
			"time": e.Time, "region": "eu-west-1", "resources": []string{}, "detail": json.RawMessage(*e.Detail),
		})
		if err != nil {
			return nil, err
		}
		answer, err := l.recorder.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m", Body: string(body)}}})
		if err != nil || len(answer.BatchItemFailures) > 0 {
			return nil, fmt.Errorf("record did not take %s: %v, %w", *e.DetailType, answer, err)
		}
	}
	return &eventbridge.PutEventsOutput{Entries: make([]types.PutEventsResultEntry, len(in.Entries))}, nil
}

func (l *shopLive) drain(ctx context.Context) error {
	for len(l.plan.all)+len(l.journey.all)+len(l.send.all) > 0 {
		var err error
		switch {
		case len(l.plan.all) > 0:
			body := l.plan.all[0]
			l.plan.all = l.plan.all[1:]
			err = l.planner.Take(ctx, events.SQSMessage{Body: body})
		case len(l.journey.all) > 0:
			entry, faults := campaign.ReadIntent([]byte(l.journey.all[0]))
			l.journey.all = l.journey.all[1:]
			if err = l.mover.Enter(ctx, entry); len(faults) > 0 {
				err = fmt.Errorf("%v", faults)
			}
		default:
			intent, faults := campaign.ReadIntent([]byte(l.send.all[0]))
			l.send.all = l.send.all[1:]
			if err = l.sender.Take(ctx, intent, false); len(faults) > 0 {
				err = fmt.Errorf("%v", faults)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TestAReplayAgreesWithALiveRun: over the same events, the replay has the same sends
// as the functions, each with the same state, reason and minute. The events of the
// live run are the demo's own; those of the replay are derived from the orders that
// they made.
func TestAReplayAgreesWithALiveRun(t *testing.T) {
	from := noon.AddDate(0, 0, -26).Truncate(24 * time.Hour)
	p, story := past(t, 6, from, noon)
	p.Policy.Shop.NoCounters = true // a replay does not count what is bought together: the catalogue stays as it is
	l := live(t, p, story.Products)
	before := demo.Story{Points: p.Policy.Points}
	var after []shop.Event
	for _, e := range story.History {
		if fact, ok := e.Fact.(shop.OrderFact); ok && kept(p, fact.Order) {
			if e.At.Before(from) {
				before.History = append(before.History, e)
			} else {
				after = append(after, e)
			}
		}
	}
	if err := demo.Import(t.Context(), before, l.store, p.Mailbox, nil); err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(l.planner.Tick(t.Context()))
	for tick := from; tick.Before(noon); tick = tick.Add(time.Minute) {
		for len(after) > 0 && after[0].At.Before(tick) {
			l.now = after[0].At
			must(demo.Play(t.Context(), after[:1], 0, time.Nanosecond, l, "bus", func(int) error { return nil }, nil))
			after = after[1:]
			must(l.drain(t.Context()))
		}
		l.now = tick
		must(l.planner.Tick(t.Context()))
		must(l.mover.Tick(t.Context()))
		must(l.settler.Tick(t.Context()))
		must(l.drain(t.Context()))
	}
	lived := map[shop.SendID]claim.Send{}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		var err error
		page.After, err = l.store.Sends(t.Context(), page, func(d claim.Send) error { lived[d.ID] = d; return nil })
		must(err)
	}
	r, err := replay.Run(t.Context(), p, func(time.Time) {})
	must(err)
	sent := map[shop.SendID]time.Time{}
	for _, m := range r.Messages {
		sent[m.Send] = m.At
	}
	states := map[claim.State]int{}
	for _, d := range r.Sends {
		states[d.State]++
		want, ok := lived[d.ID]
		if delete(lived, d.ID); !ok {
			t.Errorf("%s for %s (%s) is in the replay only: %s %s", d.Intent.Campaign, d.Intent.Customer, d.Intent.Occasion, d.State, d.Reason.Code)
			continue
		}
		if d.State != want.State || d.Reason.Code != want.Reason.Code || !sent[d.ID].Equal(l.sent[d.ID]) {
			t.Errorf("%s for %s (%s): the replay says %s %s at %s, the live run %s %s at %s", d.Intent.Campaign, d.Intent.Customer, d.Intent.Occasion,
				d.State, d.Reason.Code, sent[d.ID], want.State, want.Reason.Code, l.sent[d.ID])
		}
	}
	for _, d := range lived {
		t.Errorf("%s for %s (%s) is in the live run only: %s %s", d.Intent.Campaign, d.Intent.Customer, d.Intent.Occasion, d.State, d.Reason.Code)
	}
	t.Logf("%d events, %d sends compared, %d messages: %v", r.Events, len(r.Sends), len(r.Messages), states)
	if len(r.Sends) < 300 || len(r.Messages) < 150 || len(states) < 4 {
		t.Error("too few sends to show anything")
	}
}
