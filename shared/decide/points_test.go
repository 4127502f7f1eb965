package decide_test

import (
	"strings"
	"testing"
	"time"

	"regulars/shared/decide"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// loyal is a case with a points scheme. The customer has 120 active points, 50
// pending ones of order o-2, and needs 130 more for gold.
func loyal(campaigns ...shop.CampaignID) given {
	day := 24 * time.Hour
	g := aCase(campaigns...)
	g.config.Points = points.Scheme{
		Placed: true,
		Earn:   map[shop.Currency]int64{"GBP": 100}, Pending: 30 * day, Lives: 365 * day, Spend: points.Rate{Points: 100, Worth: 100},
		Tiers: []points.Tier{
			{Name: "member", Named: map[string]string{"en": "Member"}},
			{Name: "silver", From: 100, Named: map[string]string{"en": "Silver"}},
			{Name: "gold", From: 300, Named: map[string]string{"en": "Gold"}},
		},
		Window: 365 * day, Grace: 90 * day,
	}
	for _, o := range []shop.Order{
		{ID: "o-1", Customer: ann, Placed: &shop.Placed{At: noon.AddDate(0, 0, -40), Total: gbp(12_000)}},
		{ID: "o-2", Customer: ann, Placed: &shop.Placed{At: noon.Add(-time.Hour), Total: gbp(5000)}},
	} {
		g.snapshot.Profile.Points.Ledger = g.config.Points.Fold(g.snapshot.Profile.Points.Ledger, o)
	}
	return g
}

func TestFactsOfPoints(t *testing.T) {
	g := loyal()
	facts := func(now time.Time, p profile.Profile) (int, string) {
		got := decide.Facts(now, p, g.snapshot.Contact, nil, g.config.Policy, decide.Occasion{}).Customer
		return got.Points, got.Tier
	}
	spent := g.snapshot.Profile
	ledger, err := spent.Points.Ledger.Add(points.Entry{ID: "spend/o-3", Kind: points.Spend, At: noon, Points: -120, Order: "o-3"})
	check(err)
	spent.Points.Ledger, err = ledger.Add(points.Entry{ID: "refund/o-1/r", Kind: points.TakeBack, At: noon, Points: -120, Order: "o-1", Lot: "earn/o-1"})
	check(err)
	for name, c := range map[string]struct {
		now     time.Time
		profile profile.Profile
		points  int
		tier    string
	}{
		"an empty profile":                             {noon, profile.Profile{}, 0, "member"},
		"pending points do not count":                  {noon, g.snapshot.Profile, 120, "silver"},
		"a month later, when all are active":           {noon.AddDate(0, 0, 31), g.snapshot.Profile, 170, "silver"},
		"after the year and the grace":                 {noon.AddDate(0, 0, 500), g.snapshot.Profile, 0, "member"},
		"a negative balance becomes 0, without a tier": {noon, spent, 0, "member"},
	} {
		t.Run(name, func(t *testing.T) {
			if n, tier := facts(c.now, c.profile); n != c.points || tier != c.tier {
				t.Errorf("Facts = %d points, %q, want %d, %q", n, tier, c.points, c.tier)
			}
		})
	}
	got := decide.Facts(noon, g.snapshot.Profile, g.snapshot.Contact, nil, g.config.Policy, decide.Occasion{}).Customer
	if want := 365 - 40; got.ExpireIn != want {
		t.Errorf("the next points expire in %d days, want %d", got.ExpireIn, want)
	}
	g.config.Points = points.Scheme{}
	if n, tier := facts(noon, g.snapshot.Profile); n != 0 || tier != "" {
		t.Errorf("in a shop without points Facts = %d points, %q, want 0 and no tier", n, tier)
	}
}

func TestAMessagePrintsThePointsOfItsOrderAndTheNextTier(t *testing.T) {
	g := loyal("thanks")
	text := decisions(t, g)[0].Mail.Text
	if want := "earned 50, active 120 worth £1.20, pending 50 (50 of this order, 0 of others), expiring 120 on 12 October 2027, Silver, 130 to Gold"; !strings.Contains(text, want) {
		t.Errorf("the message does not contain %q:\n%s", want, text)
	}
	g.config.Points.Placed, g.snapshot.Profile.Points.Ledger = false, nil // the message's order is not paid yet
	for _, o := range []shop.Order{
		{ID: "o-1", Customer: ann, Placed: &shop.Placed{At: noon.AddDate(0, 0, -40), Total: gbp(12_000)}, Paid: noon.AddDate(0, 0, -40)},
		{ID: "o-2", Customer: ann, Placed: &shop.Placed{At: noon.Add(-time.Hour), Total: gbp(5000)}},
	} {
		g.snapshot.Profile.Points.Ledger = g.config.Points.Fold(g.snapshot.Profile.Points.Ledger, o)
	}
	if text := decisions(t, g)[0].Mail.Text; !strings.Contains(text, "Silver, 130 to Gold") {
		t.Errorf("the message does not count the 50 points that it announces towards the next tier:\n%s", text)
	}
	g.config.Points = points.Scheme{}
	if text := decisions(t, g)[0].Mail.Text; strings.Contains(text, "earned") {
		t.Errorf("the message of a shop without points prints points:\n%s", text)
	}
}
