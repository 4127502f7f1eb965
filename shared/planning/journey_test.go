package planning

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/journey"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// entered takes all entries off journey's queue. It fails the test if there is an
// intent on send's queue, or one that is no entry.
func (h fixture) entered(t testing.TB) (entries []campaign.Intent) {
	t.Helper()
	if sent := h.on(t, "Send"); len(sent) > 0 {
		t.Errorf("a run of a journey put %s on send's queue", sent[0])
	}
	for _, body := range h.on(t, "Journey") {
		entry, faults := campaign.ReadIntent([]byte(body))
		if len(faults) > 0 || !entry.Enters || entry.Entered.IsZero() {
			t.Fatalf("%s is no entry; faults %v", body, faults)
		}
		entries = append(entries, entry)
	}
	return entries
}

// enteredBy publishes a journey that customers enter by c.
func (h fixture) enteredBy(t testing.TB, c campaign.Campaign) {
	t.Helper()
	c.ID, c.Journey, c.Version = "path", "path", 2
	h.publish(t, func(p *shoppolicy.Policy) {
		p.Journeys = []journey.Journey{{Entry: c, Steps: []journey.Step{{Name: "wait", Wait: time.Hour}}}}
		p.Campaigns = nil
	})
}

// A run of a journey raises one entry for each customer of its audience, at the time of
// the run, also if the function dies on the way.
func TestARunOfAJourneyRaisesEntries(t *testing.T) {
	h := populated(t, 60)
	weekly, err := h.Policy(t.Context())
	must(t, err)
	c, _ := weekly.Campaign("weekly")
	h.enteredBy(t, campaign.Campaign{Schedule: c.Schedule, Audience: c.Audience, NotAfter: 48 * time.Hour})
	must(t, h.store.SavePlannedUntil(t.Context(), ten.Add(-time.Minute)))
	h.Runs = &dying{runs: h.store, left: leastParts + 1}
	must(t, h.tick(t))
	h.work(t)
	entries := h.entered(t)
	once := map[shop.SendID]bool{}
	var customers []campaign.Intent
	for _, i := range entries {
		if id := i.SendID(""); !once[id] {
			once[id], customers = true, append(customers, i)
		}
		if i.Campaign != "path" || i.Version != 2 || !i.Entered.Equal(ten) || i.Occasion != "2026-11-21T10:00:00Z" || !i.NotAfter.Equal(ten.Add(48*time.Hour)) {
			t.Errorf("the entry is %+v, want one by the run of %s", i, ten)
		}
	}
	if diff := cmp.Diff(audience(60), customersOf(customers)); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	must(t, h.store.Runs(t.Context(), func(p dynamo.Progress) error {
		if !p.Enters || !p.Done() {
			t.Errorf("the run's progress is %+v, want one of entries, and planned", p)
		}
		return nil
	}))
}

// Every pass that finds a customer's own day raises the same entry, at the time at which
// the day was due.
func TestPassesRaiseTheSameEntry(t *testing.T) {
	h := newFixture(t, dynamotest.Store(t))
	h.enteredBy(t, campaign.Campaign{On: []shop.OrderKind{shop.BirthdayComes}, Hour: "09:00", NotAfter: 48 * time.Hour})
	must(t, h.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: "ann", Birthday: profile.Statement{Value: "11-21", At: ten, By: "o"}}}}))
	nine := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	h.at(nine.Add(-time.Hour))
	must(t, h.tick(t))
	var entries []campaign.Intent
	for day := range 3 {
		h.at(nine.AddDate(0, 0, day))
		must(t, h.tick(t))
		h.work(t)
		entries = append(entries, h.entered(t)...)
	}
	if len(entries) != 2 || !entries[0].SameSend(entries[1]) || !entries[0].Entered.Equal(nine) || !entries[1].Entered.Equal(nine) {
		t.Errorf("three passes raised %+v, want the entry of nine o'clock by two", entries)
	}
}

func TestARunOfAStepIsRefused(t *testing.T) {
	h := newFixture(t, dynamotest.Store(t))
	h.publish(t, func(p *shoppolicy.Policy) {
		p.Campaigns = []campaign.Campaign{{ID: "path_hello", Journey: "path", Version: 1, NotAfter: time.Hour}}
	})
	h.handle(t, t.Context(), runEventOf("path_hello", ten))
	if dead := h.on(t, "DeadLetters"); len(dead) != 1 {
		t.Errorf("%d messages were refused, want the run of a step", len(dead))
	}
}
