package decide_test

import (
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/profile"
	"regulars/shared/shoppolicy"
)

// By the customers' clocks, campaign.day and campaign.weekday are those of their
// day: it is Sunday in Auckland while it is Saturday in London.
func TestTheDayOfARunIsThatOfItsClock(t *testing.T) {
	sunday := compiled(`campaign.weekday == "sunday" && campaign.day == "2026-11-22"`)
	policy := shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}}
	run := campaign.Run{At: time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC), Local: "2026-11-22T09:00"}
	for name, test := range map[string]struct {
		clock campaign.Clock
		zone  string
		want  bool
	}{
		"in Auckland, by the customer's clock": {campaign.ByCustomer, "Pacific/Auckland", true},
		"in Auckland, by the shop's clock":     {"", "Pacific/Auckland", false},
		"no zone, by the customer's clock":     {campaign.ByCustomer, "", false},
	} {
		c := campaign.Campaign{ID: "weekly", Version: 1, Clock: test.clock, Schedule: "0 9 * * 0", Audience: sunday}
		if got := len(decide.Planned(policy, c, run, profile.Profile{ID: ann, Zone: stated(test.zone)}, nil)) > 0; got != test.want {
			t.Errorf("%s: in the audience = %t, want %t", name, got, test.want)
		}
	}
}
