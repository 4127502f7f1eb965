package decide_test

import (
	"maps"
	"slices"
	"testing"

	"regulars/shared/campaign"
	"regulars/shared/shop"
)

// An explanation does not say that a customer agreed if the check did not ask.
func TestAnExplanationSaysWhyACheckPassed(t *testing.T) {
	note := func(g given, check string) string {
		for _, c := range explained(t, decision(t, g)).Checks {
			if c.Name == check {
				return c.Note
			}
		}
		t.Fatalf("no check is named %s", check)
		return ""
	}
	silent := func(campaign shop.CampaignID) given { // never said yes or no
		g := loyal(campaign)
		g.snapshot.Profile.Consent.Value = ""
		return g
	}
	for name, c := range map[string]struct {
		g           given
		check, want string
	}{
		"a service message needs none":        {silent("thanks"), "consent", "not needed for service messages"},
		"a service message waits for nothing": {silent("thanks"), "pause", "does not hold service messages"},
		"the customer's own word":             {loyal("weekly"), "consent", ""},
	} {
		if got := note(c.g, c.check); got != c.want {
			t.Errorf("%s: the note of %s is %q, want %q", name, c.check, got, c.want)
		}
	}
}

// What a message would have carried is not granted if there is no message: an offer
// beside "no picks" would contradict itself.
func TestARejectedMessageGrantsNothing(t *testing.T) {
	g := loyal("thanks")
	if e := explained(t, decision(t, g)); e.Offer == nil || len(e.Items) == 0 {
		t.Fatalf("the explanation of a message that goes is %+v, want an offer and picks", e)
	}
	g = loyal("thanks")
	c, _ := g.config.Campaign("thanks")
	m := g.config.Messages.Messages[c.Message]
	m.Needs = append(m.Needs, "service_issue")
	g.config.Messages.Messages = maps.Clone(g.config.Messages.Messages) // the other tests share it
	g.config.Messages.Messages[c.Message] = m
	d := decision(t, g)
	if e := explained(t, d); d.Send.Reason.Code != "nothing-to-say" || e.Offer != nil || len(e.Items) > 0 {
		t.Errorf("%s, and the explanation is %+v; want nothing-to-say without offer and picks", state(d), e)
	}
}

// An explanation says whether the value by which a message competes was measured.
func TestExplanationSaysHowTheValueIsKnown(t *testing.T) {
	for want, set := range map[string]func(*campaign.Campaign){
		"":                            func(*campaign.Campaign) {},
		"stated until it is measured": func(c *campaign.Campaign) { c.Measured = true },
		"measured by the holdout":     func(c *campaign.Campaign) { c.Measured, c.Known = true, true },
	} {
		g := aCase("weekly")
		g.config.Campaigns = slices.Clone(g.config.Campaigns)
		set(&g.config.Campaigns[slices.IndexFunc(g.config.Campaigns, func(c campaign.Campaign) bool { return c.ID == "weekly" })])
		if got := explained(t, decision(t, g)).ValueFrom; got != want {
			t.Errorf("the value is %q, want %q", got, want)
		}
	}
}
