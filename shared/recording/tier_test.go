package recording

import (
	"fmt"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

func TestATierIsRaisedByTheOrderThatLiftsTheCustomer(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	h := &Recorder{Now: func() time.Time { return at }}
	in := shoppolicy.Policy{
		Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"},
		Points: points.Scheme{Earn: map[shop.Currency]int64{"GBP": 100}, Window: 365 * 24 * time.Hour, Tiers: []points.Tier{
			{Name: "member"}, {Name: "silver", From: 100}, {Name: "gold", From: 300},
		}},
		Campaigns: []campaign.Campaign{{ID: "tier", Version: 2, On: []shop.OrderKind{shop.TierReached}, NotAfter: time.Hour}},
	}
	with := func(n int) profile.Profile {
		p := profile.Profile{ID: "ann"}
		if n > 0 {
			ledger, err := p.Points.Ledger.Add(points.Entry{ID: "earn/o", Kind: points.Earn, Order: "o", At: at, Points: n, Rate: 100, Until: at.AddDate(1, 0, 0)})
			must(t, err)
			p.Points.Ledger = ledger
		}
		return p
	}
	stored := map[shop.OrderKind][]campaign.Intent{}
	for _, step := range []struct {
		name          string
		before, after int
		order         shop.Order
		want          string
	}{
		{"the first tier", 0, 50, shop.Order{}, "[]"},
		{"an imported order", 50, 150, shop.Order{Imported: true}, "[]"},
		{"silver", 50, 150, shop.Order{}, "[tier.reached/silver/2026]"},
		{"the same event again", 150, 150, shop.Order{}, "[tier.reached/silver/2026]"},
		{"down", 150, 50, shop.Order{}, "[tier.reached/silver/2026]"},
		{"up again", 50, 150, shop.Order{}, "[tier.reached/silver/2026]"},
		{"gold", 150, 400, shop.Order{}, "[tier.reached/silver/2026 tier.reached/gold/2026]"},
	} {
		raised, kept := h.raiseTier(in, []shop.Event{{ID: "e"}}, step.order, with(step.before), with(step.after), stored)
		var got []string
		for _, i := range raised {
			got = append(got, i.Occasion)
		}
		if fmt.Sprint(got) != step.want {
			t.Errorf("%s: raised %v, want %s", step.name, got, step.want)
		}
		stored = kept
	}
	raised, _ := h.raiseTier(in, []shop.Event{{ID: "e"}}, shop.Order{}, with(0), with(400), nil)
	if len(raised) != 1 || raised[0].Occasion != "tier.reached/gold/2026" || raised[0].Version != 2 || !raised[0].NotAfter.Equal(at.Add(time.Hour)) {
		t.Errorf("from none to gold: raised %+v, want gold alone, for an hour", raised)
	}
}
