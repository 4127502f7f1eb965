package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/campaign"
	"regulars/shared/frequency"
	"regulars/shared/funnel"
	"regulars/shared/offer"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// competing is a policy with at most one promotion in seven days.
func competing(campaigns ...campaign.Campaign) shoppolicy.Policy {
	for i := range campaigns {
		campaigns[i].Version, campaigns[i].Class = 1, shop.ClassPromotion
	}
	return shoppolicy.Policy{
		Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Campaigns: campaigns,
		Offers: []offer.Offer{{ID: "rare", CoolDown: 30}},
		Frequency: frequency.Policy{
			Caps:    []frequency.Cap{{Name: "weekly", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: 1, Window: frequency.Window{Rolling: 7 * 24 * time.Hour}}},
			Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassPromotion: {Obeys: true, Counts: true}},
		},
	}
}

func TestCampaignsThatKeepEachOtherFromBeingSentGetAdvice(t *testing.T) {
	all, loyal, new := compiled(t, `customer.orders >= 1`), compiled(t, `customer.orders >= 2`), compiled(t, `customer.orders == 1`)
	picks := campaign.Campaign{ID: "picks", Schedule: "0 10 * * 6", Audience: all, NotAfter: 36 * time.Hour, Value: 40}
	news := campaign.Campaign{ID: "news", Schedule: "0 12 * * 5", Audience: all, NotAfter: 24 * time.Hour, Value: 10}
	const hint = "; take the audience of news out of its own, run them at different times, or write a higher value if this message is worth more"
	const sure = "campaigns/picks.yaml: in the next 60 days it can send 0 of 8 messages to a customer who stays in its audience: the cap weekly of caps.yaml is full, after news was sent" + hint
	const live = "campaigns/picks.yaml: in the next 60 days it can send 0 of 320 messages to 40 of 40 customers, who are in its audience then: the cap weekly of caps.yaml is full, after news was sent" + hint
	const once = "campaigns/news.yaml: in the next 60 days it can send 0 of 1 messages to "
	const first = ": the cap weekly of caps.yaml is full, after picks was sent; take the audience of picks out of its own, run them at different times, or write a higher value if this message is worth more"
	with := func(c campaign.Campaign, change func(*campaign.Campaign)) campaign.Campaign { change(&c); return c }
	for what, test := range map[string]struct {
		campaigns  []campaign.Campaign
		sure, live []string
	}{
		"a day before, each week": {campaigns: []campaign.Campaign{picks, news}, sure: []string{sure}, live: []string{live}},
		"for most of the audience": {
			campaigns: []campaign.Campaign{picks, with(news, func(c *campaign.Campaign) { c.Audience = loyal })},
			live:      []string{"campaigns/picks.yaml: in the next 60 days it can send 80 of 320 messages to 40 of 40 customers, who are in its audience then: the cap weekly of caps.yaml is full, after news was sent" + hint},
		},
		"for a smaller part of the audience": {campaigns: []campaign.Campaign{picks, with(news, func(c *campaign.Campaign) { c.Audience = new })}},
		"for others":                         {campaigns: []campaign.Campaign{with(picks, func(c *campaign.Campaign) { c.Audience = loyal }), with(news, func(c *campaign.Campaign) { c.Audience = new })}},
		"once, on a day before": {
			campaigns: []campaign.Campaign{picks, with(news, func(c *campaign.Campaign) { c.Schedule, c.Date = "", "2026-12-04 12:00" })},
			sure:      []string{once + "a customer who stays in its audience" + first}, live: []string{"campaigns/news.yaml: in the next 60 days it can send 0 of 40 messages to 40 of 40 customers, who are in its audience then" + first},
		},
		"with a coupon that customers get once a month": {campaigns: []campaign.Campaign{picks, with(news, func(c *campaign.Campaign) { c.NeedsOffer, c.Offers = true, []shop.OfferID{"rare"} })}},
		"one that alone is held back by the caps":       {campaigns: []campaign.Campaign{with(picks, func(c *campaign.Campaign) { c.Schedule = "0 10 * * *" })}},
	} {
		t.Run(what, func(t *testing.T) {
			p := competing(test.campaigns...)
			var got []string
			for _, a := range sureCollisions(p, noon) {
				got = append(got, a.String())
			}
			if diff := cmp.Diff(test.sure, got); diff != "" {
				t.Errorf("without a table (-want +got):\n%s", diff)
			}
			customers := fortyCustomers()
			customers[0].Birthday.Value = "01-01"
			got = nil
			for _, a := range (trial{policy: p, sample: funnel.Sample{Profiles: customers, Of: 1}, now: noon}).collisions() {
				got = append(got, a.String())
			}
			if diff := cmp.Diff(test.live, got); diff != "" {
				t.Errorf("on the table (-want +got):\n%s", diff)
			}
		})
	}
}

// The better of two runs at one time goes first.
func TestTheBetterCampaignGetsThePlace(t *testing.T) {
	all := compiled(t, `customer.orders >= 1`)
	p := competing(
		campaign.Campaign{ID: "a", Schedule: "0 10 * * 6", Audience: all, NotAfter: time.Hour, Value: 10},
		campaign.Campaign{ID: "b", Schedule: "0 10 * * 6", Audience: all, NotAfter: time.Hour, Value: 20},
	)
	advice := sureCollisions(p, noon)
	if len(advice) != 1 || advice[0].File != "campaigns/a.yaml" {
		t.Errorf("sureCollisions = %v, want one about a", advice)
	}
}
