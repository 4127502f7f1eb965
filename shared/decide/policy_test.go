package decide_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// noon is the time of each test that names no other: a Sunday in winter, when
// London's clocks show UTC.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const ann shop.CustomerID = "c-1001"

// messages has one message for each kind of need: picks, a coupon, an order, a
// service issue, none. The HTML is not compiled from MJML.
const messages = `{"messages": {
	"picks": {"class": "promotion", "languages": ["en", "pl"], "needs": ["picks"], "subject": "{{ 'for_you' | t }}",
		"html": "{% for p in picks %}<p>{{ p.title }} {{ p.price | money }}</p>{% endfor %}{% if coupon %}<b>{{ coupon.code }} {{ coupon.percent | percent }} {{ coupon.until | date }}</b>{% endif %}<p>{{ shop.address }}</p><a href=\"{{ links.unsubscribe }}\">x</a>",
		"text": "{% for p in picks %}{{ p.title }} {{ p.price | money }}{% if p.was %} was {{ p.was | money }}{% endif %}\n{% endfor %}{% if coupon %}{{ coupon.code }} {{ coupon.until | date }}\n{% endif %}{{ shop.address }} {{ links.unsubscribe }}",
		"strings": {"en": {"for_you": {"other": "For you"}}, "pl": {"for_you": {"other": "Dla Ciebie"}}}},
	"reward": {"class": "promise", "languages": ["en"], "needs": ["coupon"], "subject": "One {{ coupon.product }} is free",
		"html": "<b>{{ coupon.code }}</b> {{ coupon.product }} {{ coupon.until | date }}", "text": "{{ coupon.code }} {{ coupon.until | date }}", "strings": {}},
	"thanks": {"class": "service", "languages": ["en"], "needs": ["order"], "subject": "Order {{ order.number }}{% if order.also %} and {{ order.also.numbers }}{% endif %}",
		"html": "<p>{{ order.id }}</p>{% for p in picks %}<p>{{ p.title }}</p>{% endfor %}{% if coupon %}<b>{{ coupon.code }}</b> {{ coupon.until | date }}{% endif %}",
		"text": "{{ order.id }}{% for p in picks %} {{ p.title }}{% endfor %}{% for p in picks_with %} with it {{ p.title }} by {{ p.reason.title }}{% endfor %}{% if coupon %} {{ coupon.code }} {{ coupon.until | date }}{% endif %}{% if points %} earned {{ points.earned }}, active {{ points.active }} worth {{ points.worth | money }}, pending {{ points.pending }} ({{ points.waiting }} of this order, {{ points.others }} of others), expiring {{ points.expiring }} on {{ points.expires | date }}, {{ points.tier }}, {{ points.needs }} to {{ points.next_tier }}{% endif %}", "strings": {}},
	"sorry": {"class": "recovery", "languages": ["en"], "needs": ["order", "service_issue"], "subject": "Sorry: {{ service_issue }}",
		"html": "<p>{{ service_issue }} {% if order.until %}{{ order.until | date }}{% endif %}</p>", "text": "{{ service_issue }}", "strings": {}},
	"plain": {"class": "safety", "languages": ["en"], "subject": "Read this", "html": "<p>Read this</p>", "text": "Read this", "strings": {}}
}}`

