package planning

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/inputfault/faulttest"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// publish changes the policy that is in force.
func (h fixture) publish(t testing.TB, change func(*shoppolicy.Policy)) {
	t.Helper()
	p, err := h.Latest(t.Context())
	must(t, err)
	p.Campaigns = slices.Clone(p.Campaigns)
	change(&p)
	h.Policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
	h.Latest = h.Policy
}

func TestACampaignWithADateRunsOnce(t *testing.T) {
	h := populated(t, 40)
	h.publish(t, func(p *shoppolicy.Policy) {
		p.Campaigns = []campaign.Campaign{{ID: "weekly", Version: 3, Date: "2026-11-21 11:00", Audience: p.Campaigns[2].Audience, NotAfter: 36 * time.Hour, Class: shop.ClassPromotion}}
	})
	at := ten.Add(time.Hour)
	h.Now = func() time.Time { return saturday }
	must(t, h.tick(t))
	for range 3 * 24 { // three days
		now := h.Now().Add(time.Hour)
		h.Now = func() time.Time { return now }
		must(t, h.tick(t))
	}
	if got, want := h.requested(t), []string{"weekly " + at.Format(time.RFC3339)}; !slices.Equal(got, want) {
		t.Fatalf("requested %v, want %v", got, want)
	}
	h.Now = func() time.Time { return at }
	h.handle(t, t.Context(), runEventOf("weekly", at)) // by hand
	h.work(t)
	if got := customersOf(h.planned(t)); !slices.Equal(got, audience(40)) {
		t.Errorf("planned for %v, want %v", got, audience(40))
	}
	if dead := h.on(t, "DeadLetters"); len(dead) > 0 {
		t.Errorf("dead letters: %v", dead)
	}
}

// After an outage the log names each run that was left out, once, and why.
func TestARunThatIsLeftOutIsLoggedOnce(t *testing.T) {
	h := newFixture(t, dynamotest.Store(t))
	must(t, h.tick(t))
	log := faulttest.Captured(t)
	h.Now = func() time.Time { return saturday.AddDate(0, 0, 3) }
	must(t, h.tick(t))
	must(t, h.tick(t))
	var left []string
	for line := range strings.Lines(log.Read()) {
		if strings.Contains(line, "campaign run left out: its messages expired") {
			left = append(left, line)
		}
	}
	want := []string{"2026-11-21T11:00:00Z", "2026-11-22T11:00:00Z"} // of daily, which expire after a day
	if len(left) != len(want) {
		t.Fatalf("%d runs are logged as left out, want %d:\n%s", len(left), len(want), strings.Join(left, ""))
	}
	for i, line := range left {
		if !strings.Contains(line, "daily") || !strings.Contains(line, want[i]) {
			t.Errorf("the log says %q, want the run of %s", line, want[i])
		}
	}
}
