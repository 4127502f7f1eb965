package main

import (
	"strings"
	"testing"
	"time"

	"regulars/infra/local/ses"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// sound is a count in which no promise is broken: a promotion of a run with a
// coupon, delivered; an order's thanks, LOST, that arrived; and one that was
// capped.
func sound() *count {
	c := &count{
		planned: map[shop.CampaignID]int{"picks": 2, "thanks": 1},
		sends:   map[shop.SendID]claim.Send{}, by: map[shop.SendID][]ses.Summary{},
		coupons: map[shop.SendID]coupon.Coupon{}, printed: map[string]shop.SendID{}, stored: map[string]coupon.Coupon{},
		left: map[shop.OfferID]int{"ten": 9}, optOuts: map[string]time.Time{}, dead: map[string]int{},
	}
	c.policy = shoppolicy.Policy{
		Offers: []offer.Offer{{ID: "ten", Version: 1, Budget: offer.Budget{Uses: 10, Shards: 1}}},
		Frequency: frequency.Policy{
			Caps:   []frequency.Cap{{Name: "one", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: 1, Window: frequency.Rolling(time.Hour)}},
			MinGap: time.Minute, Slack: 20 * time.Second,
			Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassPromotion: {Obeys: true, Counts: true}, shop.ClassService: {}},
		},
	}
	run := dynamo.Progress{Run: dynamo.Run{Campaign: "picks", Version: 1, At: noon}, Planned: 2, Cursors: []dynamo.Cursor{dynamo.End}}
	c.runs = []dynamo.Progress{run}
	occasion := noon.Format(time.RFC3339)
	c.add(claim.Send{Intent: campaign.Intent{Campaign: "picks", Version: 1, Customer: "ann", Occasion: occasion}, State: claim.Delivered, Class: shop.ClassPromotion, Claimed: noon}, noon)
	c.add(claim.Send{Intent: campaign.Intent{Campaign: "picks", Version: 1, Customer: "bob", Occasion: occasion}, State: claim.Capped, Class: shop.ClassPromotion})
	thanks := campaign.Intent{Campaign: "thanks", Version: 1, Customer: "ann", Occasion: "o-1", Order: "o-1"}
	c.raised = []campaign.Intent{thanks}
	c.add(claim.Send{Intent: thanks, State: claim.Lost, Class: shop.ClassService, Claimed: noon}, noon.Add(time.Second))

	coupon := coupon.Coupon{Hash: "h", Offer: "ten", Version: 1, Send: c.id("ann"), State: "issued"}
	c.coupons[c.id("ann")], c.stored["h"], c.printed["h"] = coupon, coupon, c.id("ann")
	return c
}

// add stores a send, of which SES took a message at each of the times.
func (c *count) add(d claim.Send, at ...time.Time) {
	d.ID = d.Intent.SendID("shop")
	c.sends[d.ID] = d
	for _, t := range at {
		m := ses.Summary{At: t, To: []string{string(d.Intent.Customer) + "@example.com"}, Tags: map[string]string{
			"send_id": string(d.ID), "customer": decide.Tag(string(d.Intent.Customer)), "class": string(d.Class), "campaign": string(d.Intent.Campaign),
		}}
		c.mail = append(c.mail, m)
		c.by[d.ID] = append(c.by[d.ID], m)
	}
}

// id returns the name of a customer's send of the run.
func (c *count) id(customer shop.CustomerID) shop.SendID {
	return campaign.Intent{Campaign: "picks", Version: 1, Customer: customer, Occasion: noon.Format(time.RFC3339)}.SendID("shop")
}

func (c *count) change(customer shop.CustomerID, change func(*claim.Send)) {
	d := c.sends[c.id(customer)]
	change(&d)
	c.sends[d.ID] = d
}

