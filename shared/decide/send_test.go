package decide_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/coupon"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

var codes = regexp.MustCompile(`\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5}\b`)

// code returns the one code that both parts of a mail print, or "".
func code(t testing.TB, m content.Mail) string {
	t.Helper()
	html, text := codes.FindAllString(m.HTML, -1), codes.FindAllString(m.Text, -1)
	if !slices.Equal(html, text) || len(html) > 1 {
		t.Fatalf("the parts print the codes %v and %v, want the same one", html, text)
	}
	return strings.Join(html, "")
}

func TestASendingDecisionHasMailContactAndCoupon(t *testing.T) {
	g := aCase("weekly")
	old := sent(200 * time.Hour)
	g.snapshot.Contact.Ledger = []frequency.Entry{old}
	d := decision(t, g)
	id := g.intents[0].SendID("test")

	printed := code(t, d.Mail)
	coupon := &coupon.Coupon{
		Hash: offer.Hash(printed), Offer: "welcome", Version: 3, Customer: ann, Send: id, Shard: offer.Budget{Uses: 100, Shards: 4}.Shard(id),
		Issued: noon, Until: time.Date(2026, 12, 6, 23, 59, 59, 999e6, time.UTC), State: "issued",
	}
	want := claim.Send{
		ID: id, Intent: g.intents[0], State: claim.Sending, Changed: noon, Message: "picks", Class: shop.ClassPromotion, Language: "en",
		Coupon: coupon, Explained: d.Send.Explained, Assigned: noon,
	}
	if diff := cmp.Diff(want, d.Send); diff != "" {
		t.Errorf("Send (-want +got):\n%s", diff)
	}
	wantContact := frequency.Contact{
		Ledger:  []frequency.Entry{old, {Send: id, At: noon, Class: shop.ClassPromotion, Tags: []string{"picks"}, Run: g.intents[0].RunID(), Impressions: []shop.ProductID{"JAR", "TRAY"}}},
		Granted: map[shop.OfferID][]frequency.Grant{"welcome": {{Send: id, At: noon}}},
	}
	if diff := cmp.Diff(wantContact, d.Contact); diff != "" {
		t.Errorf("Contact (-want +got):\n%s", diff)
	}
	if d.Mail.To != "Ann.Example@example.com" || d.Mail.Subject != "For you" {
		t.Errorf("the mail is to %q with the subject %q, want Ann's address and For you", d.Mail.To, d.Mail.Subject)
	}
	for _, part := range []string{d.Mail.HTML, d.Mail.Text} {
		for _, words := range []string{printed, "Biscuit jar", "£12.50", "Tin tray", "1 Example Street, London", "https://mail.example.com/u/k1."} {
			if !strings.Contains(part, words) {
				t.Errorf("a part of the mail does not contain %q:\n%s", words, part)
			}
		}
	}
	if !strings.Contains(d.Mail.HTML, "10%") || !strings.Contains(d.Mail.HTML, "6 December 2026") {
		t.Errorf("the mail does not print the coupon's terms:\n%s", d.Mail.HTML)
	}
}

func TestAMailIsInTheCustomersLanguage(t *testing.T) {
	for locale, want := range map[string]string{"pl-PL": "pl Dla Ciebie", "pl_PL": "pl Dla Ciebie", "de": "en For you", "": "en For you", "?": "en For you"} {
		g := aCase("weekly")
		g.snapshot.Profile.Locale.Value = locale
		d := decision(t, g)
		if got := d.Send.Language + " " + d.Mail.Subject; got != want {
			t.Errorf("locale %q: %s, want %s", locale, got, want)
		}
	}
}

func TestACouponEndsAtTheEndOfTheCustomersDay(t *testing.T) {
	g := aCase("weekly")
	g.now = time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC) // 11:00 in Tokyo
	for zone, want := range map[string]string{
		"Asia/Tokyo": "2026-12-06T14:59:59.999Z",
		"":           "", // quiet hours in London
	} {
		g.snapshot.Profile.Zone.Value = zone
		got := ""
		if d := decision(t, g); d.Send.Coupon != nil {
			got = d.Send.Coupon.Until.Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("in zone %q the coupon is valid until %q, want %q", zone, got, want)
		}
	}
}

