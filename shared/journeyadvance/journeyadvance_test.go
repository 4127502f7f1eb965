package journeyadvance_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/journey"
	"regulars/shared/journeyadvance"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	day = 24 * time.Hour
	ann = shop.CustomerID("ann")
)

// bench is the function journey with tables in memory, a clock that the test moves,
// and a queue and writes that can fail.
type bench struct {
	*journeyadvance.Mover
	t      *testing.T
	store  *dynamo.Store
	policy shoppolicy.Policy
	halts  breaker.Now
	now    time.Time
	queue  []campaign.Intent
	fail   func(what string) error // nil: nothing fails
}

func newBench(t *testing.T, reentry journey.Reentry) *bench {
	t.Helper()
	tables := dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"}
	b := &bench{t: t, store: dynamo.New(memory.New(dynamotest.Definitions()...), tables), now: noon}
	b.policy = aPolicy(t, reentry)
	b.save(aRegular(ann))
	b.Mover = &journeyadvance.Mover{Positions: b, Due: b.store, Customers: b.store, InForce: b, Intents: b, Now: func() time.Time { return b.now }}
	return b
}

// aPolicy has a journey with two messages: after three days, and ten days later.
func aPolicy(t *testing.T, reentry journey.Reentry) shoppolicy.Policy {
	t.Helper()
	when := func(text string) condition.Condition {
		c, err := condition.Parse(text, "GBP")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	return shoppolicy.Policy{
		Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"},
		Campaigns: []campaign.Campaign{
			{ID: "after_how", Journey: "after", Version: 1, NotAfter: 2 * day}, {ID: "after_review", Journey: "after", Version: 1, NotAfter: day},
		},
		Journeys: []journey.Journey{{
			Entry:   campaign.Campaign{ID: "after", Journey: "after", Version: 1},
			Until:   when("journey.ordered"),
			Unless:  when("journey.returned"),
			Reentry: reentry,
			Steps: []journey.Step{
				{Name: "wait-1", Wait: 3 * day, Next: "how"},
				{Name: "how", Message: "after_how", Next: "wait-3"},
				{Name: "wait-3", Wait: 10 * day, Next: "review"},
				{Name: "review", Message: "after_review"},
			},
		}},
	}
}

func aRegular(id shop.CustomerID) profile.Profile {
	return profile.Profile{
		ID: id, Email: profile.Statement{Value: "ann@example.com", At: noon}, Mailbox: shop.Mailbox("m-" + id),
		Orders: []profile.Visit{{Order: "o-1", At: noon.Add(-time.Minute), Net: shop.Money{Minor: 5_000, Currency: "GBP"}}},
	}
}

func (b *bench) save(p profile.Profile) {
	b.t.Helper()
	must(b.t, b.store.Import(context.Background(), dynamo.History{Profiles: []profile.Profile{p}}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) failing(what string) error {
	if b.fail == nil {
		return nil
	}
	return b.fail(what)
}

func (b *bench) Policy(context.Context) (shoppolicy.Policy, error) { return b.policy, nil }
func (b *bench) Look(context.Context) (shoppolicy.Policy, error)   { return b.policy, nil }
func (b *bench) Breakers(context.Context) (breaker.Now, error)     { return b.halts, nil }

func (b *bench) Put(_ context.Context, intents ...any) error {
	if err := b.failing("put"); err != nil {
		return err
	}
	for _, i := range intents {
		b.queue = append(b.queue, i.(campaign.Intent))
	}
	return nil
}

func (b *bench) Position(ctx context.Context, c shop.CustomerID, id shop.CampaignID) (journey.Position, dynamo.Rev, error) {
	return b.store.Position(ctx, c, id)
}

func (b *bench) SavePosition(ctx context.Context, p journey.Position, rev dynamo.Rev) error {
	if err := b.failing("save"); err != nil {
		return err
	}
	return b.store.SavePosition(ctx, p, rev)
}

// entry is the entry by the delivery of an order at that time.
func entry(order shop.OrderID, at time.Time) campaign.Intent {
	return campaign.Intent{
		Campaign: "after", Version: 1, Customer: ann, Occasion: string(order) + "/order.delivered", Order: order,
		Entered: at, Enters: true, Planned: at, NotAfter: at.Add(7 * day),
	}
}

// pass lets days pass, with a tick each hour.
func (b *bench) pass(days int) {
	b.t.Helper()
	for range days * 24 {
		b.now = b.now.Add(time.Hour)
		_ = b.Tick(context.Background()) // one that fails is repeated an hour later
	}
}

// raised returns the queued messages, each once, with the days after noon at which
// they were raised.
func (b *bench) raised() (all []string) {
	seen := map[shop.SendID]bool{}
	for _, i := range b.queue {
		if id := i.SendID(""); !seen[id] {
			seen[id] = true
			all = append(all, fmt.Sprintf("%s %s day %d", i.Campaign, i.Order, int(i.Planned.Sub(noon)/day)))
		}
	}
	return all
}

func (b *bench) position() journey.Position {
	b.t.Helper()
	p, _, err := b.store.Position(context.Background(), ann, "after")
	must(b.t, err)
	return p
}

func (b *bench) want(end journey.End, raised ...string) {
	b.t.Helper()
	if diff := cmp.Diff(raised, b.raised()); diff != "" {
		b.t.Errorf("messages (-want +got):\n%s", diff)
	}
	if got := b.position(); got.End != end {
		b.t.Errorf("the way ended as %q, want %q: %+v", got.End, end, got)
	}
}

var both = []string{"after_how o-1 day 3", "after_review o-1 day 13"}

func TestCustomerGetsEachMessageAtItsTime(t *testing.T) {
	b := newBench(t, journey.Reentry{})
	must(t, b.Enter(t.Context(), entry("o-1", b.now)))
	must(t, b.Enter(t.Context(), entry("o-1", b.now))) // delivered twice
	b.pass(20)
	b.want(journey.Finished, both...)
	if len(b.queue) != 2 {
		t.Errorf("%d intents were queued, want 2", len(b.queue))
	}
	if got := b.queue[0].NotAfter; !got.Equal(b.queue[0].Planned.Add(2 * day)) {
		t.Errorf("the first message expires at %s, planned at %s, want 48 hours later", got, b.queue[0].Planned)
	}
}

// Whatever call fails, and at whichever of them the function dies, each message is
// raised and makes one send.
func TestCrashSkipsNoStepAndRepeatsNone(t *testing.T) {
	for kill := range 12 {
		for _, after := range []bool{false, true} {
			b := newBench(t, journey.Reentry{})
			calls := 0
			dead := errors.New("the function died")
			b.fail = func(string) error {
				if calls++; calls == kill+1 {
					return dead
				}
				return nil
			}
			if after { // the write took effect, and the function died before it knew
				b.Positions = persists{b}
			}
			for range 5 {
				if b.Enter(t.Context(), entry("o-1", noon)) == nil {
					break
				}
			}
			b.pass(20)
			b.want(journey.Finished, both...)
		}
	}
}

// persists makes a write that fails take effect all the same.
type persists struct{ *bench }

func (p persists) SavePosition(ctx context.Context, pos journey.Position, rev dynamo.Rev) error {
	err := p.failing("save")
	return errors.Join(p.store.SavePosition(ctx, pos, rev), err)
}

func TestGoalAndExitEndTheWay(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*profile.Profile)
		end    journey.End
		raised []string
	}{
		"an order": {func(p *profile.Profile) {
			p.Orders = append(p.Orders, profile.Visit{Order: "o-2", At: noon.Add(5 * day)})
		}, journey.Goal, both[:1]},
		"an order that was cancelled": {func(p *profile.Profile) {
			p.Orders = append(p.Orders, profile.Visit{Order: "o-2", At: noon.Add(5 * day), Cancelled: true})
		}, journey.Finished, both},
		"an earlier order that is delivered late": {func(p *profile.Profile) { p.Orders = append(p.Orders, profile.Visit{Order: "o-0", At: noon.Add(-day)}) }, journey.Finished, both},
		"an order from before the entry, recorded after it": {func(p *profile.Profile) {
			p.Orders = append(p.Orders, profile.Visit{Order: "o-2", At: noon.Add(-30 * time.Second)})
		}, journey.Goal, both[:1]},
		"a return": {func(p *profile.Profile) {
			p.ServiceIssues = map[shop.OrderID]profile.ServiceIssue{"o-1": {Returned: &profile.Issue{Since: noon.Add(5 * day)}}}
		}, journey.Exit, both[:1]},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, journey.Reentry{})
			must(t, b.Enter(t.Context(), entry("o-1", b.now)))
			b.pass(5)
			p := aRegular(ann)
			c.change(&p)
			b.save(p)
			b.pass(15)
			b.want(c.end, c.raised...)
		})
	}
}

