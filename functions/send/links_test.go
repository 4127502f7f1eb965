//go:build !race

package main

import (
	"bytes"
	"html"
	"log/slog"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	localses "regulars/infra/local/ses"
	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/policyfiles"
	"regulars/shared/profile"
	"regulars/shared/ses"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// The mails of the example shop, from the intent to the mailbox of the local
// cloud: they lead to the order, to the cart with this mail's coupon and to
// unsubscribe, with the shop's UTM; they say why they came; the sender and the
// address for answers are those of shop.yaml. No log line has the code or a link
// of the customer.
func TestTheShopsMailsLeadWhereTheySay(t *testing.T) {
	policy, err := policyfiles.Load(os.DirFS("../../infra/shop"), celcheck.Compile, mjml.Compile, markdown.Parse)
	must(t, err)
	var logged bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(before)

	b := newBench(t, func(p *shoppolicy.Policy) { *p = policy })
	account := openAccount(t)
	web := httptest.NewServer(account)
	defer web.Close()
	b.dispatch.SES = ses.New(aws.Config{
		Region: "us-east-1", BaseEndpoint: &web.URL, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}, "regulars", "shop@example.com")

	// Both ordered on 22 October and ticked the box of the order form; later, one
	// of them signed up in a form.
	must(t, b.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{aRegular("ben"), aRegular("eve")}}))
	must(t, b.store.UpdateMailbox(t.Context(), "m-eve", func(c frequency.Contact) (frequency.Contact, bool) {
		return c.WithConsentFrom(shop.TopicPromotions, true, shop.SourceSignUpForm, time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC)), true
	}))
	paid := "/" + string(shop.OrderPaid)
	for _, c := range []struct {
		campaign shop.CampaignID
		customer shop.CustomerID
		event    string
		why      string
	}{
		{"thanks", "ben", "", "You receive this because you ordered from Regular Gifts on 22 October 2026."},
		{"order-coupon", "ben", paid, "You receive this because on 22 October 2026 you agreed on our checkout page to hear from Regular Gifts."},
		{"order-coupon", "eve", paid, "You receive this because on 3 November 2026 you agreed in our sign-up form to hear from Regular Gifts."},
	} {
		order := "o-" + string(c.customer)
		i := campaign.Intent{Campaign: c.campaign, Version: 1, Customer: c.customer, Occasion: order + c.event, Order: shop.OrderID(order), Planned: noon, NotAfter: noon.Add(lifetime)}
		if !b.deliver(t, i, "1") {
			t.Fatalf("%s: the message was not acknowledged", c.campaign)
		}
		b.is(t, i, claim.Accepted)
		found := account.Messages(localses.Filter{Campaign: string(c.campaign), To: string(c.customer) + "@example.com"})
		if found.Total != 1 {
			t.Fatalf("%s: the mailbox has %d messages, want 1", c.campaign, found.Total)
		}
		m, _, err := account.Message(found.Items[0].ID)
		must(t, err)
		if from := strings.ReplaceAll(m.From, `"`, ""); from != "Regular Gifts <shop@example.com>" || m.Headers["Reply-To"] != "help@shop.example.com" {
			t.Errorf("%s: from %q, answers to %q", c.campaign, from, m.Headers["Reply-To"])
		}
		code := codes.FindString(m.Text)
		leads := "https://shop.example.com/account/orders/" + order + "?utm_source=regulars&utm_medium=email&utm_campaign=thanks"
		if c.campaign == "order-coupon" {
			leads = "https://shop.example.com/discount/" + code + "?redirect=/cart&utm_source=regulars&utm_medium=email&utm_campaign=order-coupon"
		}
		if sells := c.campaign == "order-coupon"; sells != (code != "") {
			t.Fatalf("%s: the code is %q", c.campaign, code)
		}
		for part, text := range map[string]string{"HTML": html.UnescapeString(m.HTML), "text": m.Text} {
			for _, want := range []string{c.why, leads} {
				if !strings.Contains(text, want) {
					t.Errorf("%s: the %s part lacks %q:\n%s", c.campaign, part, want, text)
				}
			}
			if !strings.Contains(text, "https://preferences.example.com/p/") {
				t.Errorf("%s: the %s part does not link to the preference page", c.campaign, part)
			}
			unsubscribe := regexp.MustCompile(`https://preferences\.example\.com/u/[\w.-]+`).FindString(text)
			if code != "" && m.Headers["List-Unsubscribe"] != "<"+unsubscribe+">" {
				t.Errorf("%s: the %s part links to unsubscribe with %q, the header with %q", c.campaign, part, unsubscribe, m.Headers["List-Unsubscribe"])
			}
		}
		for _, private := range []string{code, "/discount/", "preferences.example.com", "@example.com"} {
			if private != "" && strings.Contains(logged.String(), private) {
				t.Errorf("%s: a log line has %q:\n%s", c.campaign, private, logged.String())
			}
		}
	}
	if logged.Len() == 0 {
		t.Error("nothing was logged, so the test shows nothing about logs")
	}
}