// A profile may contain the zone name Local.
func TestTheMachinesZoneIsNotUsed(t *testing.T) {
	defer func(zone *time.Location) { time.Local = zone }(time.Local)
	time.Local = time.FixedZone("far", 13*3600)
	g := aCase("weekly")
	want := decision(t, g).Send.Coupon.Until
	g.snapshot.Profile.Zone.Value = "Local"
	if got := decision(t, g).Send.Coupon.Until; !got.Equal(want) {
		t.Errorf("the coupon is valid until %s, want %s by the shop's zone", got, want)
	}
}

// Each mail has the headers of RFC 8058, and tags that SES accepts: at most 256
// letters, digits, _, -, . and @.
func TestHeadersAndTags(t *testing.T) {
	safe := regexp.MustCompile(`^[A-Za-z0-9_.@-]{1,256}$`)
	for _, customer := range []shop.CustomerID{ann, "guest:8ced7f56f1902bf756037f08b4ab0e01", "Zoë <zoe@example.com>; x=1", shop.CustomerID(strings.Repeat("i", 128))} {
		for _, c := range []shop.CampaignID{"weekly", "thanks", "reward", "plain-safety"} {
			g := aCase(c)
			g.intents[0].Customer, g.snapshot.Profile.ID = customer, customer
			g.config.Shop.ReplyTo = "help@shop.example.com"
			d := decision(t, g)
			if d.Mail.From != g.config.Shop.Name || d.Mail.From == "" || d.Mail.ReplyTo != "help@shop.example.com" {
				t.Errorf("%s: the mail is from %q and answers go to %q, want the shop's name and its reply_to", c, d.Mail.From, d.Mail.ReplyTo)
			}
			tags := map[string]string{"send_id": string(d.Send.ID), "customer": decide.Tag(string(customer)), "campaign": string(c), "class": string(d.Send.Class)}
			if diff := cmp.Diff(tags, d.Mail.Tags); diff != "" {
				t.Errorf("%s: tags (-want +got):\n%s", c, diff)
			}
			for name, value := range d.Mail.Tags {
				if !safe.MatchString(name) || !safe.MatchString(value) {
					t.Errorf("%s: SES refuses the tag %s=%s", c, name, value)
				}
			}
			if got := decide.FromTag(d.Mail.Tags["customer"]); got != string(customer) {
				t.Errorf("FromTag(Tag(%q)) = %q, want the same", customer, got)
			}
			if len(d.Mail.Headers) != 2 || d.Mail.Headers["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" {
				t.Errorf("%s: headers %v, want those of RFC 8058", c, d.Mail.Headers)
			}
			address, ok := strings.CutPrefix(d.Mail.Headers["List-Unsubscribe"], "<https://mail.example.com/u/")
			link, err := g.config.Links.Open(strings.TrimSuffix(address, ">"), linktoken.Unsubscribe)
			if !ok || err != nil || link.Customer != customer || link.Send != d.Send.ID {
				t.Errorf("%s: List-Unsubscribe %q has the link %+v, %v, want the customer's", c, d.Mail.Headers["List-Unsubscribe"], link, err)
			}
		}
	}
	for _, tag := range []string{"not base64!", "a"} {
		if got := decide.FromTag(tag); got != "" {
			t.Errorf("FromTag(%q) = %q, want \"\"", tag, got)
		}
	}
}

// The legal footer is that of the customer's country, whatever its text says
// about sums and days.
func TestMailHasTheLegalFooterOfTheCustomersCountry(t *testing.T) {
	for country, want := range map[string]string{"GB": "Company no. 1", "DE": "Stammkapital 25.000 €, seit 1. März 2020", "": "Company no. 1"} {
		g := aCase("weekly")
		g.snapshot.Profile.Country = stated(country)
		g.config.Shop.Brand.Legal = map[string]string{"DE": "Stammkapital 25.000 €, seit 1. März 2020", "other": "Company no. 1"}
		messages := maps.Clone(g.config.Messages.Messages)
		m := messages["picks"]
		m.HTML += `<p>{{ shop.legal }}</p>`
		messages["picks"] = m
		g.config.Messages = message.NewSet(messages) // parsed again
		if d := decision(t, g); d.Send.State != claim.Sending || !strings.Contains(d.Mail.HTML, "<p>"+want+"</p>") {
			t.Errorf("in %q: %s, %s, want %q", country, state(d), d.Mail.HTML, want)
		}
	}
}

// The free unit is the tenth, which this order has brought.
func TestTheTenthUnitIsFree(t *testing.T) {
	d := decision(t, aCase("reward"))
	if d.Send.State != claim.Sending || d.Send.Coupon.Key != "MUG/10" || d.Send.Coupon.Product != "MUG" || d.Mail.Subject != "One Red mug is free" {
		t.Fatalf("reward = %s, %+v, %q", state(d), d.Send.Coupon, d.Mail.Subject)
	}
	if diff := cmp.Diff(map[shop.OfferID][]frequency.Grant{"tenth-free": {{Send: d.Send.ID, At: noon, Key: "MUG/10"}}}, d.Contact.Granted); diff != "" {
		t.Errorf("Granted (-want +got):\n%s", diff)
	}
	again := aCase("reward")
	again.snapshot.Contact = d.Contact
	again.intents[0].Occasion, again.intents[0].Order = "o-1", "o-1"
	if got := state(decision(t, again)); got != "SUPPRESSED no-offer" {
		t.Errorf("the same ten mugs, for another order: %s, want no-offer", got)
	}
}

// The service message goes, without products and without a coupon.
func TestAServiceMessageSellsNothingDuringAPauseOrWithoutAnOptIn(t *testing.T) {
	for name, change := range map[string]func(*given){
		"the order's box was left empty": func(g *given) { g.snapshot.Profile.Consent = stated("no") },
		"the order had no box":           func(g *given) { g.snapshot.Profile.Consent = profile.Statement{} },
		"a service issue, and no opt-in": func(g *given) {
			withIssue(g, profile.ServiceIssue{Returned: since(1)})
			g.snapshot.Profile.Consent = profile.Statement{}
		},
		"an open return": func(g *given) { withIssue(g, profile.ServiceIssue{Returned: since(1)}) },
		"the person's own pause": func(g *given) {
			g.snapshot.Contact.Wishes.Pause = frequency.Wish{Value: "2026-12-24", At: noon}
		},
		"a refund yesterday": func(g *given) { withIssue(g, profile.ServiceIssue{Returned: resolved(3, 2)}) },
		"an opt-out": func(g *given) {
			g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, false, noon)
		},
	} {
		unchanged, g := loyal("thanks"), loyal("thanks")
		change(&g)
		if d := decision(t, unchanged); d.Send.Coupon == nil || !strings.Contains(d.Mail.Text, "Biscuit jar") || !strings.Contains(d.Mail.Text, "earned 50") {
			t.Fatalf("without the change the mail is %q, want a coupon, a pick and points", d.Mail.Text)
		}
		d := decision(t, g)
		if d.Send.State != claim.Sending || d.Send.Coupon != nil || d.Contact.Granted != nil || strings.TrimSpace(d.Mail.Text) != "o-2" {
			t.Errorf("%s: %s with coupon %v, grants %v and %q, want only the order", name, state(d), d.Send.Coupon, d.Contact.Granted, d.Mail.Text)
		}
		e := explained(t, d)
		if last := e.Checks[len(e.Checks)-1]; len(e.Items) > 0 || e.Offer != nil || last.Name != "marketing" || last.No != "" || last.Note == "" {
			t.Errorf("%s: the explanation is %+v, want no picks and no offer because of marketing", name, e)
		}
	}
}

