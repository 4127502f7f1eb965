package decide_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
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

// with returns the case with a change.
func with(g given, change func(*given)) given {
	change(&g)
	return g
}
