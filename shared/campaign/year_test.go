package campaign_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/campaign"
	"regulars/shared/shop"
)

// yearZones are zones with every kind of clock change, and with none.
var yearZones = []string{
	"Europe/London", "America/New_York", "America/Los_Angeles", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Kathmandu",
	"America/Sao_Paulo", "Asia/Tokyo", "Pacific/Auckland", "Pacific/Chatham", "Atlantic/Reykjavik", "Asia/Beirut", "America/Havana", "Africa/Casablanca",
}

// A campaign follows the customers' clocks over a year. An oracle looks at the
// clocks of each zone minute by minute; the runs that ticks of random length plan
// reach each zone at the same times, each once.
func TestAYearByTheCustomersClocks(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	end := begin.AddDate(1, 0, 0)
	var zones []*time.Location
	for _, name := range yearZones {
		zones = append(zones, zone(t, name))
	}
	campaigns := map[string]wallCampaign{
		"Saturdays at ten":           {campaign.Campaign{Schedule: "0 10 * * 6"}, func(w time.Time) bool { return w.Weekday() == time.Saturday && at4(w) == 1000 }},
		"in the hours that change":   {campaign.Campaign{Schedule: "30 0,1,2,3 * * *"}, func(w time.Time) bool { return w.Minute() == 30 && w.Hour() <= 3 }},
		"at midnight":                {campaign.Campaign{Schedule: "0 0 * * *"}, func(w time.Time) bool { return at4(w) == 0 }},
		"on the last day of a month": {campaign.Campaign{Schedule: "45 23 31 * *"}, func(w time.Time) bool { return at4(w) == 2345 && w.Day() == 31 }},
		"each hour of two months":    {campaign.Campaign{Schedule: "15 * * 3,10 *"}, func(w time.Time) bool { return w.Minute() == 15 && (w.Month() == 3 || w.Month() == 10) }},
		"once":                       {campaign.Campaign{Date: "2026-12-05 10:00"}, time.Date(2026, 12, 5, 10, 0, 0, 0, time.UTC).Equal},
		"once, when London skips it": {campaign.Campaign{Date: "2026-03-29 01:30"}, time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC).Equal},
	}
	got := map[string][][]campaign.Run{}
	for name, test := range campaigns {
		test.c.Clock, test.c.NotAfter = campaign.ByCustomer, 7*24*time.Hour
		got[name] = planned(test.c, begin, end, zones)
	}
	compared := 0
	for i, zone := range zones {
		minutes := clock(zone, begin, end)
		for name, test := range campaigns {
			want := test.shown(minutes)
			if diff := cmp.Diff(want, got[name][i]); diff != "" {
				t.Errorf("%s, in %s: the runs (-oracle +planned):\n%s", name, zone, diff)
			}
			met := map[string]bool{}
			for _, run := range got[name][i] {
				if met[run.Local] {
					t.Errorf("%s, in %s: two runs at %s", name, zone, run.Local)
				}
				met[run.Local] = true
			}
			compared += len(want)
		}
	}
	if t.Logf("%d runs compared", compared); compared < 50_000 {
		t.Errorf("only %d runs were compared", compared)
	}
}

// wallCampaign is a campaign, and at which times of a wall clock it has runs.
type wallCampaign struct {
	c    campaign.Campaign
	runs func(wall time.Time) bool
}

// at4 returns the time of day as four digits.
func at4(wall time.Time) int { return wall.Hour()*100 + wall.Minute() }

// planned returns the runs that reach each zone, as ticks of random length plan
// them for all of the zones.
func planned(c campaign.Campaign, from, until time.Time, zones []*time.Location) [][]campaign.Run {
	random := rand.New(rand.NewPCG(2026, 12))
	all := make([][]campaign.Run, len(zones))
	for from.Before(until) {
		to := from.Add(time.Duration(1+random.IntN(2*24*60)) * time.Minute)
		if to.After(until) {
			to = until
		}
		for _, run := range campaign.Due(c, from, to, zones...) {
			for i, zone := range zones {
				if c.Reaches(run, zone) {
					all[i] = append(all[i], run)
				}
			}
		}
		from = to
	}
	return all
}

// minute is a time of a zone's wall clock, as if it were UTC, and when it comes.
type minute struct{ wall, at time.Time }

// clock looks at the clock of a zone each minute, and returns each time of the wall
// when it is shown first. A time that the clock skips comes as long after the skip
// as it comes after the skip's begin.
func clock(zone *time.Location, after, until time.Time) (minutes []minute) {
	var last time.Time // the latest that the clock has shown
	for at := after.Add(-48 * time.Hour); !at.After(until); at = at.Add(time.Minute) {
		_, offset := at.In(zone).Zone()
		wall := at.Add(time.Duration(offset) * time.Second)
		for skipped := last.Add(time.Minute); !last.IsZero() && skipped.Before(wall); skipped = skipped.Add(time.Minute) {
			minutes = append(minutes, minute{skipped, at.Add(skipped.Sub(last) - time.Minute)})
		}
		if wall.After(last) {
			last, minutes = wall, append(minutes, minute{wall, at})
		}
	}
	return slices.DeleteFunc(minutes, func(m minute) bool { return !m.at.After(after) || m.at.After(until) })
}

// shown is the oracle: the runs at these minutes. A time that is skipped gives way to
// the one that the clock shows instead, which comes later in the list.
func (w wallCampaign) shown(minutes []minute) (all []campaign.Run) {
	at := map[time.Time]string{}
	for _, m := range minutes {
		if w.runs(m.wall) {
			at[m.at] = m.wall.Format(shop.LocalForm)
		}
	}
	for t, local := range at {
		all = append(all, campaign.Run{At: t, Local: local})
	}
	slices.SortFunc(all, func(a, b campaign.Run) int { return a.At.Compare(b.At) })
	return all
}