// Only a recovery message may grant an offer during a service issue or without
// an opt-in, and only an offer that is owed, for an issue that is open.
func TestAnApologyMayGrantAnOwedOffer(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*given)
		want   shop.OfferID
	}{
		"an apology":                   {func(*given) {}, "goodwill"},
		"an offer that is not owed":    {func(g *given) { g.config.Offers[0].Owed = false }, ""},
		"a service message":            {func(g *given) { g.config.Campaigns[0].Class = shop.ClassService }, ""},
		"an apology without an opt-in": {func(g *given) { g.snapshot.Profile.Consent = profile.Statement{} }, "goodwill"},
		"an apology after an opt-out": {func(g *given) {
			g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, false, noon)
		}, "goodwill"},
		"no service issue and no opt-in": {func(g *given) {
			g.snapshot.Profile.ServiceIssues, g.snapshot.Profile.Consent = nil, profile.Statement{}
		}, ""},
		"an opt-out": {func(g *given) {
			g.snapshot.Profile.ServiceIssues = nil
			g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, false, noon)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := aCase("sorry")
			withIssue(&g, profile.ServiceIssue{Delayed: since(1)})
			g.config.Offers = []offer.Offer{
				{ID: "goodwill", Version: 1, Owed: true, Days: 30, Effect: offer.Effect{Kind: offer.KindAmount, Amount: gbp(500)}, Budget: offer.Budget{Uses: 9, Shards: 1}},
				{ID: "great-sale", Version: 1, Days: 30, Effect: offer.Effect{Kind: offer.KindAmount, Amount: gbp(900)}, Budget: offer.Budget{Uses: 9, Shards: 1}},
			}
			for _, campaign := range g.config.Campaigns {
				if campaign.ID == "sorry" {
					campaign.Message, campaign.Offers = "thanks", []shop.OfferID{"goodwill", "great-sale"} // message thanks prints a coupon
					g.config.Campaigns = append(g.config.Campaigns[:0:0], campaign)
				}
			}
			c.change(&g)
			d := decision(t, g)
			got := shop.OfferID("")
			if d.Send.Coupon != nil {
				got = d.Send.Coupon.Offer
			}
			if d.Send.State != claim.Sending || got != c.want {
				t.Errorf("%s with a coupon of %q, want %q", state(d), got, c.want)
			}
		})
	}
}