func TestEveryBreachIsFound(t *testing.T) {
	again := func(c *count, class shop.Class, at time.Time) {
		c.add(claim.Send{Intent: campaign.Intent{Campaign: "more", Customer: "ann", Occasion: at.String(), Order: "o-2"}, State: claim.Accepted, Class: class, Claimed: at}, at)
		c.planned["more"]++
	}
	level := func(c *count) {
		c.add(claim.Send{Intent: campaign.Intent{Campaign: "early", Customer: "ann", Occasion: "tier.reached/gold/2026"}, State: claim.Accepted, Class: shop.ClassPromise, Claimed: noon.Add(2 * time.Hour)}, noon.Add(2*time.Hour))
		c.planned["early"]++
	}
	tests := map[string]struct {
		breaks func(*count)
		want   string // the beginning of the one breach; empty: none
	}{
		"nothing":                 {func(*count) {}, ""},
		"an order was lost":       {func(c *count) { c.lost = []shop.OrderID{"o-9"} }, "orders that are not stored: 1"},
		"an intent has no send":   {func(c *count) { c.raised = append(c.raised, campaign.Intent{Campaign: "thanks", Order: "o-3"}) }, "intents without an end: 1"},
		"a run planned more":      {func(c *count) { c.runs[0].Planned = 3 }, "runs whose intents and ends differ: 1"},
		"a run is not done":       {func(c *count) { c.runs[0].Cursors[0] = "" }, "runs whose intents and ends differ: 1"},
		"a run was never planned": {func(c *count) { c.runs = nil }, "runs whose intents and ends differ: 1"},
		"a level was reached":     {level, ""},
		"planned without an end":  {func(c *count) { c.planned["thanks"] = 2 }, "campaigns whose planned are not the sum of the ends: 1"},
		"a send is stuck":         {func(c *count) { c.change("bob", func(d *claim.Send) { d.State = claim.Sending }) }, "sends that are still open: 1"},
		"a send waits":            {func(c *count) { c.change("bob", func(d *claim.Send) { d.State = claim.Queued }) }, "sends that are still open: 1"},
		"a send of a calm trial waits": {func(c *count) {
			c.read = noon
			c.change("bob", func(d *claim.Send) { d.State, d.Wake = claim.Queued, noon.Add(time.Hour) })
		}, ""},
		"a send of a calm trial should have gone": {func(c *count) {
			c.read = noon
			c.change("bob", func(d *claim.Send) { d.State, d.Wake = claim.Queued, noon.Add(-time.Hour) })
		}, "sends that are still open: 1"},
		"a promotion came twice":                  {func(c *count) { c.add(c.sends[c.id("ann")], noon.Add(2*time.Hour)) }, "marketing messages that arrived twice: 1"},
		"thanks came twice":                       {func(c *count) { c.add(c.sends[c.raised[0].SendID("shop")], noon.Add(time.Minute)) }, ""},
		"SES took what was capped":                {func(c *count) { c.add(c.sends[c.id("bob")], noon) }, "SES's count is not the sum of its parts: 1|messages of sends that ended without one: 1"},
		"SES never took it":                       {func(c *count) { c.change("bob", func(d *claim.Send) { d.State = claim.Accepted }) }, "SES's count is not the sum of its parts: 1|sends that are stored as accepted, and SES did not accept them: 1"},
		"two within an hour":                      {func(c *count) { again(c, shop.ClassPromotion, noon.Add(59*time.Minute)) }, "windows over their cap: 2"},
		"two an hour apart":                       {func(c *count) { again(c, shop.ClassPromotion, noon.Add(time.Hour)) }, ""},
		"too near":                                {func(c *count) { c.policy.Frequency.Caps = nil; again(c, shop.ClassPromotion, noon.Add(59*time.Second)) }, "windows over their cap: 2"},
		"a service message is not held":           {func(c *count) { again(c, shop.ClassService, noon.Add(time.Second)) }, ""},
		"a promotion after an opt-out":            {func(c *count) { c.optOuts[ofCustomer("ann")] = noon.Add(-time.Second) }, "promotions claimed after an opt-out: 1"},
		"a promotion long after an opt-out":       {func(c *count) { c.optOuts[ofCustomer("ann")] = noon.Add(-time.Minute) }, "promotions claimed after an opt-out: 2"},
		"a promotion after the mailbox's opt-out": {func(c *count) { c.optOuts[ofAddress("ANN@example.com")] = noon.Add(-time.Minute) }, "promotions claimed after an opt-out: 1"},
		"an opt-out after the promotion":          {func(c *count) { c.optOuts[ofCustomer("ann")] = noon.Add(time.Second) }, ""},
		"a coupon in an inbox is voided":          {func(c *count) { c.stored["h"] = coupon.Coupon{Send: c.id("ann"), State: "voided"} }, "coupons in the mailbox that are not issued: 1"},
		"a coupon is another send's":              {func(c *count) { c.printed["h"] = c.id("bob") }, "coupons in the mailbox that are not issued: 1"},
		"a budget lost a use":                     {func(c *count) { c.left["ten"] = 8 }, "budgets that do not add up: 1"},
		"a coupon was not taken back": {func(c *count) {
			c.coupons[c.id("bob")] = coupon.Coupon{Offer: "ten", State: "issued"}
			c.left["ten"] = 8
		}, "coupons whose send says otherwise: 1"},
		"a dead letter":            {func(c *count) { c.dead["SendDeadLetters"] = 1 }, "messages left on queues: 1"},
		"a message without a send": {func(c *count) { c.by["?"] = []ses.Summary{{}}; c.mail = append(c.mail, ses.Summary{}) }, "SES's count is not the sum of its parts: 1|messages of unknown sends: 1"},
	}
	for name, test := range tests {
		c := sound()
		test.breaks(c)
		c.check("shop")
		var out strings.Builder
		c.print(&out)
		var got []string
		for _, b := range c.breaches {
			first, _, _ := strings.Cut(b, "\n")
			got = append(got, first)
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("%s: breaches = %q, want %q", name, got, test.want)
		}
		if held := strings.Contains(out.String(), "every promise was kept"); held != (test.want == "") {
			t.Errorf("%s: the report says that every promise was kept: %v\n%s", name, held, out.String())
		}
	}
}
