package decide_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// atNine is a campaign on a day of the customer's own, at nine by the shop's clock.
func atNine(kind shop.OrderKind) campaign.Campaign {
	return campaign.Campaign{ID: "day", Version: 1, Message: "birthday", Class: shop.ClassPromotion, On: []shop.OrderKind{kind}, Hour: "09:00", NotAfter: 48 * time.Hour}
}

// occasions returns the occasions that a pass of the campaign finds for a customer,
// with when each expires.
func occasions(c campaign.Campaign, in shoppolicy.Policy, pass time.Time, p profile.Profile) string {
	var all []string
	for _, i := range decide.Planned(in, c, campaign.Run{At: pass}, p, nil) {
		all = append(all, i.Occasion+" "+i.NotAfter.UTC().Format("01-02T15:04"))
	}
	return strings.Join(all, ", ")
}

func TestAPassFindsTheBirthdaysThatAreOpen(t *testing.T) {
	in := shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}}
	customer := func(c campaign.Campaign) campaign.Campaign { c.Clock = campaign.ByCustomer; return c }
	before := func(c campaign.Campaign) campaign.Campaign { c.Before = 7; return c }
	plain := atNine(shop.BirthdayComes)
	for name, test := range map[string]struct {
		campaign campaign.Campaign
		birthday string
		zone     string
		pass     string
		want     string
	}{
		"on the day":                       {plain, "03-20", "", "2026-03-20T09:00:00Z", "birthday/2026 03-22T09:00"},
		"a minute before":                  {plain, "03-20", "", "2026-03-20T08:59:00Z", ""},
		"by the pass of the day after":     {plain, "03-20", "", "2026-03-21T09:00:00Z", "birthday/2026 03-22T09:00"},
		"when it is over":                  {plain, "03-20", "", "2026-03-22T09:00:00Z", ""},
		"in summer time":                   {plain, "06-01", "", "2026-06-01T08:00:00Z", "birthday/2026 06-03T08:00"},
		"29 February without a leap day":   {plain, "02-29", "", "2026-02-28T09:00:00Z", "birthday/2026 03-02T09:00"},
		"the day after New Year":           {plain, "12-31", "", "2027-01-01T09:00:00Z", "birthday/2026 01-02T09:00"},
		"a week before, over New Year":     {before(plain), "01-03", "", "2026-12-27T09:00:00Z", "birthday/2027 12-29T09:00"},
		"not known":                        {plain, "", "", "2026-03-20T09:00:00Z", ""},
		"by the customer's clock":          {customer(plain), "03-20", "Asia/Tokyo", "2026-03-20T00:00:00Z", "birthday/2026 03-22T00:00"},
		"the day before it there":          {customer(plain), "03-20", "America/New_York", "2026-03-20T12:59:00Z", ""},
		"by the shop's clock, lives there": {plain, "03-20", "Asia/Tokyo", "2026-03-20T00:00:00Z", ""},
	} {
		pass, err := time.Parse(time.RFC3339, test.pass)
		check(err)
		p := profile.Profile{ID: ann, Birthday: stated(test.birthday), Zone: stated(test.zone)}
		if got := occasions(test.campaign, in, pass, p); got != test.want {
			t.Errorf("%s: the pass finds %q, want %q", name, got, test.want)
		}
	}
}

// onDay returns the case of an intent about a day of the customer's own, of a
// campaign that sends two picks.
func onDay(c campaign.Campaign, occasion string) given {
	g := aCase()
	c.Message, c.Picks = "picks", 2
	g.config.Campaigns = slices.Concat(g.config.Campaigns, []campaign.Campaign{c})
	g.intents = []campaign.Intent{{Campaign: c.ID, Version: 1, Customer: ann, Occasion: occasion, Run: noon, Planned: noon, NotAfter: noon.Add(c.NotAfter)}}
	return g
}

