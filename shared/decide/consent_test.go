package decide_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/message"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// soft is a case of a customer of Great Britain without an opt-in, in a shop
// that has the soft opt-in of Great Britain and Germany. Its message for thanks
// shows the opt-out that package message requires.
func soft(campaigns ...shop.CampaignID) given {
	g := loyal(campaigns...)
	g.config.Shop.SoftOptIn = []string{"DE", "GB"}
	g.snapshot.Profile.Consent = profile.Statement{}
	g.config.Messages.Messages = maps.Clone(g.config.Messages.Messages)
	for _, id := range []shop.MessageID{"thanks", "reward"} {
		m := g.config.Messages.Messages[id]
		m.HTML += `{% if soft_opt_in %}<p>object {{ shop.address }}</p><a href="{{ links.unsubscribe }}">x</a>{% endif %}`
		m.Text += `{% if soft_opt_in %} object {{ shop.address }} {{ links.unsubscribe }}{% endif %}`
		g.config.Messages.Messages[id] = m
	}
	g.config.Messages = message.NewSet(g.config.Messages.Messages)
	return g
}

func TestTheSoftOptIn(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*given)
		sells  bool
		hint   bool // the mail shows how to object
	}{
		"a customer of one of the countries": {func(*given) {}, true, true},
		"a customer of another country":      {func(g *given) { g.snapshot.Profile.Country = stated("FR") }, false, false},
		"no country":                         {func(g *given) { g.snapshot.Profile.Country = profile.Statement{} }, false, false},
		"no soft opt-in in the shop":         {func(g *given) { g.config.Shop.SoftOptIn = nil }, false, false},
		"neither country nor soft opt-in":    {func(g *given) { g.config.Shop.SoftOptIn, g.snapshot.Profile.Country = nil, profile.Statement{} }, false, false},
		"the box was left empty":             {func(g *given) { g.snapshot.Profile.Consent = stated("no") }, false, false},
		"the box was ticked":                 {func(g *given) { g.snapshot.Profile.Consent = stated("yes") }, true, false},
		"an opt-in":                          {func(g *given) { g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, true, noon) }, true, false},
		"an opt-out":                         {func(g *given) { g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, false, noon) }, false, false},
		"a service issue":                    {func(g *given) { withIssue(g, profile.ServiceIssue{Returned: since(1)}) }, false, false},
		"nothing to sell":                    {func(g *given) { g.snapshot.Items, g.config.Offers, g.snapshot.Profile.Points.Ledger = nil, nil, nil }, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := soft("thanks")
			g.config.Offers = slices.Clone(g.config.Offers)
			g.snapshot.Profile.Orders = slices.Clone(g.snapshot.Profile.Orders)
			c.change(&g)
			d := decision(t, g)
			if d.Send.State != claim.Sending {
				t.Fatalf("Decide = %s", state(d))
			}
			sells := d.Send.Coupon != nil || strings.Contains(d.Mail.Text, "Biscuit jar") || strings.Contains(d.Mail.Text, "earned")
			if sells != c.sells {
				t.Errorf("it sells: %v, want %v: %s", sells, c.sells, d.Mail.Text)
			}
			for part, text := range map[string]string{"HTML": d.Mail.HTML, "text": d.Mail.Text} {
				if shows := strings.Contains(text, "object 1 Example Street"); shows != c.hint {
					t.Errorf("the %s part shows how to object: %v, want %v", part, shows, c.hint)
				}
			}
			noted := slices.ContainsFunc(explained(t, d).Checks, func(k decide.Check) bool { return k.Name == "marketing" && strings.Contains(k.Note, "soft opt-in") })
			if noted != c.hint {
				t.Errorf("the explanation names the soft opt-in: %v, want %v", noted, c.hint)
			}
		})
	}
}

// A promise goes by the soft opt-in, a promotion does not.
func TestTheSoftOptInIsNoOptInToPromotions(t *testing.T) {
	for id, want := range map[shop.CampaignID]string{"reward": "SENDING", "weekly": "SUPPRESSED no-consent", "deal": "SUPPRESSED no-consent"} {
		d := decision(t, soft(id))
		if got := state(d); got != want {
			t.Errorf("%s = %s, want %s", id, got, want)
		}
		if id == "reward" && !strings.Contains(d.Mail.Text, "object 1 Example Street") {
			t.Errorf("the reward does not show how to object: %s", d.Mail.Text)
		}
	}
}

