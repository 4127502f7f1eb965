package decide_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// linkAsked is a case of a customer who asked for the link of this kind at noon.
func linkAsked(kind shop.OrderKind) given {
	g := aCase()
	mail := campaign.Campaign{ID: "link", Version: 1, Message: "link", Class: shop.ClassService, On: []shop.OrderKind{kind}, NotAfter: 24 * time.Hour}
	g.config.Campaigns = append([]campaign.Campaign{mail}, g.config.Campaigns...)
	messages := maps.Clone(g.config.Messages.Messages)
	messages["link"] = content.Message{
		Class: shop.ClassService, Languages: []string{"en"}, Needs: []string{"confirm"}, Subject: "Your link",
		HTML: `<p>Here</p><a href="{{ links.confirm }}">link</a>`, Text: "Here {{ why.kind }} {{ links.confirm }}",
	}
	g.config.Messages = message.NewSet(messages)
	g.snapshot.Profile.Mailbox = "mailbox-1"
	i := mail.AtRequest(noon, ann)
	g.snapshot.Contact = g.snapshot.Contact.WithLinkAsked(kind, frequency.LinkRequest{At: noon, Send: i.SendID("test")})
	g.intents = []campaign.Intent{i}
	return g
}

// The mail has a link for what was asked, and for nothing else.
func TestTheMailHasTheLinkThatWasAskedFor(t *testing.T) {
	for kind, c := range map[shop.OrderKind]struct {
		path    string
		purpose linktoken.Purpose
	}{shop.AskedExport: {"/x/", linktoken.Export}, shop.AskedErasure: {"/e/", linktoken.Erase}} {
		g := linkAsked(kind)
		d := decision(t, g)
		if d.Send.State != claim.Sending || !strings.Contains(d.Mail.Text, "Here asked ") {
			t.Fatalf("%s: Decide = %s: %+v", kind, state(d), d.Mail)
		}
		_, token, _ := strings.Cut(d.Mail.Text, c.path)
		token, query, _ := strings.Cut(token, "?")
		l, err := g.config.Links.Open(token, c.purpose)
		if err != nil || l.Customer != ann || l.Mailbox != "mailbox-1" || l.Send != d.Send.ID || !strings.HasPrefix(query, "lang=en") {
			t.Errorf("%s: the link is %+v?%s, %v", kind, l, query, err)
		}
		if _, err := g.config.Links.Open(token, linktoken.Confirm); err == nil {
			t.Errorf("%s: the link confirms a sign-up as well", kind)
		}
	}
}

// A mail with a link goes also to who gets no offers and has a pause, and to none
// whose request is over.
func TestWhoGetsTheMailWithALink(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*given)
		want   string
	}{
		"a customer":        {func(*given) {}, "SENDING"},
		"after an opt-out":  {func(g *given) { g.snapshot.Contact = g.snapshot.Contact.WithRefusal("promotions", noon) }, "SENDING"},
		"in a pause":        {func(g *given) { g.snapshot.Contact.Wishes.Pause.Value = "2026-12-24" }, "SENDING"},
		"without an order":  {func(g *given) { g.snapshot.Profile.Orders, g.snapshot.Profile.Consent = nil, profile.Statement{} }, "SENDING"},
		"nothing was asked": {func(g *given) { g.snapshot.Contact.Links = nil }, "EXPIRED link-over"},
		"the link was used": {func(g *given) {
			g.snapshot.Contact = g.snapshot.Contact.WithLinkUsed(shop.AskedExport, g.snapshot.Contact.Links[shop.AskedExport].Send, noon)
		}, "EXPIRED link-over"},
		"a day later": {func(g *given) { g.now = noon.Add(frequency.LinkWorks) }, "EXPIRED link-over"},
		"a later request": {func(g *given) {
			g.snapshot.Contact.Links = map[shop.OrderKind]frequency.LinkRequest{shop.AskedExport: {At: noon, Send: "other"}}
		}, "EXPIRED link-over"},
		"a request to erase": {func(g *given) {
			g.snapshot.Contact.Links = map[shop.OrderKind]frequency.LinkRequest{shop.AskedErasure: g.snapshot.Contact.Links[shop.AskedExport]}
		}, "EXPIRED link-over"},
		"a suppressed address": {func(g *given) {
			g.snapshot.Contact.Suppressed = &frequency.Suppression{Reason: frequency.SuppressedComplaint, At: noon}
		}, "SUPPRESSED suppressed:complaint"},
		"a sign-up": {func(g *given) { g.intents[0].Customer = shop.SignUpID("mailbox-1") }, "SUPPRESSED not-confirmed"},
	} {
		g := linkAsked(shop.AskedExport)
		c.change(&g)
		if got := state(decision(t, g)); got != c.want {
			t.Errorf("%s: Decide = %s, want %s", name, got, c.want)
		}
	}
}