func TestReentry(t *testing.T) {
	again := []string{"after_how o-2 day 28", "after_review o-2 day 38"}
	for name, c := range map[string]struct {
		reentry journey.Reentry
		day     int
		raised  []string
	}{
		"never":                       {journey.Reentry{}, 25, both},
		"after the end":               {journey.Reentry{AfterEnd: true}, 25, slices.Concat(both, again)},
		"while on the way":            {journey.Reentry{AfterEnd: true}, 5, both},
		"sooner than the days":        {journey.Reentry{Days: 30}, 25, both},
		"after the days":              {journey.Reentry{Days: 20}, 25, slices.Concat(both, again)},
		"of an earlier order, late":   {journey.Reentry{AfterEnd: true}, -5, both},
		"of the same order, repeated": {journey.Reentry{AfterEnd: true}, 0, both},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.reentry)
			must(t, b.Enter(t.Context(), entry("o-1", noon)))
			order, arrives := shop.OrderID("o-2"), c.day
			if c.day <= 0 {
				arrives = 6 // while it can still enter
			}
			if c.day == 0 {
				order = "o-1"
			}
			b.pass(arrives)
			must(t, b.Enter(t.Context(), entry(order, noon.AddDate(0, 0, c.day))))
			b.pass(40)
			b.want(journey.Finished, c.raised...)
		})
	}
}

