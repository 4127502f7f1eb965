package planning

import (
	"slices"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// birthdays returns a fixture with a campaign that congratulates at nine, for two
// days, and with customers who are called like their birthdays.
func birthdays(t testing.TB, days ...string) fixture {
	t.Helper()
	h := newFixture(t, dynamotest.Store(t))
	h.publish(t, func(p *shoppolicy.Policy) {
		p.Campaigns = []campaign.Campaign{{ID: "birthday", Version: 1, On: []shop.OrderKind{shop.BirthdayComes}, Hour: "09:00", NotAfter: 48 * time.Hour, Class: shop.ClassPromotion}}
	})
	for _, day := range days {
		must(t, h.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: shop.CustomerID(day), Birthday: profile.Statement{Value: day, At: ten, By: "o"}}}}))
	}
	h.at(ten.Add(-20 * time.Hour))
	must(t, h.tick(t))
	return h
}

// pass ticks at a time and returns the customers for whom an intent is planned.
// Intents that are taken get a record, as send gives them one.
func (h fixture) pass(t testing.TB, at time.Time, taken bool) []shop.CustomerID {
	t.Helper()
	h.at(at)
	must(t, h.tick(t))
	h.work(t)
	intents := h.planned(t)
	for _, i := range intents {
		if taken {
			must(t, h.store.End(t.Context(), claim.Send{ID: i.SendID("test"), Intent: i, State: claim.Expired, Changed: at}))
		}
	}
	return customersOf(intents)
}

func TestAPassPlansEachOwnDayOnce(t *testing.T) {
	h := birthdays(t, "11-20", "11-21", "11-22")
	day := func(n int) time.Time { return time.Date(2026, 11, n, 9, 0, 0, 0, time.UTC) }
	for _, pass := range []struct {
		at    time.Time
		taken bool
		want  []shop.CustomerID
	}{
		{day(20).Add(24*time.Hour - time.Minute), true, nil}, // ten is on the 21st: the pass of the 20th was before the first tick
		{day(21), true, []shop.CustomerID{"11-20", "11-21"}},
		{day(21).Add(time.Hour), true, nil},
		{day(22).Add(time.Minute), false, []shop.CustomerID{"11-22"}}, // it stays on the queue
		{day(23).Add(time.Minute), true, []shop.CustomerID{"11-22"}},  // planned again, for the same send
		{day(24), true, nil},
	} {
		if got := h.pass(t, pass.at, pass.taken); !slices.Equal(got, pass.want) {
			t.Errorf("the pass of %s plans for %v, want %v", pass.at.Format("Jan 2 15:04"), got, pass.want)
		}
	}
}

// A page that is planned again after a crash has the same days, also if a birthday
// was changed in between.
func TestOwnDaysArePlannedAgainAsTheyWereStored(t *testing.T) {
	h := birthdays(t, "11-21")
	h.Runs = &dying{runs: h.store, left: leastParts}
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	h.at(at)
	must(t, h.tick(t))
	bodies := h.on(t, "Plan")
	bodies = append(h.handle(t, t.Context(), bodies...), h.on(t, "Plan")...)
	again := h.handle(t, t.Context(), bodies...)
	must(t, h.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: "11-21"}}}))
	h.handle(t, t.Context(), again...)
	h.work(t)
	sends := map[shop.SendID]bool{}
	for _, i := range h.planned(t) {
		sends[i.SendID("test")] = true
	}
	planned := 0
	must(t, h.store.Runs(t.Context(), func(p dynamo.Progress) error { planned += p.Planned; return nil }))
	if len(sends) != 1 || planned != 1 {
		t.Errorf("%d sends, %d planned, want one of each", len(sends), planned)
	}
}
