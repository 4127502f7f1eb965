package planning

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	samples "regulars/events"
	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/inputfault"
	"regulars/shared/inputfault/faulttest"
	"regulars/shared/intake"
	"regulars/shared/mailbox"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// requested takes the requests for runs off plan's queue.
func (h fixture) requested(t testing.TB) (runs []string) {
	t.Helper()
	for _, body := range h.on(t, "Plan") {
		parsed, err := intake.Parse([]byte(body), h.Now())
		must(t, err)
		fact := parsed.Events[0].Fact.(shop.RunFact)
		runs = append(runs, string(fact.Campaign)+" "+fact.Run.Format(time.RFC3339))
	}
	slices.Sort(runs)
	return runs
}

func TestATickRequestsTheRunsThatBecameDue(t *testing.T) {
	h := newFixture(t, dynamotest.Store(t))
	for _, tick := range []struct {
		name string
		at   time.Time
		want []string
	}{
		{"the first tick, with earlier runs", saturday, nil},
		{"no run became due", saturday.Add(time.Minute), nil},
		{"a run became due", saturday.Add(30 * time.Minute), []string{"daily 2026-11-21T11:00:00Z"}},
		{"no run became due since that one", saturday.Add(31 * time.Minute), nil},
		{"a tick at an earlier time", saturday.Add(20 * time.Minute), nil},
		{"a tick after the one at an earlier time", saturday.Add(32 * time.Minute), nil},
		{"after an outage of a week", saturday.AddDate(0, 0, 7).Add(2 * time.Hour), []string{
			"daily 2026-11-28T11:00:00Z", "weekly 2026-11-28T10:00:00Z", // the earlier daily runs have expired
		}},
	} {
		h.Now = func() time.Time { return tick.at }
		must(t, h.tick(t))
		if got := h.requested(t); !slices.Equal(got, tick.want) {
			t.Errorf("%s: requested %v, want %v", tick.name, got, tick.want)
		}
	}
}

func TestATickThatFailsIsMadeUpForByTheNext(t *testing.T) {
	h := newFixture(t, dynamotest.Store(t))
	must(t, h.tick(t))
	h.Now = func() time.Time { return saturday.AddDate(0, 0, 7).Add(time.Hour) }
	h.queues.Broken.Store(1)
	if err := h.tick(t); err == nil {
		t.Error("tick = nil while the queue fails, want an error")
	}
	must(t, h.tick(t))
	if got, want := h.requested(t), []string{"daily 2026-11-28T11:00:00Z", "weekly 2026-11-28T10:00:00Z"}; !slices.Equal(got, want) {
		t.Errorf("requested %v, want %v", got, want)
	}
	h.Latest = func(context.Context) (shoppolicy.Policy, error) {
		return shoppolicy.Policy{}, errors.New("nothing is published")
	}
	if err := h.tick(t); err == nil {
		t.Error("tick = nil without a policy, want an error")
	}
}

func TestHandleOfAListFailsAndOfAnEmptyBatchDoesNothing(t *testing.T) {
	h := newFixture(t, dynamotest.Store(t))
	if _, err := h.Handle(t.Context(), json.RawMessage(`[]`)); err == nil {
		t.Error("Handle of a list = nil, want an error")
	}
	if again := h.handle(t, t.Context()); len(again) > 0 {
		t.Errorf("an empty batch: %v failed, want none", again)
	}
}

func TestARunGivesOneIntentToEachCustomerOfItsAudience(t *testing.T) {
	h := populated(t, 60)
	must(t, h.store.UpdateContact(t.Context(), "c-0002", withdrawn)) // another item of the table
	if again := h.handle(t, t.Context(), runEventOf("weekly", ten)); len(again) > 0 {
		t.Fatal("the request for the run failed")
	}
	h.work(t)
	intents := h.planned(t)
	if diff := cmp.Diff(audience(60), customersOf(intents)); diff != "" {
		t.Errorf("planned for (-want +got):\n%s", diff)
	}
	for _, got := range intents {
		want := campaign.Intent{Campaign: "weekly", Version: 3, Customer: got.Customer, Occasion: "2026-11-21T10:00:00Z", Planned: saturday, NotAfter: ten.Add(36 * time.Hour)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("intent (-want +got):\n%s", diff)
		}
	}
	h.counted(t, len(audience(60)))
	if dead := h.on(t, "DeadLetters"); len(dead) > 0 {
		t.Errorf("dead letters: %v", dead)
	}
}

