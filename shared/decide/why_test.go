package decide_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"regulars/shared/claim"
	"regulars/shared/message"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// printing returns the case with one more line in the text of this message.
func printing(g given, id shop.MessageID, line string) given {
	g.config.Messages.Messages = maps.Clone(g.config.Messages.Messages)
	m := g.config.Messages.Messages[id]
	m.Text += "\n" + line
	g.config.Messages.Messages[id] = m
	g.config.Messages = message.NewSet(g.config.Messages.Messages) // parsed again
	return g
}

// A message says what the decision to send it rests on: never a consent, a day or
// a source that is not stored.
func TestWhyAMessageIsSent(t *testing.T) {
	explicit := func(source shop.ConsentSource) func(*given) {
		return func(g *given) {
			g.snapshot.Contact = g.snapshot.Contact.WithConsentFrom(shop.TopicPromotions, true, source, noon.AddDate(0, -3, 0))
		}
	}
	for name, c := range map[string]struct {
		campaign shop.CampaignID
		message  shop.MessageID
		change   func(*given)
		want     string
	}{
		"an order":                         {"thanks", "thanks", func(*given) {}, "order 22 November 2026 by "},
		"an order, with a consent as well": {"thanks", "thanks", explicit(shop.SourceAccount), "order 22 November 2026 by "},
		"an order that the profile lost":   {"thanks", "thanks", func(g *given) { g.snapshot.Profile.Orders = g.snapshot.Profile.Orders[:1] }, "order  by "},
		"an apology": {"sorry", "sorry", func(g *given) {
			g.snapshot.Profile.ServiceIssues = map[shop.OrderID]profile.ServiceIssue{"o-2": {Delayed: since(0)}}
		}, "order 22 November 2026 by "},
		"a safety message about no order":     {plain(shop.ClassSafety), "plain", func(*given) {}, "customer  by "},
		"a promotion, by the box of an order": {"weekly", "picks", func(*given) {}, "consent 22 November 2026 by checkout"},
		"by the box of an order before":       {"weekly", "picks", func(g *given) { g.snapshot.Profile.Consent.By = "o-1" }, "consent 13 October 2026 by checkout"},
		"by the box of an order long ago":     {"weekly", "picks", func(g *given) { g.snapshot.Profile.Consent.By = "o-0" }, "consent  by checkout"},
		"a promotion, by an explicit consent": {"weekly", "picks", explicit(""), "consent 22 August 2026 by "},
		"by a consent of a form":              {"weekly", "picks", explicit(shop.SourceSignUpForm), "consent 22 August 2026 by sign_up_form"},
		"a promise, by the box":               {"reward", "reward", func(*given) {}, "consent 22 November 2026 by checkout"},
		"a promise, by the soft opt-in": {"reward", "reward", func(g *given) {
			g.config.Shop.SoftOptIn, g.snapshot.Profile.Consent = []string{"GB"}, profile.Statement{}
		}, "soft_opt_in 22 November 2026 by "},
		"the soft opt-in, the last order gone": {"reward", "reward", func(g *given) {
			g.config.Shop.SoftOptIn, g.snapshot.Profile.Consent = []string{"GB"}, profile.Statement{}
			g.intents[0].Occasion, g.intents[0].Order = "o-1", "o-1"
			g.snapshot.Profile.Orders[0].Lines[0].Units, g.snapshot.Profile.Orders[1].Cancelled = 11, true
		}, "soft_opt_in 13 October 2026 by "},
	} {
		t.Run(name, func(t *testing.T) {
			g := aCase(c.campaign)
			if c.message == "reward" {
				g = soft(c.campaign)
				g.snapshot.Profile.Consent = stated("yes")
			}
			g = printing(g, c.message, "[{{ why.kind }} {% if why.on %}{{ why.on | date }}{% endif %} by {{ why.source }}]")
			c.change(&g)
			d := decision(t, g)
			if d.Send.State != claim.Sending || !strings.Contains(d.Mail.Text, "["+c.want+"]") {
				t.Errorf("Decide = %s, and the mail says %q, want %q", state(d), d.Mail.Text, c.want)
			}
		})
	}
}

// The day is that of the customer's zone.
func TestTheDayOfAnOrderIsTheCustomers(t *testing.T) {
	g := printing(aCase("thanks"), "thanks", "[{{ why.on | date }}]")
	g.snapshot.Profile.Orders[1].At, g.snapshot.Profile.Zone = time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC), stated("Europe/Athens")
	if d := decision(t, g); !strings.Contains(d.Mail.Text, "[22 November 2026]") {
		t.Errorf("the mail says %q, want the 22nd in Athens", d.Mail.Text)
	}
}

// Links lead to the order, to the cart with this mail's coupon, and to the shop
// and its products with the UTM parameters of the campaign; without the settings
// there are none.
func TestLinksOfAMessage(t *testing.T) {
	const line = "[{{ order.url }} {{ shop.cart_url }} {{ shop.url }} {% if picks.size > 0 %}{{ picks.first.url }}{% endif %} {{ shop.contact_url }} {{ shop.replies }}]"
	g := printing(aCase("thanks"), "thanks", line)
	g.snapshot.Profile.Orders[1].Number = "#10/27"
	jar := g.snapshot.Items["JAR"]
	jar.URL = "https://shop.example.com/p?id=JAR&utm_source=feed"
	g.snapshot.Items["JAR"] = jar
	d := decision(t, g)
	if want := "[  https://shop.example.com https://shop.example.com/p?id=JAR&utm_source=feed  false]"; !strings.Contains(d.Mail.Text, want) {
		t.Errorf("without settings the mail says %q, want %q", d.Mail.Text, want)
	}

	g.config.Shop.OrderURL, g.config.Shop.CartURL = "https://shop.example.com/orders/{number}?id={id}", "https://shop.example.com/discount/{code}?redirect=/cart"
	g.config.Shop.ContactURL, g.config.Shop.ReplyTo = "https://shop.example.com/contact", "help@shop.example.com"
	g.config.Shop.UTM = shoppolicy.UTM{Source: "regulars", Medium: "email"}
	d = decision(t, g)
	code, _, _ := strings.Cut(strings.TrimPrefix(d.Mail.Text[strings.Index(d.Mail.Text, "discount/"):], "discount/"), "?")
	const utm = "utm_source=regulars&utm_medium=email&utm_campaign=thanks"
	want := "[https://shop.example.com/orders/%2310%2F27?id=o-2&" + utm + " https://shop.example.com/discount/" + code + "?redirect=/cart&" + utm +
		" https://shop.example.com/?" + utm + " https://shop.example.com/p?id=JAR&utm_source=feed&utm_medium=email&utm_campaign=thanks https://shop.example.com/contact true]"
	if !strings.Contains(d.Mail.Text, want) || !strings.Contains(d.Mail.HTML, "<b>"+code+"</b>") {
		t.Errorf("the mail says %q, want %q, with the code of its coupon", d.Mail.Text, want)
	}

	g.snapshot.Profile.Consent = stated("no")
	if d = decision(t, g); !strings.Contains(d.Mail.Text, utm+"  https") || strings.Contains(d.Mail.Text, "discount") {
		t.Errorf("a mail without a coupon says %q, want no link to the cart", d.Mail.Text)
	}
}