// An event that is delivered again after the way has ended, and an earlier event, let
// no customer enter, although what ended the way does not hold any more.
func TestRepeatedEntryAfterTheEndIsDropped(t *testing.T) {
	b := newBench(t, journey.Reentry{AfterEnd: true})
	must(t, b.Enter(t.Context(), entry("o-1", noon)))
	p := aRegular(ann)
	p.Orders = append(p.Orders, profile.Visit{Order: "o-2", At: noon.Add(day)})
	b.save(p)
	b.pass(4)
	b.want(journey.Goal)
	p.Orders[1].Cancelled = true
	b.save(p)
	must(t, b.Enter(t.Context(), entry("o-1", noon)))
	must(t, b.Enter(t.Context(), entry("o-0", noon.Add(-day))))
	b.pass(20)
	b.want(journey.Goal)
}

// A customer whose entry has put its first message on the queue has entered, even if
// each call dies afterwards and the queue gives up on the entry.
func TestAnEntryWithAMessageAtOnceIsStoredBeforeTheMessage(t *testing.T) {
	b := newBench(t, journey.Reentry{Days: 30})
	steps := b.policy.Journeys[0].Steps
	b.policy.Journeys[0].Steps = append([]journey.Step{{Name: "hello", Message: "after_how", Next: "wait-1"}}, steps...)
	saves := 0
	b.fail = func(what string) error {
		if what == "save" {
			saves++
		}
		if what == "save" && saves == 2 {
			return errors.New("killed by the test")
		}
		return nil
	}
	if err := b.Enter(t.Context(), entry("o-1", noon)); err == nil || len(b.queue) != 1 {
		t.Fatalf("Enter = %v with %d messages, want an error after the message", err, len(b.queue))
	}
	b.fail, b.now = nil, noon.Add(time.Hour)
	must(t, b.Enter(t.Context(), entry("o-2", b.now)))
	if len(b.queue) != 1 {
		t.Errorf("the customer entered again an hour later, with %d messages", len(b.queue))
	}
	must(t, b.Tick(t.Context()))
	if p, _, err := b.Position(t.Context(), ann, "after"); err != nil || p.Step != "how" || p.Occasion != b.queue[0].Occasion {
		t.Errorf("after the next tick the position is %+v, %v, want the message after the wait", p, err)
	}
	for _, i := range b.queue {
		if !i.SameSend(b.queue[0]) {
			t.Errorf("the tick put another send on the queue: %+v", i)
		}
	}
}

// An order that reaches the goal lets the customer enter again, although the step
// before it is not due yet.
func TestGoalOfOneWayIsTheEntryOfTheNext(t *testing.T) {
	b := newBench(t, journey.Reentry{AfterEnd: true})
	must(t, b.Enter(t.Context(), entry("o-1", noon)))
	b.pass(5)
	p := aRegular(ann)
	p.Orders = append(p.Orders, profile.Visit{Order: "o-2", At: b.now.Add(-time.Hour)})
	b.save(p)
	must(t, b.Enter(t.Context(), entry("o-2", b.now)))
	b.pass(20)
	b.want(journey.Finished, both[0], "after_how o-2 day 8", "after_review o-2 day 18")
}