// The audience is evaluated at the time of the run, even if it is planned
// later.
func TestTheAudienceIsThatAtTheTimeOfTheRun(t *testing.T) {
	h := populated(t, 60)
	h.Now = func() time.Time { return ten.Add(35 * time.Hour) }
	h.handle(t, t.Context(), runEventOf("weekly", ten))
	h.work(t)
	if diff := cmp.Diff(audience(60), customersOf(h.planned(t))); diff != "" {
		t.Errorf("planned a day late for (-want +got):\n%s", diff)
	}
}

// counted fails the test if the weekly run is not planned to its end, with the
// wanted number of intents.
func (h fixture) counted(t testing.TB, want int) {
	t.Helper()
	progress, err := h.store.RunProgress(t.Context(), dynamo.Run{Campaign: "weekly", Version: 3, At: ten})
	if err != nil || !progress.Done() || progress.Planned != want {
		t.Errorf("the run's progress = %+v, %v, want it done and %d intents planned", progress, err, want)
	}
}

func TestARunThatIsRequestedAgainIsNotPlannedAgain(t *testing.T) {
	h := populated(t, 20)
	h.handle(t, t.Context(), runEventOf("weekly", ten))
	h.work(t)
	first := customersOf(h.planned(t))
	h.handle(t, t.Context(), runEventOf("weekly", ten), runEventOf("weekly", ten.In(time.FixedZone("", 3600))))
	h.work(t)
	if got := customersOf(h.planned(t)); len(got) > 0 || len(first) == 0 {
		t.Errorf("planned %v first and %v after the second request, want some and none", first, got)
	}
	h.counted(t, len(first))
}

func TestTwoTicksAndEachMessageTwiceAtOnceCountARunOnce(t *testing.T) {
	h := populated(t, 40)
	h.Now = func() time.Time { return ten.Add(-time.Minute) }
	must(t, h.tick(t))
	h.Now = func() time.Time { return ten }
	both(func() { must(t, h.tick(t)) })
	runs := h.on(t, "Plan")
	if len(runs) < 1 || len(runs) > 2 {
		t.Fatalf("two ticks at once requested %d runs, want 1 or 2", len(runs))
	}
	both(func() { h.handle(t, t.Context(), runs...) })
	parts := h.on(t, "Plan")
	both(func() {
		if again := h.handle(t, t.Context(), parts...); len(again) > 0 {
			t.Errorf("failed: %v, want none", again)
		}
	})
	h.work(t)
	if diff := cmp.Diff(audience(40), slices.Compact(customersOf(h.planned(t)))); diff != "" {
		t.Errorf("planned for (-want +got):\n%s", diff)
	}
	h.counted(t, len(audience(40)))
}

func both(do func()) {
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(do)
	}
	wg.Wait()
}

// dying fails the next left calls of Advance, after which a page's intents are
// on the queue and not counted.
type dying struct {
	runs
	left int
}

func (d *dying) Advance(ctx context.Context, run dynamo.Run, segment int, from, to dynamo.Cursor, planned int) (dynamo.Progress, error) {
	if d.left--; d.left >= 0 {
		return dynamo.Progress{}, errors.New("injected")
	}
	return d.runs.Advance(ctx, run, segment, from, to, planned)
}