// The shop has the address from a sale.
func TestTheSoftOptInNeedsAnOrder(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*profile.Profile)
		want   string
	}{
		"a recent order":            {func(*profile.Profile) {}, "SENDING"},
		"an order that is not kept": {func(p *profile.Profile) { p.Orders, p.Earlier.Orders = nil, 1 }, "SENDING"},
		"no order":                  {func(p *profile.Profile) { p.Orders = nil }, "SUPPRESSED no-consent"},
		"each order was cancelled":  {func(p *profile.Profile) { p.Orders[0].Cancelled, p.Orders[1].Cancelled = true, true }, "SUPPRESSED no-consent"},
		"another one was cancelled": {func(p *profile.Profile) { p.Orders[1].Cancelled = true }, "SENDING"},
		"an old one was cancelled":  {func(p *profile.Profile) { p.Orders, p.Earlier.Cancelled = nil, 1 }, "SUPPRESSED no-consent"},
	} {
		g := soft(plain(shop.ClassPromise))
		c.change(&g.snapshot.Profile)
		if got := state(decision(t, g)); got != c.want {
			t.Errorf("%s: Decide = %s, want %s", name, got, c.want)
		}
	}
}

// A message whose templates print nothing that sells is no advertising, also if
// the customer has points.
func TestAMessageThatCannotSellShowsNoOptOut(t *testing.T) {
	d := decision(t, soft(plain(shop.ClassSafety)))
	if d.Send.State != claim.Sending || d.Mail.Text != "Read this\n" {
		t.Errorf("Decide = %s, %q, want the plain message", state(d), d.Mail.Text)
	}
}

// A promotion of a topic needs a yes to this topic. An opt-out of promotions is
// one of all topics.
func TestAPromotionOfATopicNeedsAYesToIt(t *testing.T) {
	say := func(topic shop.Topic, given bool, hours int) shop.ConsentStatement {
		return shop.ConsentStatement{Topic: topic, Given: given, At: noon.Add(time.Duration(hours-9) * time.Hour), Source: shop.SourceSignUpForm}
	}
	for name, c := range map[string]struct {
		said []shop.ConsentStatement
		want string
	}{
		"only the box of the order form":        {nil, "SUPPRESSED no-consent: the customer has not opted in to news"},
		"a yes to promotions":                   {[]shop.ConsentStatement{say("promotions", true, 1)}, "SUPPRESSED no-consent: the customer has not opted in to news"},
		"a yes to another topic":                {[]shop.ConsentStatement{say("vip", true, 1)}, "SUPPRESSED no-consent: the customer has not opted in to news"},
		"a yes to the topic":                    {[]shop.ConsentStatement{say("news", true, 1)}, "SENDING"},
		"a later no to the topic":               {[]shop.ConsentStatement{say("news", true, 1), say("news", false, 2)}, "SUPPRESSED unsubscribed: the customer opted out of news on 2026-11-22"},
		"a later no to everything":              {[]shop.ConsentStatement{say("news", true, 1), say("promotions", false, 2)}, "SUPPRESSED unsubscribed: the customer opted out of all promotions after the opt-in to news"},
		"a yes after the no to everything":      {[]shop.ConsentStatement{say("promotions", false, 1), say("news", true, 2)}, "SENDING"},
		"a yes before, and later to promotions": {[]shop.ConsentStatement{say("news", true, 1), say("promotions", false, 2), say("promotions", true, 3)}, "SUPPRESSED unsubscribed: the customer opted out of all promotions after the opt-in to news"},
	} {
		t.Run(name, func(t *testing.T) {
			g := loyal("weekly")
			g.config.Campaigns = slices.Clone(g.config.Campaigns)
			at := slices.IndexFunc(g.config.Campaigns, func(c campaign.Campaign) bool { return c.ID == "weekly" })
			g.config.Campaigns[at].Topic = "news"
			for _, said := range c.said {
				g.snapshot.Contact = g.snapshot.Contact.WithStatement(said)
			}
			d := decision(t, g)
			got := state(d)
			if d.Send.State != claim.Sending {
				got += ": " + d.Send.Reason.Text
			}
			if got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
}

// A contact without an order gets what the shop's customers buy.
func TestANewcomersPromotionShowsPopularProducts(t *testing.T) {
	g := loyal("weekly")
	g.snapshot.Profile.Orders, g.snapshot.Profile.Consent = nil, profile.Statement{}
	g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, true, noon)
	d := decision(t, g)
	if got := state(d); got != "SENDING" {
		t.Fatalf("Decide = %s, want SENDING", got)
	}
	for _, want := range []string{"Biscuit jar", "Tin tray"} {
		if !strings.Contains(d.Mail.Text, want) {
			t.Errorf("the mail lacks %s, a popular product: %s", want, d.Mail.Text)
		}
	}
}