// A service message that needs an offer waits like a promise. The reason is the
// service issue, not that no offer was earned.
func TestAServiceMessageThatNeedsAnOfferWaitsWithTheReason(t *testing.T) {
	g := aCase("thanks")
	g.config.Campaigns = slices.Clone(g.config.Campaigns)
	for i := range g.config.Campaigns {
		g.config.Campaigns[i].NeedsOffer = true
	}
	withIssue(&g, profile.ServiceIssue{Delayed: resolved(4, 2)})
	if got := state(decision(t, g)); got != "QUEUED service-issue:delayed 2026-11-23 12:00" {
		t.Errorf("Decide = %s, want it QUEUED because of the service issue", got)
	}
	g.snapshot.Profile.ServiceIssues = nil
	g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, false, noon)
	if got := state(decision(t, g)); got != "SUPPRESSED unsubscribed" {
		t.Errorf("after an opt-out Decide = %s, want SUPPRESSED unsubscribed", got)
	}
}

func TestAnApologyNamesTheServiceIssue(t *testing.T) {
	day := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for want, issue := range map[string]profile.ServiceIssue{
		"delayed":                  {Delayed: since(1)},
		"delayed 27 November 2026": {Delayed: since(1), Promised: day},
		"returned":                 {Delayed: since(3), Returned: since(1)},
		"cancelled":                {Cancelled: since(1), Delayed: since(2)},
	} {
		g := aCase("sorry")
		g.snapshot.Profile.ServiceIssues = map[shop.OrderID]profile.ServiceIssue{"o-2": issue, "o-1": {Returned: since(0)}}
		d := decision(t, g)
		if !strings.Contains(d.Mail.HTML, "<p>"+want+" </p>") && d.Mail.HTML != "<p>"+want+"</p>" {
			t.Errorf("the apology is %q, want %q", d.Mail.HTML, want)
		}
	}
}

