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

// signUp is a case of a person who signed up at noon, and of the intent of the
// mail that asks them to confirm it.
func signUp() given {
	g := aCase()
	asks := campaign.Campaign{ID: "confirm", Version: 1, Message: "confirm", Class: shop.ClassService, On: []shop.OrderKind{shop.SignedUp}, NotAfter: 24 * time.Hour}
	g.config.Campaigns = append([]campaign.Campaign{asks}, g.config.Campaigns...)
	messages := maps.Clone(g.config.Messages.Messages)
	messages["confirm"] = content.Message{
		Class: shop.ClassService, Languages: []string{"en"}, Needs: []string{"confirm"}, Subject: "Confirm",
		HTML: `<p>Please</p><a href="{{ links.confirm }}">confirm</a>`, Text: "Please confirm {{ why.kind }} {{ links.confirm }}",
	}
	g.config.Messages = message.NewSet(messages)
	id := shop.SignUpID("mailbox-1")
	intent := asks.AtSignUp(noon, id)
	g.snapshot.Profile = profile.Profile{
		ID: id, Mailbox: "mailbox-1", Email: stated("zofia@example.com"), Locale: stated("en"),
		SignUp: &profile.SignUp{At: noon, Send: intent.SendID("test"), Wordings: map[shop.Topic]string{"promotions": "Send me offers."}},
	}
	g.intents = []campaign.Intent{intent}
	return g
}

func TestTheMailThatAsksForTheConfirmation(t *testing.T) {
	g := signUp()
	d := decision(t, g)
	if d.Send.State != claim.Sending || d.Mail.To != "zofia@example.com" || !strings.Contains(d.Mail.Text, "sign_up") || !strings.Contains(d.Mail.Text, "?lang=en") {
		t.Fatalf("Decide = %s: %+v", state(d), d.Mail)
	}
	_, token, _ := strings.Cut(d.Mail.Text, "/c/")
	token, _, _ = strings.Cut(token, "?")
	l, err := g.config.Links.Open(token, linktoken.Confirm)
	if err != nil || l.Customer != g.snapshot.Profile.ID || l.Send != g.snapshot.Profile.SignUp.Send || l.Mailbox != "mailbox-1" {
		t.Errorf("the link is %+v, %v, want it of the sign-up", l, err)
	}
}

func TestAPersonWhoHasNotConfirmedGetsNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*given)
		want   string
	}{
		"the mail itself": {func(*given) {}, "SENDING"},
		"a promotion, also after an opt-in of the mailbox": {func(g *given) {
			g.snapshot.Contact = frequency.Contact{}.WithConsent(shop.TopicPromotions, true, noon)
			g.intents[0].Campaign = "weekly"
		}, "SUPPRESSED not-confirmed"},
		"a service message":           {func(g *given) { g.intents[0].Campaign = plain(shop.ClassService) }, "SUPPRESSED not-confirmed"},
		"a safety message":            {func(g *given) { g.intents[0].Campaign = plain(shop.ClassSafety) }, "SUPPRESSED not-confirmed"},
		"the mail, for a customer":    {func(g *given) { g.intents[0].Customer = ann }, "SUPPRESSED not-confirmed"},
		"a sign-up before the last":   {func(g *given) { g.snapshot.Profile.SignUp.Send = "another" }, "EXPIRED sign-up-over"},
		"a sign-up of three days ago": {func(g *given) { g.snapshot.Profile.SignUp.At = noon.Add(-72 * time.Hour) }, "EXPIRED sign-up-over"},
		"a sign-up that was deleted":  {func(g *given) { g.snapshot.Profile = profile.Profile{} }, "EXPIRED sign-up-over"},
		"a suppressed address": {func(g *given) {
			g.snapshot.Contact = g.snapshot.Contact.WithSuppression(frequency.Suppression{Reason: frequency.SuppressedBounce, At: noon})
		}, "SUPPRESSED suppressed:bounce"},
	} {
		t.Run(name, func(t *testing.T) {
			g := signUp()
			c.change(&g)
			if got := state(decision(t, g)); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
}