// published returns a small policy in the form that functions have: encoded and
// decoded again.
var published = sync.OnceValue(func() shoppolicy.Policy {
	compiled := func(text string) condition.Condition {
		c, err := condition.Parse(text, "GBP")
		check(err)
		return c
	}
	set, err := message.Decode([]byte(messages))
	check(err)
	p := shoppolicy.Policy{
		Shop: shoppolicy.Shop{
			Name: "Regular Gifts", URL: "https://shop.example.com", Address: "1 Example Street, London",
			Currency: "GBP", Zone: "Europe/London", Languages: []string{"en", "pl"},
		},
		Frequency: frequency.Policy{
			Caps: []frequency.Cap{
				{Name: "two-a-week", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: 2, Window: frequency.Rolling(7 * 24 * time.Hour)},
				{Name: "one-a-day", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: 1, Window: frequency.Window{Calendar: frequency.Day}},
				{Name: "no-spam", Scope: frequency.ScopeTag, Tag: "spam", Max: 0, Window: frequency.Window{Calendar: frequency.Day}},
			},
			MinGap: 2 * time.Hour, Slack: 5 * time.Minute, Zone: "Europe/London",
			Quiet: frequency.Quiet{From: 21 * 60, To: 9 * 60},
			Classes: map[shop.Class]frequency.ClassPolicy{
				shop.ClassSafety: {}, shop.ClassService: {}, shop.ClassRecovery: {},
				shop.ClassPromise: {Counts: true}, shop.ClassPromotion: {Obeys: true, Counts: true, Quiet: true},
			},
		},
		PromotionPause: shoppolicy.PromotionPause{AfterRefund: 14, AfterLateDelivery: 3, AfterCancellation: 10},
		Offers: []offer.Offer{
			{
				ID: "tenth-free", Version: 1, Days: 60, Budget: offer.Budget{Uses: 100, Shards: 4},
				Effect: offer.Effect{Kind: offer.KindNth, Nth: &offer.Nth{N: 10, Categories: []string{"mug"}}},
			},
			{
				ID: "welcome", Version: 3, When: compiled("customer.orders <= 2"), Days: 14, PerCustomer: 1, Minimum: gbp(2000), Budget: offer.Budget{Uses: 100, Shards: 4},
				Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000},
			},
		},
		Messages: set,
	}
	for _, c := range []campaign.Campaign{
		{ID: "deal", Message: "picks", Class: shop.ClassPromotion, Picks: 1, Offers: []shop.OfferID{"welcome"}, NeedsOffer: true},
		{ID: "held", Message: "picks", Class: shop.ClassPromotion, Picks: 2, Holdout: 10_000},
		{ID: "other", Message: "picks", Class: shop.ClassPromotion, Picks: 2, Tags: []string{"picks"}},
		{ID: "reward", Message: "reward", Class: shop.ClassPromise, Offers: []shop.OfferID{"tenth-free"}, NeedsOffer: true},
		{ID: "sorry", Message: "sorry", Class: shop.ClassRecovery},
		{ID: "spam", Message: "picks", Class: shop.ClassPromotion, Picks: 2, Tags: []string{"spam"}},
		{ID: "thanks", Message: "thanks", Class: shop.ClassService, On: []shop.OrderKind{shop.OrderPlaced}, Picks: 2, Offers: []shop.OfferID{"welcome"}, Tags: []string{"order"}},
		{ID: "weekly", Message: "picks", Class: shop.ClassPromotion, Picks: 2, Offers: []shop.OfferID{"welcome"}, Tags: []string{"picks"}},
	} {
		c.Version, c.NotAfter = 1, 36*time.Hour
		p.Campaigns = append(p.Campaigns, c)
	}
	for _, class := range shop.Classes {
		p.Campaigns = append(p.Campaigns, campaign.Campaign{ID: plain(class), Version: 1, Message: "plain", Class: class, NotAfter: 36 * time.Hour})
	}
	packed, err := shoppolicy.Encode(p)
	check(err)
	p, err = shoppolicy.Decode(packed, message.Renderer{})
	check(err)
	return p
})

