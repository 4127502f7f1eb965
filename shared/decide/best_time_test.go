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

func TestAMessageComesAtTheHourAtWhichTheCustomerOrders(t *testing.T) {
	for name, c := range map[string]struct {
		zone  string
		lives time.Duration
		hours []int
		want  string
	}{
		"they order in the evening":             {"Europe/London", 36 * time.Hour, []int{19, 19, 20, 10, 19}, "QUEUED not-yet 2026-11-22 19:00"},
		"by their own clock":                    {"Europe/Athens", 36 * time.Hour, []int{19, 19, 20, 10, 19}, "QUEUED not-yet 2026-11-22 17:00"},
		"an hour that comes tomorrow":           {"Europe/London", 36 * time.Hour, []int{9, 9, 9, 10, 9}, "QUEUED not-yet 2026-11-23 09:00"},
		"an hour that comes too late":           {"Europe/London", 6 * time.Hour, []int{20, 20, 20, 20, 20}, "SENDING"},
		"the hour of the run":                   {"Europe/London", 36 * time.Hour, []int{12, 12, 11, 13, 12}, "SENDING"},
		"too few orders":                        {"Europe/London", 36 * time.Hour, []int{19, 19, 19, 19}, "SENDING"},
		"every hour once: that of the run":      {"Europe/London", 36 * time.Hour, []int{8, 12, 16, 20, 0}, "SENDING"},
		"they order at night, in the quiet":     {"Europe/London", 36 * time.Hour, []int{23, 23, 23, 2, 23}, "SENDING"},
		"a zone whose hours begin at half past": {"Asia/Kolkata", 36 * time.Hour, []int{19, 19, 20, 10, 19}, "QUEUED not-yet 2026-11-22 13:30"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := state(decision(t, usual(c.zone, c.lives, c.hours...))); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
}

// An order that comes while the message waits does not move its hour.
func TestTheBestHourIsThatOfTheRun(t *testing.T) {
	g := usual("Europe/London", 36*time.Hour, 19, 19, 20, 10, 19)
	g.snapshot.Profile.Orders = append(g.snapshot.Profile.Orders, profile.Visit{Order: "z", At: noon.Add(time.Hour), Net: gbp(1)})
	if got, want := state(decision(t, g)), "QUEUED not-yet 2026-11-22 19:00"; got != want {
		t.Errorf("Decide = %s, want %s", got, want)
	}
}