func explained(t testing.TB, d decide.Decision) decide.Explanation {
	t.Helper()
	var e decide.Explanation
	if err := json.Unmarshal(d.Send.Explained, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEachDecisionHasAnExplanation(t *testing.T) {
	passed := func(names ...string) (checks []decide.Check) {
		for _, name := range names {
			check := decide.Check{Name: name}
			if name == "holdout" {
				check.Note = "the campaign has none"
			}
			checks = append(checks, check)
		}
		return checks
	}
	for name, c := range map[string]struct {
		change func(*given)
		want   []decide.Check
	}{
		"a message that goes": {func(*given) {}, passed("campaign", "breaker", "condition", "address", "consent", "pause", "frequency", "holdout")},
		"no consent": {
			func(g *given) { g.snapshot.Profile.Consent.Value = "no" },
			append(passed("campaign", "breaker", "condition", "address"), decide.Check{Name: "consent", No: "the customer has not opted in to promotions"}),
		},
		"no picks": {
			func(g *given) { g.snapshot.Items = nil },
			append(passed("campaign", "breaker", "condition", "address", "consent", "pause", "frequency", "holdout"), decide.Check{Name: "message", No: "the message has no picks to write about"}),
		},
	} {
		g := aCase("weekly")
		c.change(&g)
		d := decision(t, g)
		e := explained(t, d)
		if diff := cmp.Diff(c.want, e.Checks); diff != "" {
			t.Errorf("%s: checks (-want +got):\n%s", name, diff)
		}
		if e.Policy != g.config.Version || e.Policy == "" || e.Model != "2026-11-22T03:00:00Z" {
			t.Errorf("%s: the explanation has policy %q and model %q, want those of the case", name, e.Policy, e.Model)
		}
	}
}

// It has no address, no name and no coupon code.
func TestAnExplanationHasPicksOfferAndRefusals(t *testing.T) {
	g := aCase("thanks")
	g.config.Campaigns = slices.Clone(g.config.Campaigns)
	for i := range g.config.Campaigns {
		g.config.Campaigns[i].Offers = []shop.OfferID{"tenth-free", "welcome"}
	}
	g.snapshot.Items = maps.Clone(g.snapshot.Items)
	jar := g.snapshot.Items["JAR"]
	jar.Category, jar.Cost, jar.Relations = "storage", gbp(300), map[shop.Relation][]shop.ProductID{shop.RelationComplements: {"MUG"}}
	g.snapshot.Items["JAR"] = jar
	d := decision(t, g)
	e := explained(t, d)
	want := &decide.Granted{Offer: "tenth-free", Version: 1, Key: "MUG/10", Until: d.Send.Coupon.Until, Value: gbp(450)}
	if diff := cmp.Diff(want, e.Offer); diff != "" {
		t.Errorf("Offer (-want +got):\n%s", diff)
	}
	if len(e.Refusals) != 1 || e.Refusals[0].Offer != "welcome" || e.Refusals[0].Code != offer.RefusedOutbid {
		t.Errorf("Refusals = %+v, want welcome outbid", e.Refusals)
	}
	if len(e.Items) != 2 || e.Items[0].Product.ID != "JAR" || e.Items[0].Reason.Customers != 6 {
		t.Errorf("Items = %+v, want the jar first", e.Items)
	}
	if p := e.Items[0].Product; p.Title == "" || p.Price.Minor == 0 || p.Category != "" || p.Relations != nil || p.Cost.Minor != 0 {
		t.Errorf("the first item is %+v, want only what the message shows of it, because each send stores it", p)
	}
	for _, secret := range []string{"xample.com", "Ann", code(t, d.Mail), d.Send.Coupon.Hash} {
		if secret == "" || strings.Contains(string(d.Send.Explained), secret) {
			t.Errorf("the explanation contains %q:\n%s", secret, d.Send.Explained)
		}
	}
}