// byRun is the entry by a run of that time; local is what the customer's clocks show.
func byRun(at time.Time, local string) campaign.Intent {
	c := campaign.Campaign{ID: "after", Journey: "after", Version: 1, NotAfter: 2 * day}
	e := c.At(campaign.Run{At: at, Local: local}, ann)
	e.Planned = at
	return e
}

// A customer enters once by one run, however often it is planned, and also if they move
// to another zone between the runs of two zones.
func TestARunLetsACustomerEnterOnce(t *testing.T) {
	b := newBench(t, journey.Reentry{AfterEnd: true})
	must(t, b.Enter(t.Context(), byRun(noon, "2026-11-22T12:00")))
	b.pass(14)
	later := byRun(noon.Add(14*day+5*time.Hour), "2026-11-22T12:00")
	must(t, b.Enter(t.Context(), byRun(noon, "2026-11-22T12:00")))
	must(t, b.Enter(t.Context(), later))
	b.want(journey.Finished, "after_how  day 3", "after_review  day 13")
	must(t, b.Enter(t.Context(), byRun(b.now, "2026-12-06T12:00")))
	b.pass(20)
	b.want(journey.Finished, "after_how  day 3", "after_review  day 13", "after_how  day 17", "after_review  day 27")
}

// A customer who left the audience between the run and the entry does not enter.
func TestACustomerWhoLeftTheAudienceDoesNotEnter(t *testing.T) {
	for audience, want := range map[string]string{"customer.orders == 1": "after", "customer.orders >= 2": ""} {
		b := newBench(t, journey.Reentry{})
		entry := &b.policy.Journeys[0].Entry
		entry.Schedule = "0 12 * * *"
		when, err := condition.Parse(audience, "GBP")
		must(t, err)
		entry.Audience = when
		must(t, b.Enter(t.Context(), byRun(noon, "")))
		if got := b.position(); string(got.Journey) != want {
			t.Errorf("audience %s: the position is %+v, want one of %q", audience, got, want)
		}
	}
}

func TestPausedJourneyWaitsAndACancelledOneEnds(t *testing.T) {
	b := newBench(t, journey.Reentry{})
	must(t, b.Enter(t.Context(), entry("o-1", noon)))
	b.halts.Halts = map[shop.CampaignID]breaker.Halt{"after": {Paused: &breaker.Said{At: noon}}}
	b.pass(6)
	b.want("")
	b.halts = breaker.Now{}
	b.pass(1)
	b.want("", "after_how o-1 day 6")
	b.halts.Halts = map[shop.CampaignID]breaker.Halt{"after": {Cancelled: &breaker.Cancellation{Said: breaker.Said{At: b.now}, Version: 1}}}
	b.pass(20)
	b.want(journey.Cancelled, "after_how o-1 day 6")
}

// A customer moves to a new version at the step of the same name, and keeps the
// names of their sends.
func TestNewVersionMovesCustomers(t *testing.T) {
	b := newBench(t, journey.Reentry{})
	must(t, b.Enter(t.Context(), entry("o-1", noon)))
	b.pass(5)
	next := aPolicy(t, journey.Reentry{})
	next.Journeys[0].Entry.Version = 2
	next.Journeys[0].Steps = slices.Concat(next.Journeys[0].Steps[:3], []journey.Step{{Name: "review", Message: "after_review", Next: "more"}, {Name: "more", Message: "after_how"}})
	b.policy = next
	b.pass(20)
	b.want(journey.Finished, both...) // the step more has the campaign of how, which this entry has had
	if last := b.queue[len(b.queue)-1]; last.Version != 1 {
		t.Errorf("the last message has version %d, want 1, that of the entry", last.Version)
	}
	b = newBench(t, journey.Reentry{})
	must(t, b.Enter(t.Context(), entry("o-1", noon)))
	b.policy = aPolicy(t, journey.Reentry{})
	b.policy.Journeys[0].Steps = b.policy.Journeys[0].Steps[2:]
	b.pass(20)
	b.want(journey.Gone)
}

