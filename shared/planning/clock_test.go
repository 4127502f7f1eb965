package planning

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// worldwide returns a fixture with one customer for each of the zones, who is
// called like it, and "nowhere" of whom no zone is known. Its campaign runs on a
// Saturday at ten by their clocks; the time is a minute before the first of them.
func worldwide(t testing.TB, zones ...string) fixture {
	t.Helper()
	h := newFixture(t, dynamotest.Store(t))
	h.publish(t, func(p *shoppolicy.Policy) {
		p.Campaigns = []campaign.Campaign{{ID: "weekly", Version: 3, Schedule: "0 10 * * 6", Clock: campaign.ByCustomer, NotAfter: 6 * time.Hour, Class: shop.ClassPromotion}}
	})
	h.live(t, "nowhere", "")
	for _, zone := range zones {
		h.live(t, shop.CustomerID(zone), zone)
	}
	h.at(ten.Add(-20 * time.Hour))
	must(t, h.tick(t))
	return h
}

// live stores a customer in a zone.
func (h fixture) live(t testing.TB, id shop.CustomerID, zone string) {
	t.Helper()
	p := profile.Profile{ID: id, Zone: profile.Statement{Value: zone, At: ten, By: "o"}}
	must(t, h.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{p}}))
}

func (h fixture) at(now time.Time) { h.Now = func() time.Time { return now } }

// played ticks each quarter of an hour until then, and returns the intents with
// when each came.
func (h fixture) played(t testing.TB, until time.Time) (came map[string][]campaign.Intent) {
	t.Helper()
	came = map[string][]campaign.Intent{}
	for !h.Now().After(until) {
		must(t, h.tick(t))
		h.work(t)
		for _, i := range h.planned(t) {
			key := fmt.Sprint(i.Customer, " ", h.Now().UTC().Format("Mon 15:04"))
			came[key] = append(came[key], i)
		}
		h.at(h.Now().Add(15 * time.Minute))
	}
	return came
}

func TestEachCustomerGetsTheRunByTheirOwnClock(t *testing.T) {
	h := worldwide(t, "Europe/London", "Asia/Tokyo", "Asia/Kathmandu", "America/New_York", "Pacific/Chatham")
	came := h.played(t, ten.Add(20*time.Hour))
	var got []string
	for key, intents := range came {
		got = append(got, key)
		i := intents[0]
		if len(intents) != 1 || i.Occasion != "2026-11-21T10:00" || !i.NotAfter.Equal(i.Run.Add(6*time.Hour)) {
			t.Errorf("%s: intents %+v, want one of 2026-11-21T10:00 that expires six hours after its run", key, intents)
		}
	}
	slices.Sort(got)
	want := []string{"America/New_York Sat 15:00", "Asia/Kathmandu Sat 04:15", "Asia/Tokyo Sat 01:00", "Europe/London Sat 10:00", "Pacific/Chatham Fri 20:15", "nowhere Sat 10:00"}
	if !slices.Equal(got, want) {
		t.Errorf("the intents came at\n%v, want\n%v", got, want)
	}
}

// Without any zone of a customer, the run is that of the shop's clock.
func TestCustomersWithoutAZoneGetTheRunByTheShopsClock(t *testing.T) {
	h := worldwide(t)
	if came := h.played(t, ten.Add(20*time.Hour)); len(came) != 1 || len(came["nowhere Sat 10:00"]) != 1 {
		t.Errorf("came %v, want one intent at ten in London", came)
	}
}

// A customer who moves west between two runs is planned again, for the same send;
// one who moves east, to a zone in which its time is over, gets none.
func TestACustomerWhoMovesGetsTheRunOnce(t *testing.T) {
	h := worldwide(t, "Europe/London", "Asia/Tokyo", "America/New_York")
	all := h.played(t, ten.Add(-time.Hour))
	h.live(t, "Asia/Tokyo", "America/New_York")
	h.live(t, "America/New_York", "Asia/Tokyo")
	sends := map[shop.SendID]int{}
	for key, intents := range h.played(t, ten.Add(20*time.Hour)) {
		all[key] = append(all[key], intents...)
	}
	for _, intents := range all {
		for _, i := range intents {
			sends[i.SendID("test")]++
		}
	}
	if len(sends) != 3 || len(all) != 4 { // London, nowhere, and twice the one who was in Tokyo
		t.Errorf("intents %v, want 4 of 3 sends", all)
	}
}