func TestADayIsCheckedAgainBeforeTheMessageIsSent(t *testing.T) {
	birthday := func() given {
		g := onDay(atNine(shop.BirthdayComes), "birthday/2026")
		g.snapshot.Profile.Birthday = stated("11-22")
		return g
	}
	// due is a case in which tea, bought on three days 34 days apart, is due again.
	due := func() given {
		g := onDay(atNine(shop.ReplenishmentDue), "replenishment.due/TEA/t-3")
		tea := []profile.VisitProduct{{Product: "TEA", Units: 1}}
		g.snapshot.Profile.Orders = []profile.Visit{{Order: "t-1", At: ago(103), Lines: tea}, {Order: "t-2", At: ago(69), Lines: tea}, {Order: "t-3", At: ago(35), Lines: tea}}
		row := g.snapshot.Items["TEA"]
		row.Used = 60
		g.snapshot.Items["TEA"] = row
		return g
	}
	lapsing := func() given {
		g := onDay(atNine(shop.PointsExpiring), "points.expiring/2026-12-05")
		g.config.Points = points.Scheme{Earn: map[shop.Currency]int64{"GBP": 100}}
		ledger, err := points.Ledger{}.Add(points.Entry{ID: "grant/a", Kind: points.Grant, At: ago(100), Points: 120, Until: time.Date(2026, 12, 6, 8, 0, 0, 0, time.UTC)})
		check(err)
		g.snapshot.Profile.Points.Ledger = ledger
		return g
	}
	late := func() given {
		c := atNine(shop.CustomerLate)
		c.Late = 200
		g := onDay(c, "customer.late/t-2")
		g.snapshot.Profile.Orders = []profile.Visit{{Order: "t-1", At: ago(800)}, {Order: "t-2", At: ago(790)}}
		return g
	}
	tier := func(points int) given {
		g := onDay(atNine(shop.TierReached), "tier.reached/gold/2026")
		g.config.Points = scheme(points)
		return g
	}
	for name, test := range map[string]struct {
		given given
		want  string // the state and the reason's code
		says  string // in the reason, or in the explanation
	}{
		"birthday": {birthday(), "SENDING", "their birthday of 2026-11-22"},
		"birthday, no longer known": {with(birthday(), func(g *given) {
			g.snapshot.Profile.Birthday = profile.Statement{}
		}), "EXPIRED day-over", "not known any more"},
		"birthday, and the condition does not hold any more": {with(birthday(), func(g *given) {
			g.config.Campaigns[len(g.config.Campaigns)-1].If = compiled("customer.orders >= 3")
		}), "EXPIRED condition-over", "does not hold"},
		"a product that is due": {due(), "SENDING", "product TEA: usually every 34 days; last bought 35 days ago, on 2026-10-18"},
		"a product, bought since": {with(due(), func(g *given) {
			g.snapshot.Profile.Orders = append(g.snapshot.Profile.Orders, profile.Visit{Order: "t-4", At: ago(1), Lines: []profile.VisitProduct{{Product: "TEA", Units: 1}}})
		}), "EXPIRED day-over", "has bought the product since"},
		"a product, bought since in an order that was cancelled": {with(due(), func(g *given) {
			g.snapshot.Profile.Orders = append(g.snapshot.Profile.Orders, profile.Visit{Order: "t-4", At: ago(1), Cancelled: true, Lines: []profile.VisitProduct{{Product: "TEA", Units: 1}}})
		}), "SENDING", "last bought 35 days ago"},
		"a product, returned": {with(due(), func(g *given) {
			g.snapshot.Profile.Orders[2].Lines = []profile.VisitProduct{{Product: "TEA", Units: 1, Returned: 1}}
		}), "EXPIRED day-over", "has returned it"},
		"a product that is sold out": {with(due(), func(g *given) {
			row, none := g.snapshot.Items["TEA"], 0
			row.Stock = &none
			g.snapshot.Items["TEA"] = row
		}), "SUPPRESSED product-gone", "sold out"},
		"a product that another message has shown since": {with(due(), func(g *given) {
			e := sent(6 * time.Hour)
			e.Class, e.Impressions = shop.ClassService, []shop.ProductID{"TEA"}
			g.snapshot.Contact.Ledger = []frequency.Entry{e}
		}), "SUPPRESSED already-shown", "has shown the product"},
		"points":        {lapsing(), "SENDING", "120 points can be spent until 2026-12-05"},
		"points, spent": {with(lapsing(), func(g *given) { g.snapshot.Profile.Points.Ledger = nil }), "EXPIRED day-over", "spent or taken back"},
		"late":          {late(), "SENDING", "790 days since the last order of 2024-09-23"},
		"late, ordered since": {with(late(), func(g *given) {
			g.snapshot.Profile.Orders = append(g.snapshot.Profile.Orders, profile.Visit{Order: "t-3", At: ago(1)})
		}), "EXPIRED day-over", "ordered since"},
		"a tier":              {with(tier(100), func(g *given) { g.snapshot.Profile.Points.Ledger = earned(t, 150) }), "SENDING", "tier gold with 150 points"},
		"a tier that is lost": {with(tier(100), func(g *given) { g.snapshot.Profile.Points.Ledger = earned(t, 50) }), "EXPIRED day-over", "another tier"},
	} {
		d := decision(t, test.given)
		if got := state(d); got != test.want || !strings.Contains(d.Send.Reason.Text+string(d.Send.Explained), test.says) {
			t.Errorf("%s: Decide = %s (%s), want %s with %q\n%s", name, got, d.Send.Reason.Text, test.want, test.says, d.Send.Explained)
		}
		if d.Send.State != claim.Sending && strings.Contains(string(d.Send.Explained), `"own_day"`) && strings.HasSuffix(test.want, "day-over") {
			t.Errorf("%s: the explanation has numbers of a day that is not theirs", name)
		}
	}
}

// scheme returns a scheme whose gold tier needs this number of points.
func scheme(gold int) points.Scheme {
	return points.Scheme{Earn: map[shop.Currency]int64{"GBP": 100}, Window: 365 * 24 * time.Hour, Tiers: []points.Tier{{Name: "member"}, {Name: "gold", From: int64(gold)}}}
}

// earned returns a ledger with points of one order.
func earned(t *testing.T, n int) points.Ledger {
	t.Helper()
	ledger, err := points.Ledger{}.Add(points.Entry{ID: "earn/o-1", Kind: points.Earn, Order: "o-1", At: ago(10), Points: n, Rate: 100, Until: ago(-300)})
	check(err)
	return ledger
}

// with returns the case with a change.
func with(g given, change func(*given)) given {
	change(&g)
	return g
}
