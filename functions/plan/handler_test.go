package main

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
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/fault"
	"regulars/shared/intake"
	"regulars/shared/policy"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// asked shows the slots that are on plan's queue.
func (h house) asked(t testing.TB) (runs []string) {
	t.Helper()
	for _, body := range h.on(t, "Plan") {
		parsed, err := intake.Parse([]byte(body), h.now())
		must(t, err)
		fact := parsed.Events[0].Fact.(shop.RunFact)
		runs = append(runs, string(fact.Campaign)+" "+fact.Run.Format(time.RFC3339))
	}
	slices.Sort(runs)
	return runs
}

func TestTicks(t *testing.T) {
	h := newHouse(t, dynamotest.Store(t))
	for _, tick := range []struct {
		phrase string
		at     time.Time
		want   []string
	}{
		{"the first ever: what was due before is not ours", saturday, nil},
		{"nothing has come since", saturday.Add(time.Minute), nil},
		{"a slot has come", saturday.Add(30 * time.Minute), []string{"daily 2026-11-21T11:00:00Z"}},
		{"once is enough", saturday.Add(31 * time.Minute), nil},
		{"a slow clock repeats nothing", saturday.Add(20 * time.Minute), nil},
		{"and forgets nothing", saturday.Add(32 * time.Minute), nil},
		{"after a standstill, what is still worth sending", saturday.AddDate(0, 0, 7).Add(2 * time.Hour), []string{
			"daily 2026-11-28T11:00:00Z", "weekly 2026-11-28T10:00:00Z", // the daily ones of the week before are over
		}},
	} {
		h.now = func() time.Time { return tick.at }
		must(t, h.tick(t))
		if got := h.asked(t); !slices.Equal(got, tick.want) {
			t.Errorf("%s: asked for %v, want %v", tick.phrase, got, tick.want)
		}
	}
}

// Dying before the register is saved asks for a slot again, and forgets none.
func TestATickThatDies(t *testing.T) {
	h := newHouse(t, dynamotest.Store(t))
	must(t, h.tick(t))
	h.now = func() time.Time { return saturday.AddDate(0, 0, 7).Add(time.Hour) }
	h.broken.Store(1)
	if err := h.tick(t); err == nil {
		t.Error("a tick that could put nothing on its queue says that all is well")
	}
	must(t, h.tick(t))
	if got, want := h.asked(t), []string{"daily 2026-11-28T11:00:00Z", "weekly 2026-11-28T10:00:00Z"}; !slices.Equal(got, want) {
		t.Errorf("asked for %v, want %v", got, want)
	}
	h.look = func(context.Context) (policy.Policy, error) {
		return policy.Policy{}, errors.New("nothing is published")
	}
	if err := h.tick(t); err == nil {
		t.Error("a tick without rules says that all is well")
	}
}

func TestWhatIsNoCall(t *testing.T) {
	h := newHouse(t, dynamotest.Store(t))
	if _, err := h.Handle(t.Context(), json.RawMessage(`[]`)); err == nil {
		t.Error("Handle of a list: no error")
	}
	if again := h.handle(t, t.Context()); len(again) > 0 {
		t.Errorf("an empty batch: %v", again)
	}
}