func TestACrashBeforeTheCountPlansThePageAgainWithTheSameSends(t *testing.T) {
	h := populated(t, 40)
	h.Runs = &dying{runs: h.store, left: leastParts}
	h.handle(t, t.Context(), runEventOf("weekly", ten))
	parts := h.on(t, "Plan")
	again := h.handle(t, t.Context(), parts...)
	first := h.planned(t)
	if len(again) != leastParts || len(first) == 0 {
		t.Fatalf("%d parts failed after %d intents, want all %d", len(again), len(first), leastParts)
	}
	if again := h.handle(t, t.Context(), again...); len(again) > 0 {
		t.Fatalf("failed: %v, want none", again)
	}
	second := h.planned(t)
	if diff := cmp.Diff(sends(first), sends(second)); diff != "" {
		t.Errorf("the sends differ when the page is planned again (-first +again):\n%s", diff)
	}
	h.counted(t, len(first))
}

// The customers change between the crash and the next attempt. The page is
// planned for the same customers as before, and the count is the number of
// sends.
func TestAPagePlannedAgainIsForTheSameCustomers(t *testing.T) {
	h := populated(t, 40)
	h.Runs = &dying{runs: h.store, left: leastParts}
	h.handle(t, t.Context(), runEventOf("weekly", ten))
	again := h.handle(t, t.Context(), h.on(t, "Plan")...)
	first := h.planned(t)
	gone := first[0].Customer // no longer in the audience, because their orders are removed
	must(t, h.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: gone}}}))
	if again := h.handle(t, t.Context(), again...); len(again) > 0 {
		t.Fatalf("failed: %v, want none", again)
	}
	if diff := cmp.Diff(sends(first), sends(h.planned(t))); diff != "" {
		t.Errorf("the sends differ when the page is planned again (-first +again):\n%s", diff)
	}
	h.counted(t, len(first))
}

func sends(intents []campaign.Intent) (all []shop.SendID) {
	for _, i := range intents {
		all = append(all, i.SendID("test"))
	}
	slices.Sort(all)
	return all
}

func TestAPartWhoseQueueFailsIsPlannedWhenItIsDeliveredAgain(t *testing.T) {
	h := populated(t, 40)
	h.handle(t, t.Context(), runEventOf("weekly", ten))
	parts := h.on(t, "Plan")
	h.queues.Broken.Store(2)
	again := h.handle(t, t.Context(), parts...)
	if len(again) != 2 {
		t.Fatalf("%d parts failed, want the 2 whose queue failed", len(again))
	}
	h.handle(t, t.Context(), again...)
	if diff := cmp.Diff(audience(40), customersOf(h.planned(t))); diff != "" {
		t.Errorf("planned for (-want +got):\n%s", diff)
	}
	h.counted(t, len(audience(40)))
}

func TestACountWhoseAnswerIsLostIsCountedOnce(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	h := populate(t, newFixture(t, store), 40)
	h.handle(t, t.Context(), runEventOf("weekly", ten))
	faults.Lose("UpdateItem", dynamotest.SDKAttempts)
	h.work(t)
	if got := slices.Compact(customersOf(h.planned(t))); !slices.Equal(got, audience(40)) {
		t.Errorf("planned for %v, want %v", got, audience(40))
	}
	h.counted(t, len(audience(40)))
}

func TestALargeTableIsPlannedInMoreParts(t *testing.T) {
	for what, test := range map[string]struct {
		items int64
		err   error
		want  int
	}{
		"an empty table":               {0, nil, 4},
		"400,000 items":                {400_000, nil, 4},
		"one more":                     {400_001, nil, 5},
		"2,000,000 items":              {2_000_000, nil, 20},
		"more than a shop has":         {1 << 40, nil, 100},
		"a table that does not answer": {9_000_000, errors.New("no permission"), 4},
	} {
		h := populated(t, 40)
		h.Items = func(context.Context) (int64, error) { return test.items, test.err }
		h.handle(t, t.Context(), runEventOf("weekly", ten))
		progress, err := h.store.RunProgress(t.Context(), dynamo.Run{Campaign: "weekly", Version: 3, At: ten})
		if err != nil || len(progress.Cursors) != test.want {
			t.Errorf("%s: %d parts, %v, want %d", what, len(progress.Cursors), err, test.want)
		}
		h.Items = func(context.Context) (int64, error) { return 800_000, nil } // the run keeps its parts
		h.handle(t, t.Context(), runEventOf("weekly", ten))
		h.work(t)
		if got := slices.Compact(customersOf(h.planned(t))); !slices.Equal(got, audience(40)) {
			t.Errorf("%s: planned for %v, want %v", what, got, audience(40))
		}
		h.counted(t, len(audience(40)))
	}
}