// plain returns the ID of the campaign of this class whose message needs no
// data.
func plain(class shop.Class) shop.CampaignID { return "plain-" + shop.CampaignID(class) }

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func gbp(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

// given is the inputs of one call of Decide.
type given struct {
	now      time.Time
	snapshot decide.Snapshot
	intents  []campaign.Intent
	config   decide.Config
}

// aCase returns the inputs for a customer who may get every message: two
// orders, consent to promotions, ten mugs. Each test changes the part that it
// checks.
func aCase(campaigns ...shop.CampaignID) given {
	links, err := linktoken.New(map[string][]byte{"k1": []byte(strings.Repeat("k", 32))}, "k1")
	check(err)
	g := given{
		now: noon,
		snapshot: decide.Snapshot{
			Profile: profile.Profile{
				ID: ann, Email: stated("Ann.Example@example.com"), Name: stated("Ann"), Locale: stated("en-GB"), Zone: stated("Europe/London"), Country: stated("GB"), Consent: stated("yes"),
				Orders: []profile.Visit{
					{Order: "o-1", At: noon.AddDate(0, 0, -40), Net: gbp(3000), Lines: []profile.VisitProduct{{Product: "MUG", Units: 6}, {Product: "TEA", Units: 1}}},
					{Order: "o-2", At: noon.Add(-time.Hour), Net: gbp(5000), Lines: []profile.VisitProduct{{Product: "MUG", Units: 5, Returned: 1}}},
				},
			},
			Items: map[shop.ProductID]recommend.Item{},
		},
		config: decide.Config{
			Policy: published(), Tenant: "test", Links: links, CodeKeys: [][]byte{[]byte("a key of coupon codes")}, BaseURL: "https://mail.example.com/",
			Model: recommend.Model{Version: "2026-11-22T03:00:00Z", Popular: []recommend.Popular{{Product: "JAR", Customers: 8}, {Product: "TRAY", Customers: 5}}},
		},
	}
	for _, row := range []recommend.Item{
		{Product: shop.Product{ID: "MUG", Title: "Red mug", Category: "Mug", Price: gbp(450)}},
		{Product: shop.Product{ID: "TEA", Title: "Earl Grey", Price: gbp(700)}, Learned: recommend.Learned{Neighbours: []recommend.Neighbour{{Product: "JAR", Score: .4, Customers: 6}}}},
		{Product: shop.Product{ID: "JAR", Title: "Biscuit jar", Price: gbp(1250)}, Learned: recommend.Learned{Customers: 12}},
		{Product: shop.Product{ID: "TRAY", Title: "Tin tray", Price: gbp(990)}, Learned: recommend.Learned{Customers: 9}},
	} {
		g.snapshot.Items[row.ID] = row
	}
	for _, c := range campaigns {
		g.intents = append(g.intents, wish(c))
	}
	return g
}

// wish returns an intent of this campaign: for order o-2 if an order event
// starts the campaign, otherwise for today's run.
func wish(c shop.CampaignID) campaign.Intent {
	i := campaign.Intent{Campaign: c, Version: 1, Customer: ann, Occasion: "2026-11-22T12:00:00Z", Planned: noon, NotAfter: noon.Add(36 * time.Hour)}
	switch c {
	case "thanks", "reward":
		i.Occasion, i.Order = "o-2", "o-2"
	case "sorry":
		i.Occasion, i.Order = "o-2/order.delayed", "o-2"
	}
	return i
}

// stated returns a value that the customer stated with order o-2.
func stated(value string) profile.Statement {
	return profile.Statement{Value: value, At: noon, By: "o-2"}
}

// decisions returns the decisions of the case, which must not fail.
func decisions(t testing.TB, g given) []decide.Decision {
	t.Helper()
	all, err := decide.Decide(g.now, g.snapshot, g.intents, g.config)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(g.intents) {
		t.Fatalf("Decide gave %d decisions for %d intents", len(all), len(g.intents))
	}
	return all
}

// decision returns the decision on the case's only intent.
func decision(t testing.TB, g given) decide.Decision {
	t.Helper()
	return decisions(t, g)[0]
}

// withIssue adds a service issue of order o-1.
func withIssue(g *given, issue profile.ServiceIssue) {
	g.snapshot.Profile.ServiceIssues = map[shop.OrderID]profile.ServiceIssue{"o-1": issue}
}

// since returns an issue that began this number of days ago and is open.
func since(days int) *profile.Issue {
	return &profile.Issue{Since: noon.AddDate(0, 0, -days), Cause: shop.CauseDefect}
}

// resolved returns an issue that began days ago and was resolved after days
// later.
func resolved(days, after int) *profile.Issue {
	issue := since(days)
	issue.Resolved = issue.Since.AddDate(0, 0, after)
	return issue
}

// sent returns the ledger entry of another promotion, sent this time ago.
func sent(ago time.Duration) frequency.Entry {
	return frequency.Entry{Send: shop.SendID("sent-" + ago.String()), At: noon.Add(-ago), Class: shop.ClassPromotion, Tags: []string{"picks"}}
}

// wishes gives the mailbox a pace and the end of a pause, and one promotion that
// long ago.
func wishes(pace, pause string, ago time.Duration) func(*given) {
	return func(g *given) {
		g.snapshot.Contact.Wishes = frequency.Wishes{Pace: frequency.Wish{Value: pace}, Pause: frequency.Wish{Value: pause}}
		if ago > 0 {
			g.snapshot.Contact.Ledger = []frequency.Entry{sent(ago)}
		}
	}
}