// A slot becomes one intent for each customer of its audience, and for nobody else.
func TestASlotIsPlannedForItsAudience(t *testing.T) {
	h := populated(t, 60)
	must(t, h.store.UpdateContact(t.Context(), "c-0002", withdrawn)) // another item of the table
	if again := h.handle(t, t.Context(), slotOf("weekly", ten)); len(again) > 0 {
		t.Fatal("the slot comes again")
	}
	h.work(t)
	intents := h.planned(t)
	if diff := cmp.Diff(audience(60), whom(intents)); diff != "" {
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

// However late it is planned, who is in the audience is asked as of the slot.
func TestTheAudienceIsThatOfTheSlot(t *testing.T) {
	h := populated(t, 60)
	h.now = func() time.Time { return ten.Add(35 * time.Hour) }
	h.handle(t, t.Context(), slotOf("weekly", ten))
	h.work(t)
	if diff := cmp.Diff(audience(60), whom(h.planned(t))); diff != "" {
		t.Errorf("planned a day late for (-want +got):\n%s", diff)
	}
}

// counted fails where the weekly slot is not planned to its end, with so many
// intents.
func (h house) counted(t testing.TB, want int) {
	t.Helper()
	progress, err := h.store.RunProgress(t.Context(), dynamo.Run{Campaign: "weekly", Version: 3, At: ten})
	if err != nil || !progress.Done() || progress.Planned != want {
		t.Errorf("the slot = %+v, %v, want it done and %d planned", progress, err, want)
	}
}

// Asking again, by hand or by a tick that died, plans nothing twice.
func TestASlotThatIsAskedForAgain(t *testing.T) {
	h := populated(t, 20)
	h.handle(t, t.Context(), slotOf("weekly", ten))
	h.work(t)
	first := whom(h.planned(t))
	h.handle(t, t.Context(), slotOf("weekly", ten), slotOf("weekly", ten.In(time.FixedZone("", 3600))))
	h.work(t)
	if got := whom(h.planned(t)); len(got) > 0 || len(first) == 0 {
		t.Errorf("planned %v, and then %v again", first, got)
	}
	h.counted(t, len(first))
}

// Two ticks at one time, and every message twice: a slot is counted once, and
// leads to the same sends.
func TestEverythingTwiceAtOnce(t *testing.T) {
	h := populated(t, 40)
	h.now = func() time.Time { return ten.Add(-time.Minute) }
	must(t, h.tick(t))
	h.now = func() time.Time { return ten }
	both(func() { must(t, h.tick(t)) })
	runs := h.on(t, "Plan")
	if len(runs) < 1 || len(runs) > 2 {
		t.Fatalf("two ticks at once asked for %d slots, want 1 or 2", len(runs))
	}
	both(func() { h.handle(t, t.Context(), runs...) })
	parts := h.on(t, "Plan")
	both(func() {
		if again := h.handle(t, t.Context(), parts...); len(again) > 0 {
			t.Errorf("come again: %v", again)
		}
	})
	h.work(t)
	if diff := cmp.Diff(audience(40), slices.Compact(whom(h.planned(t)))); diff != "" {
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

// dying dies once where a page's intents are on the queue and nobody knows it yet.
type dying struct {
	runs
	left int
}

func (d *dying) Advance(ctx context.Context, run dynamo.Run, segment int, from, to dynamo.Cursor, planned int) (dynamo.Progress, error) {
	if d.left--; d.left >= 0 {
		return dynamo.Progress{}, errors.New("by order of a test")
	}
	return d.runs.Advance(ctx, run, segment, from, to, planned)
}

func TestACrashBetweenTheQueueAndTheCount(t *testing.T) {
	h := populated(t, 40)
	h.runs = &dying{runs: h.store, left: segments}
	h.handle(t, t.Context(), slotOf("weekly", ten))
	parts := h.on(t, "Plan")
	again := h.handle(t, t.Context(), parts...)
	first := h.planned(t)
	if len(again) != segments || len(first) == 0 {
		t.Fatalf("%d parts come again after %d intents, want all %d", len(again), len(first), segments)
	}
	if again := h.handle(t, t.Context(), again...); len(again) > 0 {
		t.Fatalf("come again: %v", again)
	}
	second := h.planned(t)
	if diff := cmp.Diff(sends(first), sends(second)); diff != "" {
		t.Errorf("planned again, it led to other sends (-first +again):\n%s", diff)
	}
	h.counted(t, len(first))
}

// Between the crash and the next attempt customers change: the page is planned
// for those that it was planned for, and the count is true of the sends.
func TestAPagePlannedAgainIsForTheSameCustomers(t *testing.T) {
	h := populated(t, 40)
	h.runs = &dying{runs: h.store, left: segments}
	h.handle(t, t.Context(), slotOf("weekly", ten))
	again := h.handle(t, t.Context(), h.on(t, "Plan")...)
	first := h.planned(t)
	gone := first[0].Customer // orders nothing that counts any more
	must(t, h.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: gone}}}))
	if again := h.handle(t, t.Context(), again...); len(again) > 0 {
		t.Fatalf("come again: %v", again)
	}
	if diff := cmp.Diff(sends(first), sends(h.planned(t))); diff != "" {
		t.Errorf("planned again, it led to other sends (-first +again):\n%s", diff)
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

// A crash before the intents are on the queue plans them when the part comes again.
func TestAPartWhoseQueueBreaks(t *testing.T) {
	h := populated(t, 40)
	h.handle(t, t.Context(), slotOf("weekly", ten))
	parts := h.on(t, "Plan")
	h.broken.Store(2)
	again := h.handle(t, t.Context(), parts...)
	if len(again) != 2 {
		t.Fatalf("%d parts come again, want the 2 whose queue broke", len(again))
	}
	h.handle(t, t.Context(), again...)
	if diff := cmp.Diff(audience(40), whom(h.planned(t))); diff != "" {
		t.Errorf("planned for (-want +got):\n%s", diff)
	}
	h.counted(t, len(audience(40)))
}

// The count's answer is lost: it is read back, and counted once.
func TestACountWhoseAnswerIsLost(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	h := populate(t, newHouse(t, store), 40)
	h.handle(t, t.Context(), slotOf("weekly", ten))
	faults.Lose("UpdateItem", dynamotest.SDKAttempts)
	h.work(t)
	if got := slices.Compact(whom(h.planned(t))); !slices.Equal(got, audience(40)) {
		t.Errorf("planned for %v", got)
	}
	h.counted(t, len(audience(40)))
}

// More customers than one page has: the part goes from page to page, and where
// its time runs out it hands the rest on.
func TestManyPagesAndTooLittleTime(t *testing.T) {
	const customers = pageSize + 30
	h := populated(t, customers)
	run := dynamo.Run{Campaign: "weekly", Version: 3, At: ten}
	_, err := h.store.StartRun(t.Context(), run, 1, saturday) // one segment, so that it has several pages
	must(t, err)
	h.handle(t, t.Context(), slotOf("weekly", ten))
	parts := h.on(t, "Plan")
	if len(parts) != 1 {
		t.Fatalf("%d parts, want 1: the slot was begun so", len(parts))
	}
	short, cancel := context.WithTimeout(t.Context(), reserve-time.Second)
	defer cancel()
	for range 2 { // as often as it takes: nothing is lost, and nothing planned
		if again := h.handle(t, short, parts...); len(again) > 0 {
			t.Fatalf("come again: %v", again)
		}
		handed := h.on(t, "Plan")
		if !slices.Equal(handed, parts) || len(h.planned(t)) > 0 {
			t.Fatalf("handed on %v, want %v and no intent", handed, parts)
		}
	}
	if again := h.handle(t, t.Context(), parts...); len(again) > 0 || len(h.on(t, "Plan")) > 0 {
		t.Fatal("with enough time it does not come to its end")
	}
	if diff := cmp.Diff(audience(customers), whom(h.planned(t))); diff != "" {
		t.Errorf("planned for (-want +got):\n%s", diff)
	}
	h.counted(t, len(audience(customers)))
}

func TestWhatIsRefused(t *testing.T) {
	sample := ""
	for _, s := range samples.Samples() {
		if s.DetailType == "order.paid" {
			sample = string(s.Envelope)
		}
	}
	h := populated(t, 4)
	h.handle(t, t.Context(), slotOf("weekly", ten)) // begun, in segments
	h.on(t, "Plan")
	aPart := func(segment int) string {
		return fmt.Sprintf(`{"campaign":"weekly","version":3,"slot":"2026-11-21T10:00:00Z","segment":%d}`, segment)
	}
	for phrase, c := range map[string]struct{ body, path, fault string }{
		"not JSON":                    {`{`, "", "is not JSON"},
		"no campaign of that name":    {slotOf("autumn", ten), "/detail/campaign", `is "autumn"; no such campaign`},
		"a campaign of events":        {slotOf("thanks", ten), "/detail/campaign", "started by events"},
		"a slot that is over":         {slotOf("weekly", saturday.Add(-36*time.Hour)), "/detail/run", "expire 36h0m0s after"},
		"an event of record's":        {sample, "/detail-type", "is not campaign.run"},
		"a segment that there is not": {aPart(segments), "/segment", "is 4; the slot has 4"},
		"a segment below all":         {aPart(-1), "/segment", "is -1"},
		"a slot without a campaign":   {strings.Replace(slotOf("x", ten), `"campaign":"x",`, "", 1), "/detail/campaign", "is missing"},
	} {
		if again := h.handle(t, t.Context(), c.body, slotOf("daily", saturday)); len(again) > 0 {
			t.Errorf("%s: comes again", phrase)
		}
		dead := h.on(t, "DeadLetters")
		if len(dead) != 1 {
			t.Errorf("%s: %d dead letters, want 1", phrase, len(dead))
			continue
		}
		told, body, _ := strings.Cut(dead[0], "\n")
		var faults []fault.Fault
		if err := json.Unmarshal([]byte(told), &faults); err != nil || len(faults) != 1 || faults[0].Path != c.path || !strings.Contains(faults[0].Fault, c.fault) || body != c.body {
			t.Errorf("%s: refused %s with %s, want a fault at %q: %s", phrase, body, told, c.path, c.fault)
		}
	}
}

// A campaign that was raised or taken away meanwhile is not planned to its end.
func TestACampaignThatChangesWhileItIsPlanned(t *testing.T) {
	for phrase, change := range map[string]func(*policy.Policy){
		"raised":     func(p *policy.Policy) { p.Campaigns[2].Version++ },
		"taken away": func(p *policy.Policy) { p.Campaigns = p.Campaigns[:2] },
	} {
		h := populated(t, 12)
		h.handle(t, t.Context(), slotOf("weekly", ten))
		parts := h.on(t, "Plan")
		p, err := h.policy(t.Context())
		must(t, err)
		p.Campaigns = slices.Clone(p.Campaigns)
		change(&p)
		h.policy = func(context.Context) (policy.Policy, error) { return p, nil }
		h.look = h.policy
		if again := h.handle(t, t.Context(), parts...); len(again) > 0 || len(h.planned(t)) > 0 {
			t.Errorf("%s: its parts come again, or are planned", phrase)
		}
	}
}

// A part of a slot that nobody began is not lost in silence.
func TestAPartOfNoSlotComesAgain(t *testing.T) {
	h := newHouse(t, dynamotest.Store(t))
	body := `{"campaign":"weekly","version":3,"slot":"2026-11-21T10:00:00Z","segment":0}`
	if again := h.handle(t, t.Context(), body); !slices.Equal(again, []string{body}) {
		t.Errorf("comes again: %v, want the part", again)
	}
}