// With more customers than a page has, a part is planned page by page. If too
// little time is left, it is put on the queue again.
func TestAPartOfManyPagesIsContinuedWhenTimeIsShort(t *testing.T) {
	const customers = pageSize + 30
	h := populated(t, customers)
	run := dynamo.Run{Campaign: "weekly", Version: 3, At: ten}
	_, err := h.store.StartRun(t.Context(), run, 1, saturday) // one segment, so that it has several pages
	must(t, err)
	h.handle(t, t.Context(), runEventOf("weekly", ten))
	parts := h.on(t, "Plan")
	if len(parts) != 1 {
		t.Fatalf("%d parts, want 1, the number of segments with which the run was started", len(parts))
	}
	short, cancel := context.WithTimeout(t.Context(), reserve-time.Second)
	defer cancel()
	for range 2 { // each time, the part goes on the queue again, and no intent is planned
		if again := h.handle(t, short, parts...); len(again) > 0 {
			t.Fatalf("failed: %v, want none", again)
		}
		queued := h.on(t, "Plan")
		if !slices.Equal(queued, parts) || len(h.planned(t)) > 0 {
			t.Fatalf("queued again: %v, want %v and no intent", queued, parts)
		}
	}
	if again := h.handle(t, t.Context(), parts...); len(again) > 0 || len(h.on(t, "Plan")) > 0 {
		t.Fatal("with enough time the part failed or was queued again")
	}
	if diff := cmp.Diff(audience(customers), customersOf(h.planned(t))); diff != "" {
		t.Errorf("planned for (-want +got):\n%s", diff)
	}
	h.counted(t, len(audience(customers)))
}

func TestAMessageWithAFaultIsRefused(t *testing.T) {
	sample := ""
	for _, s := range samples.Samples() {
		if s.DetailType == "order.paid" {
			sample = string(s.Envelope)
		}
	}
	h := populated(t, 4)
	h.handle(t, t.Context(), runEventOf("weekly", ten)) // started, in segments
	h.on(t, "Plan")
	partOf := func(segment int) string {
		return fmt.Sprintf(`{"campaign":"weekly","version":3,"slot":"2026-11-21T10:00:00Z","segment":%d}`, segment)
	}
	for phrase, c := range map[string]struct{ body, path, fault string }{
		"not JSON":                           {`{`, "", "is not JSON"},
		"an unknown campaign":                {runEventOf("autumn", ten), "/detail/campaign", "names no published campaign"},
		"a triggered campaign":               {runEventOf("thanks", ten), "/detail/campaign", "started by events"},
		"a run that has expired":             {runEventOf("weekly", saturday.Add(-36*time.Hour)), "/detail/run", "expire 36h0m0s after"},
		"an event for function record":       {sample, "/detail-type", "is not campaign.run"},
		"a segment number that is too large": {partOf(leastParts), "/segment", "is not a segment of the run, which has 4"},
		"a negative segment number":          {partOf(-1), "/segment", "is not a segment of the run"},
		"a run without a campaign":           {strings.Replace(runEventOf("x", ten), `"campaign":"x",`, "", 1), "/detail/campaign", "is missing"},
	} {
		if again := h.handle(t, t.Context(), c.body, runEventOf("daily", saturday)); len(again) > 0 {
			t.Errorf("%s: a message failed, want it refused", phrase)
		}
		dead := h.on(t, "DeadLetters")
		if len(dead) != 1 {
			t.Errorf("%s: %d dead letters, want 1", phrase, len(dead))
			continue
		}
		list, body, _ := strings.Cut(dead[0], "\n")
		var faults []inputfault.Fault
		if err := json.Unmarshal([]byte(list), &faults); err != nil || len(faults) != 1 || faults[0].Path != c.path || !strings.Contains(faults[0].Fault, c.fault) || body != c.body {
			t.Errorf("%s: refused %s with %s, want a fault at %q: %s", phrase, body, list, c.path, c.fault)
		}
	}
}

