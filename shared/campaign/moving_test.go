//go:build !race

package campaign_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/campaign"
)

// Customers who move several times a year get each run once, at the first minute at
// which the clocks of their zone show its time. The oracle is their watch, which they
// set in each zone: of what it shows again, nothing comes again, and what it skips is
// the run that decision 0064 gives up.
func TestAYearOfCustomersWhoMove(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	end := begin.AddDate(1, 0, 0)
	var zones []*time.Location
	for _, name := range yearZones {
		zones = append(zones, zone(t, name))
	}
	w := wallCampaign{campaign.Campaign{ID: "daily", Version: 1, Schedule: "0 10 * * *", Clock: campaign.ByCustomer, NotAfter: 7 * 24 * time.Hour}, func(w time.Time) bool { return at4(w) == 1000 }}
	runs := planned(w.c, begin, end, zones)
	shown := make([][]campaign.Run, len(zones))
	for i, zone := range zones {
		shown[i] = w.shown(clock(zone, begin, end))
	}
	random := rand.New(rand.NewPCG(2026, 11))
	messages, twice, missed := 0, 0, 0
	for n := range 500 {
		moves := []time.Time{begin}
		for at := begin; at.Before(end); {
			at = at.Add(time.Duration(1+random.IntN(60*24*60)) * time.Minute)
			moves = append(moves, at)
		}
		got, want := map[string]time.Time{}, map[string]time.Time{}
		var sends []campaign.Intent
		for i := range moves[1:] {
			where := random.IntN(len(zones))
			while := func(at time.Time) bool { return at.After(moves[i]) && !at.After(moves[i+1]) }
			for _, run := range runs[where] {
				if intent := w.c.At(run, "c-1"); while(run.At) {
					if slices.ContainsFunc(sends, intent.SameSend) {
						twice++
						continue
					}
					sends = append(sends, intent)
					got[run.Local] = run.At
				}
			}
			for _, run := range shown[where] {
				if _, had := want[run.Local]; while(run.At) && !had {
					want[run.Local] = run.At
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("customer %d: the sends (-oracle +planned):\n%s", n, diff)
		}
		messages, missed = messages+len(got), missed+365-len(got)
	}
	t.Logf("%d messages to 500 customers who move about twelve times a year; %d were planned twice and sent once, %d runs were missed", messages, twice, missed)
}
