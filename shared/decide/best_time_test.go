package decide_test

import (
	"slices"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// usual returns a case of a run at noon in London with send_time: best, of a customer
// who ordered at these hours of their zone.
func usual(zone string, notAfter time.Duration, hours ...int) given {
	g := aCase()
	g.config.Campaigns = append(slices.Clone(g.config.Campaigns), campaign.Campaign{
		ID: "best", Version: 1, Message: "picks", Class: shop.ClassPromotion, Schedule: "0 12 * * *", SendTime: campaign.Best, Picks: 2, NotAfter: notAfter,
	})
	c, _ := g.config.Campaign("best")
	i := c.At(campaign.Run{At: noon}, ann)
	i.Planned = noon
	g.intents = []campaign.Intent{i}
	p := &g.snapshot.Profile
	p.Zone.Value, p.Orders = zone, nil
	where, _ := shop.Zone(zone)
	for n, hour := range hours {
		p.Orders = append(p.Orders, profile.Visit{Order: shop.OrderID(rune('a' + n)), At: time.Date(2026, 9, 1+n, hour, 30, 0, 0, where), Net: gbp(100)})
	}
	return g
}

// At eight in the evening and beside it come most orders of this shop, at five in the
// afternoon the other ones.
var evenings = [24]int{17: 300, 19: 100, 20: 400, 21: 100}

func TestAMessageComesAtTheHourAtWhichTheCustomerOrders(t *testing.T) {
	for name, c := range map[string]struct {
		zone  string
		lives time.Duration
		hours []int
		want  string
	}{
		"they order in the morning":             {"Europe/London", 36 * time.Hour, []int{10, 10, 10, 10, 10, 10, 10, 10, 11}, "QUEUED not-yet 2026-11-23 10:00"},
		"by their own clock":                    {"Europe/Athens", 36 * time.Hour, []int{10, 10, 10, 10, 10, 10, 10, 10, 11}, "QUEUED not-yet 2026-11-23 08:00"},
		"an hour that comes too late":           {"Europe/London", 6 * time.Hour, []int{10, 10, 10, 10, 10, 10, 10, 10, 11}, "QUEUED not-yet 2026-11-22 17:00"},
		"every hour comes too late":             {"Europe/London", 30 * time.Minute, []int{10, 10, 10, 10, 10, 10, 10, 10, 11}, "SENDING"},
		"the hour of the run":                   {"Europe/London", 36 * time.Hour, []int{12, 12, 11, 13, 12, 12, 12, 12, 12}, "SENDING"},
		"no order: the shop's hour":             {"Europe/London", 36 * time.Hour, nil, "QUEUED not-yet 2026-11-22 20:00"},
		"few orders: still the shop's":          {"Europe/London", 36 * time.Hour, []int{10, 10, 10}, "QUEUED not-yet 2026-11-22 20:00"},
		"few orders, at another of its hours":   {"Europe/London", 36 * time.Hour, []int{17, 17, 17}, "QUEUED not-yet 2026-11-22 17:00"},
		"they order at night, in the quiet":     {"Europe/London", 36 * time.Hour, []int{23, 23, 23, 2, 23, 23, 23, 23, 23}, "QUEUED not-yet 2026-11-22 20:00"},
		"a zone whose hours begin at half past": {"Asia/Kolkata", 36 * time.Hour, []int{10, 10, 10, 10, 10, 10, 10, 10, 11}, "QUEUED not-yet 2026-11-23 04:30"},
	} {
		t.Run(name, func(t *testing.T) {
			g := usual(c.zone, c.lives, c.hours...)
			g.config.CustomerValue.Hours = evenings
			if got := state(decision(t, g)); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
}

func TestAMessageComesAtTheNamedHourOfTheCustomer(t *testing.T) {
	for name, c := range map[string]struct {
		zone  string
		lives time.Duration
		want  string
	}{
		"later today":                  {"Europe/London", 36 * time.Hour, "QUEUED not-yet 2026-11-22 18:00"},
		"by their own clock":           {"Europe/Athens", 36 * time.Hour, "QUEUED not-yet 2026-11-22 16:00"},
		"tomorrow, it is past already": {"Pacific/Auckland", 36 * time.Hour, "QUEUED not-yet 2026-11-23 05:00"},
		"it comes too late":            {"Europe/London", 6 * time.Hour, "SENDING"},
	} {
		t.Run(name, func(t *testing.T) {
			g := usual(c.zone, c.lives)
			g.config.Campaigns[len(g.config.Campaigns)-1].SendTime = "18:00"
			if got := state(decision(t, g)); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
}

// Until learn has counted the shop's orders, it takes many orders of the customer to
// move a message away from the run's hour.
func TestBeforeTheFirstNightTheRunsHourCounts(t *testing.T) {
	for name, c := range map[string]struct {
		hours []int
		want  string
	}{
		"no order":              {nil, "SENDING"},
		"five orders":           {[]int{19, 19, 19, 19, 19}, "SENDING"},
		"thirteen orders":       {[]int{19, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19, 19}, "QUEUED not-yet 2026-11-22 19:00"},
		"many at several hours": {[]int{8, 12, 16, 20, 0, 9, 13, 17, 21, 8, 12, 16, 20, 0}, "SENDING"},
	} {
		if got := state(decision(t, usual("Europe/London", 36*time.Hour, c.hours...))); got != c.want {
			t.Errorf("%s: Decide = %s, want %s", name, got, c.want)
		}
	}
}

// An order that comes while the message waits does not move its hour.
func TestTheBestHourIsThatOfTheRun(t *testing.T) {
	g := usual("Europe/London", 36*time.Hour, 19, 19, 20, 10, 19, 19, 19, 19, 19)
	g.config.CustomerValue.Hours = evenings
	g.snapshot.Profile.Orders = append(g.snapshot.Profile.Orders, profile.Visit{Order: "z", At: noon.Add(time.Hour), Net: gbp(1)})
	if got, want := state(decision(t, g)), "QUEUED not-yet 2026-11-22 19:00"; got != want {
		t.Errorf("Decide = %s, want %s", got, want)
	}
}