func TestARunStopsIfItsCampaignIsChangedOrRemoved(t *testing.T) {
	for phrase, change := range map[string]func(*shoppolicy.Policy){
		"a new version": func(p *shoppolicy.Policy) { p.Campaigns[2].Version++ },
		"removed":       func(p *shoppolicy.Policy) { p.Campaigns = p.Campaigns[:2] },
	} {
		h := populated(t, 12)
		h.handle(t, t.Context(), runEventOf("weekly", ten))
		parts := h.on(t, "Plan")
		p, err := h.Policy(t.Context())
		must(t, err)
		p.Campaigns = slices.Clone(p.Campaigns)
		change(&p)
		h.Policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
		h.Latest = h.Policy
		if again := h.handle(t, t.Context(), parts...); len(again) > 0 || len(h.planned(t)) > 0 {
			t.Errorf("%s: a part failed or was planned, want neither", phrase)
		}
	}
}

// An error, so that the part ends in the dead-letter queue and is not lost.
func TestAPartOfARunThatWasNotStartedFails(t *testing.T) {
	h := newFixture(t, dynamotest.Store(t))
	body := `{"campaign":"weekly","version":3,"slot":"2026-11-21T10:00:00Z","segment":0}`
	if again := h.handle(t, t.Context(), body); !slices.Equal(again, []string{body}) {
		t.Errorf("failed: %v, want the part", again)
	}
}

// The fields of a request for a run, and of a part of a run.
func TestNeitherLogNorDeadLetterRepeatsAValue(t *testing.T) {
	h := populated(t, 4)
	log := faulttest.Captured(t)
	refused := 0
	for _, body := range []string{runEventOf("weekly", ten), `{"campaign":"weekly","version":3,"slot":"2026-11-21T10:00:00Z","segment":0}`} {
		for _, in := range faulttest.Marked(t, []byte(body)) {
			h.handle(t, t.Context(), in.Body)
			text := log.Read()
			for _, letter := range h.on(t, "DeadLetters") {
				list, _, _ := strings.Cut(letter, "\n")
				refused++
				text += list
			}
			if mark := faulttest.Found(text); mark != "" {
				t.Errorf("a marker in %s: %q is repeated in %s", in.Field, mark, text)
			}
		}
	}
	if refused < 50 {
		t.Errorf("only %d inputs were refused: the markers do not reach the checks", refused)
	}
}

// A contact without an order is in the audience of those who have not ordered.
func TestANewcomerIsInTheAudienceOfThoseWithoutAnOrder(t *testing.T) {
	h := populated(t, 4) // c-0000 has no order
	newcomers, err := condition.Parse("customer.orders == 0", "GBP")
	must(t, err)
	p, err := h.Latest(t.Context())
	must(t, err)
	p.Campaigns = slices.Clone(p.Campaigns)
	p.Campaigns[0].Audience = newcomers
	h.Policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
	keeper := contactchange.Keeper{Store: h.store, Mailbox: mailbox.Key(strings.Repeat("m", 32)).Mailbox}
	fact := shop.ContactFact{
		Customer: shop.Customer{ID: intake.Guest("zofia@example.com"), Email: "zofia@example.com"},
		Consents: []shop.ConsentStatement{{Topic: shop.TopicPromotions, Given: true, At: ten}},
	}
	must(t, keeper.Contact(t.Context(), fact, ten))
	h.handle(t, t.Context(), runEventOf("daily", ten))
	h.work(t)
	if got, want := customersOf(h.planned(t)), []shop.CustomerID{"c-0000", fact.Customer.ID}; !slices.Equal(got, want) {
		t.Errorf("the run is planned for %v, want %v", got, want)
	}
}