// A zone that comes in while the run goes round is planned as well.
func TestAZoneThatComesLateIsPlanned(t *testing.T) {
	h := worldwide(t, "Europe/London")
	h.played(t, ten)
	h.live(t, "new", "America/Sao_Paulo")
	if came := h.played(t, ten.Add(20*time.Hour)); len(came) != 1 || len(came["new Sat 13:00"]) != 1 {
		t.Errorf("came %v, want one intent at 13:00 UTC", came)
	}
}

// Of two times of the wall that come at one instant, each customer gets theirs.
func TestTwoTimesOfTheWallAtOneInstant(t *testing.T) {
	h := worldwide(t, "Europe/Paris", "Europe/London")
	h.publish(t, func(p *shoppolicy.Policy) { p.Campaigns[0].Schedule = "0 10,11 * * 6" })
	got := map[shop.CustomerID][]string{}
	for _, intents := range h.played(t, ten.Add(20*time.Hour)) {
		for _, i := range intents {
			got[i.Customer] = append(got[i.Customer], i.Occasion+" "+i.Run.Format("15:04"))
		}
	}
	for id, first := range map[shop.CustomerID]int{"Europe/Paris": 9, "Europe/London": 10} {
		slices.Sort(got[id])
		want := []string{fmt.Sprintf("2026-11-21T10:00 %02d:00", first), fmt.Sprintf("2026-11-21T11:00 %02d:00", first+1)}
		if !slices.Equal(got[id], want) {
			t.Errorf("%s: %v, want %v", id, got[id], want)
		}
	}
}

func TestARunByHand(t *testing.T) {
	local := func(body, local string) string {
		return body[:len(body)-len(`}}`)] + fmt.Sprintf(`,"local":%q}}`, local)
	}
	h := worldwide(t, "Europe/London", "Asia/Tokyo")
	h.at(ten.Add(time.Minute))
	for name, test := range map[string]struct {
		body string
		want []shop.CustomerID
	}{
		"for everybody":                       {runEventOf("weekly", ten), []shop.CustomerID{"Asia/Tokyo", "Europe/London", "nowhere"}},
		"by the clocks that show ten":         {local(runEventOf("weekly", ten), "2026-11-21T10:00"), []shop.CustomerID{"Europe/London", "nowhere"}},
		"at a time that the schedule has not": {local(runEventOf("weekly", ten), "2026-11-21T19:00"), nil},
		"by clocks, of the shop's campaign":   {local(runEventOf("daily", ten), "2026-11-21T10:00"), nil},
	} {
		h.handle(t, t.Context(), test.body)
		h.work(t)
		if got := customersOf(h.planned(t)); !slices.Equal(got, test.want) {
			t.Errorf("%s: planned for %v, want %v", name, got, test.want)
		}
	}
}

// The planning of one instant goes on after a crash, for the same customers.
func TestARunByTheCustomersClocksGoesOnAfterACrash(t *testing.T) {
	h := worldwide(t, "Europe/London", "Asia/Tokyo")
	h.Runs = &dying{runs: h.store, left: leastParts}
	got := map[shop.SendID]bool{}
	for _, intents := range h.played(t, ten.Add(time.Hour)) {
		for _, i := range intents {
			got[i.SendID("test")] = true
		}
	}
	planned := 0
	must(t, h.store.Runs(t.Context(), func(p dynamo.Progress) error {
		planned += p.Planned
		return nil
	}))
	if len(got) != 3 || planned != 3 {
		t.Errorf("%d sends, %d planned, want 3 and 3", len(got), planned)
	}
}