// A customer finishes under the version that they entered as long as the policy keeps
// it, with its steps and its exit, and moves to the next one that it keeps after that.
func TestCustomersFinishUnderTheirVersion(t *testing.T) {
	first := aPolicy(t, journey.Reentry{})
	next := aPolicy(t, journey.Reentry{})
	next.Journeys[0].Entry.Version, next.Journeys[0].Finish = 2, true
	next.Journeys[0].Steps = []journey.Step{{Name: "review", Message: "after_other"}}
	next.Campaigns = []campaign.Campaign{{ID: "after_other", Journey: "after", Version: 2, NotAfter: day}}
	kept := next
	kept.Earlier = []shoppolicy.Earlier{{Journey: first.Journeys[0], Steps: first.Campaigns}}
	for name, c := range map[string]struct {
		policy shoppolicy.Policy
		end    journey.End
		raised []string
	}{
		"kept":     {kept, journey.Finished, both},
		"not kept": {next, journey.Finished, []string{both[0], "after_other o-1 day 13"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, journey.Reentry{})
			must(t, b.Enter(t.Context(), entry("o-1", noon)))
			b.pass(4)
			b.policy = c.policy
			b.pass(20)
			b.want(c.end, c.raised...)
			e := entry("o-2", b.now)
			e.Customer = "bob"
			b.save(aRegular("bob"))
			must(t, b.Enter(t.Context(), e))
			if p, _, err := b.store.Position(t.Context(), "bob", "after"); err != nil || p.Version != 2 {
				t.Errorf("a customer who enters afterwards has the position %+v, %v, want version 2", p, err)
			}
		})
	}
}

func TestErasedCustomerDoesNotMove(t *testing.T) {
	b := newBench(t, journey.Reentry{})
	must(t, b.Enter(t.Context(), entry("o-1", noon)))
	_, rev, err := b.store.Profile(t.Context(), ann)
	must(t, err)
	must(t, b.store.DeleteCustomer(t.Context(), ann, rev))
	b.pass(20)
	b.want(journey.Gone)
	must(t, b.store.DeletePosition(t.Context(), ann, "after"))
	must(t, b.Enter(t.Context(), entry("o-2", b.now)))
	if got := b.position(); got.Journey != "" {
		t.Errorf("an entry that came after the erasure made a position: %+v", got)
	}
}

// One customer who cannot be moved stops no other.
func TestOneBadPositionStopsNoOther(t *testing.T) {
	b := newBench(t, journey.Reentry{})
	for n := range 40 {
		id := shop.CustomerID(fmt.Sprint("c-", n))
		b.save(aRegular(id))
		e := entry("o-1", noon)
		e.Customer = id
		must(t, b.Enter(t.Context(), e))
	}
	b.now = noon.Add(3*day + time.Minute)
	puts := 0
	b.fail = func(what string) error {
		if puts++; what == "put" && puts == 1 {
			return errors.New("the queue is away")
		}
		return nil
	}
	if err := b.Tick(t.Context()); err == nil {
		t.Error("Tick = nil, want how many failed")
	}
	if len(b.queue) != 39 {
		t.Errorf("%d messages were queued, want 39", len(b.queue))
	}
	must(t, b.Tick(t.Context()))
	if len(b.queue) != 40 {
		t.Errorf("%d messages were queued after the next tick, want 40", len(b.queue))
	}
}

// The figures of docs/decisions/0065.
func TestReadAndWriteUnitsOfAStep(t *testing.T) {
	b := newBench(t, journey.Reentry{})
	var read, write float64
	b.store.Meter = func(_ string, r, w float64) { read, write = read+r, write+w }
	measure := func(what string, wantRead, wantWrite float64, do func() error) {
		t.Helper()
		read, write = 0, 0
		must(t, do())
		t.Logf("%s: %.1f read units, %.1f write units", what, read, write)
		if read > wantRead || write > wantWrite {
			t.Errorf("%s took %.1f read units and %.1f write units, want at most %.1f and %.1f", what, read, write, wantRead, wantWrite)
		}
	}
	measure("a tick with nothing due", 16, 0, func() error { return b.Tick(t.Context()) })
	measure("an entry", 3, 2, func() error { return b.Enter(t.Context(), entry("o-1", noon)) })
	hello := newBench(t, journey.Reentry{})
	hello.store.Meter = b.store.Meter
	hello.policy.Journeys[0].Steps = append([]journey.Step{{Name: "hello", Message: "after_how", Next: "wait-1"}}, b.policy.Journeys[0].Steps...)
	measure("an entry with a message at once", 4, 5, func() error { return hello.Enter(t.Context(), entry("o-1", noon)) })
	b.now = noon.Add(3*day + time.Minute)
	measure("a tick with one wait and message", 19, 3, func() error { return b.Tick(t.Context()) })
	b.now = noon.Add(14 * day)
	measure("a tick with the last message", 19, 2, func() error { return b.Tick(t.Context()) })
}
