package funnel_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/condition"
	"regulars/shared/content"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/frequency"
	"regulars/shared/funnel"
	"regulars/shared/journey"
	"regulars/shared/message"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// bench is a shop on tables in memory. It is the policy in force, too.
type bench struct {
	store  *dynamo.Store
	policy shoppolicy.Policy
	items  int64
}

func (b *bench) Policy(context.Context) (shoppolicy.Policy, error) { return b.policy, nil }
func (b *bench) Look(context.Context) (shoppolicy.Policy, error)   { return b.policy, nil }
func (b *bench) Model(context.Context) (recommend.Model, error)    { return recommend.Model{}, nil }

// newBench returns a shop with a campaign on Saturdays for customers with an order, one
// on a product that is back, one on orders, and a step of a journey.
func newBench(t *testing.T) *bench {
	t.Helper()
	when := func(text string) condition.Condition {
		c, err := condition.Parse(text, "GBP")
		must(t, err)
		return c
	}
	p := shoppolicy.Policy{
		Version: "v1",
		Shop:    shoppolicy.Shop{Name: "Regular Gifts", URL: "https://shop.example.com", Address: "1 High Street, London", Currency: "GBP", Zone: "Europe/London", Languages: []string{"en"}},
		Frequency: frequency.Policy{
			Zone: "Europe/London", Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassPromotion: {Obeys: true, Counts: true}},
			Caps: []frequency.Cap{{Name: "day", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: 2, Window: frequency.Window{Calendar: frequency.Day}}},
		},
		Messages: message.NewSet(map[shop.MessageID]content.Message{"news": {
			Class: shop.ClassPromotion, Languages: []string{"en"}, Subject: "News",
			HTML: `<p>News</p><a href="{{ links.unsubscribe }}">out</a> {{ shop.address }}`, Text: `News {{ links.unsubscribe }} {{ shop.address }}`,
		}}),
		Campaigns: []campaign.Campaign{
			{ID: "weekly", Schedule: "0 12 * * 6", Audience: when("customer.orders >= 1")},
			{ID: "back", On: []shop.OrderKind{shop.BackInStock}, Audience: when("customer.likes[product.id]"), Product: &campaign.ProductTerms{Stock: 1, PerUnit: 2}},
			{ID: "thanks", On: []shop.OrderKind{shop.OrderPlaced}},
			{ID: "after_review", Journey: "after"},
		},
		Journeys: []journey.Journey{
			{Entry: campaign.Campaign{ID: "after", Version: 1, On: []shop.OrderKind{shop.OrderDelivered}}, Steps: []journey.Step{{Name: "wait", Wait: time.Hour, Next: "review"}, {Name: "review", Message: "after_review"}}},
			{Entry: campaign.Campaign{ID: "back-again", Version: 2, Schedule: "0 11 * * *", Audience: when("customer.orders >= 1")}, Steps: []journey.Step{{Name: "first", Message: "back-again_first"}}},
		},
	}
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		c.Version, c.Message, c.Class, c.NotAfter = 1, "news", shop.ClassPromotion, 24*time.Hour
	}
	packed, err := shoppolicy.Encode(p) // a policy renders its messages after it was decoded
	must(t, err)
	if p, err = shoppolicy.Decode(packed, message.Renderer{}); err != nil {
		t.Fatal(err)
	}
	tables := dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"}
	return &bench{store: dynamo.New(memory.New(dynamotest.Definitions()...), tables), policy: p}
}

// fill stores n customers, every tenth of whom has no order, and every fifth of the
// others no opt-in. Each order is of the product POT.
func (b *bench) fill(t *testing.T, n int) {
	t.Helper()
	h := dynamo.History{Contacts: map[shop.CustomerID]frequency.Contact{}}
	for i := range n {
		p := profile.Profile{ID: id(i), Email: profile.Statement{Value: fmt.Sprintf("c%d@example.com", i)}}
		if i%10 > 0 {
			p.Orders = []profile.Visit{{Order: shop.OrderID(fmt.Sprint("o-", i)), At: noon.AddDate(0, -1, 0), Net: shop.Money{Minor: 1000, Currency: "GBP"}, Lines: []profile.VisitProduct{{Product: "POT", Units: 1}}}}
		}
		if i%5 > 0 {
			h.Contacts[p.ID] = frequency.Contact{}.WithConsent(shop.TopicPromotions, true, noon.AddDate(0, -1, 0))
		}
		h.Profiles = append(h.Profiles, p)
	}
	must(t, b.store.Import(t.Context(), h))
	b.items = int64(2 * n)
}

func id(i int) shop.CustomerID { return shop.CustomerID(fmt.Sprintf("c-%05d", i)) }

func (b *bench) of(t *testing.T, c shop.CampaignID, product shop.ProductID) (funnel.Result, error) {
	t.Helper()
	f := funnel.Funnel{
		Tables: b.store, Items: func(context.Context) (int64, error) { return b.items, nil },
		InForce: b, Tenant: "test", Now: func() time.Time { return noon }, Named: 5,
	}
	return f.Of(t.Context(), c, product)
}

// counts returns the numbers of the groups by their stages.
func counts(r funnel.Result) map[funnel.Stage]funnel.Number {
	all := map[funnel.Stage]funnel.Number{}
	for _, g := range r.Groups {
		all[g.Stage] = g.Messages
	}
	return all
}

func TestASmallShopIsCountedExactly(t *testing.T) {
	b := newBench(t)
	b.fill(t, 100)
	sent := b.policy.Campaigns[0].At(campaign.Run{At: noon}, id(1))
	must(t, b.store.End(t.Context(), claim.Send{ID: sent.SendID("test"), Intent: sent, State: claim.Expired, Changed: noon}))
	r, err := b.of(t, "weekly", "")
	must(t, err)
	exactly := func(n int) funnel.Number { return funnel.Number{About: n, Least: n, Most: n} }
	if r.Customers != exactly(100) || r.Audience != exactly(90) || r.Messages != exactly(90) || r.Decided != 90 {
		t.Errorf("%+v, want 90 of 100 customers, and 90 messages decided", r)
	}
	got := counts(r)
	for is, want := range map[funnel.Stage]int{funnel.Already: 1, funnel.NoOptIn: 10, funnel.Now: 79} {
		if got[is] != exactly(want) {
			t.Errorf("%s: %v, want %d", is, got[is], want)
		}
	}
	if len(got) != 3 {
		t.Errorf("the stages are %v, want three", got)
	}
	for _, g := range r.Groups {
		if want := min(5, g.Decided); len(g.Examples) != want {
			t.Errorf("%s names %v, want %d customers", g.Stage, g.Examples, want)
		}
	}
}

func TestTheAudienceOfAJourneyWithAScheduleIsCounted(t *testing.T) {
	b := newBench(t)
	b.fill(t, 100)
	r, err := b.of(t, "back-again", "")
	must(t, err)
	if r.Version != 2 || r.Customers.About != 100 || r.Audience.About != 90 || !slices.Equal(r.Steps, []shop.CampaignID{"back-again_first"}) || r.Decided != 0 {
		t.Errorf("%+v, want 90 of 100 customers, the journey's message, and none decided", r)
	}
}

func TestALargeAudienceIsDecidedInPartAndALargeTableReadInPart(t *testing.T) {
	b := newBench(t)
	b.fill(t, 6_000)
	for name, test := range map[string]struct {
		items         int64
		least, most   int // customers who are read
		exactAudience bool
	}{
		"a table that is read whole": {12_000, 6_000, 6_000, true},
		"a table that is sampled":    {80_000, 2_500, 3_500, false}, // as large as DynamoDB says that it is
	} {
		b.items = test.items
		r, err := b.of(t, "weekly", "")
		must(t, err)
		if r.Read < test.least || r.Read > test.most || r.Decided != 2_000 || (r.Audience.Least == r.Audience.Most) != test.exactAudience {
			t.Errorf("%s: %d customers were read, %d messages decided, the audience is %v", name, r.Read, r.Decided, r.Audience)
		}
		got := counts(r)
		for is, want := range map[funnel.Stage]int{funnel.NoOptIn: 600, funnel.Now: 4_800} {
			width := got[is].Most - got[is].Least // 95 % of the intervals have it; twice the width all but certainly
			if n := got[is]; n.Least == n.Most || want < n.Least-width || want > n.Most+width {
				t.Errorf("%s: %s is %v, want an interval near %d", name, is, n, want)
			}
		}
	}
}

func TestTheCustomersOfAMailboxGetOneMessage(t *testing.T) {
	b := newBench(t)
	h := dynamo.History{}
	for i := range 40 {
		h.Profiles = append(h.Profiles, profile.Profile{
			ID: id(i), Mailbox: "m-1", Email: profile.Statement{Value: "a@example.com"},
			Orders: []profile.Visit{{Order: shop.OrderID(fmt.Sprint("o-", i)), At: noon.AddDate(0, -1, 0), Net: shop.Money{Minor: 1000, Currency: "GBP"}}},
		})
	}
	must(t, b.store.Import(t.Context(), h))
	must(t, b.store.UpdateMailbox(t.Context(), "m-1", func(c frequency.Contact) (frequency.Contact, bool) {
		return c.WithConsent(shop.TopicPromotions, true, noon.AddDate(0, -1, 0)), true
	}))
	r, err := b.of(t, "weekly", "")
	must(t, err)
	if got := counts(r); got[funnel.Now].About != 1 || got[funnel.SameMailbox].About != 39 {
		t.Errorf("the stages are %v, want one message now, and 39 customers of its mailbox", got)
	}
}

func TestARunAboutAProductReachesAsManyAsItsUnitsAllow(t *testing.T) {
	b := newBench(t)
	b.fill(t, 100)
	gbp := shop.Money{Minor: 1000, Currency: "GBP"}
	must(t, b.store.SaveProduct(t.Context(), shop.Product{ID: "POT", Title: "Teapot", Price: gbp, Relations: map[shop.Relation][]shop.ProductID{shop.RelationComplements: {"MUG"}}}))
	mug := shop.Product{ID: "MUG", Title: "Mug", Price: gbp, Stock: new(30), URL: "https://shop.example.com/mug"}
	must(t, b.store.SaveProduct(t.Context(), mug))
	r, err := b.of(t, "back", "MUG")
	must(t, err)
	if got := counts(r); r.Audience.About != 60 || got[funnel.Beyond].About != 30 {
		t.Errorf("the audience is %v and the stages are %v, want 60 of the 90 who bought the teapot: two for each unit", r.Audience, got)
	}
	mug.Stock, mug.Revision = new(0), noon
	must(t, b.store.SaveProduct(t.Context(), mug))
	if _, err := b.of(t, "back", "MUG"); err == nil || !strings.Contains(err.Error(), "sold out") {
		t.Errorf("a product that is sold out = %v, want that it would reach no customer", err)
	}
}

func TestACampaignWithoutAnAudienceSaysWhy(t *testing.T) {
	b := newBench(t)
	for name, test := range map[string]struct {
		campaign shop.CampaignID
		product  shop.ProductID
		want     string
	}{
		"an unknown campaign":                     {"weekly-pics", "", "no campaign is named \"weekly-pics\""},
		"a campaign on orders":                    {"thanks", "", "started by order.placed"},
		"a journey on events":                     {"after", "", "by order.delivered, so it has no audience that could be counted; its messages are after_review: make why CAMPAIGN=after_review "},
		"a journey on no product, and a product":  {"back-again", "MUG", "leave PRODUCT out"},
		"a step of a journey":                     {"after_review", "", "a step of the journey after"},
		"a campaign on products without one":      {"back", "", "name one, with PRODUCT="},
		"a campaign on no product, and a product": {"weekly", "MUG", "leave PRODUCT out"},
		"an unknown product":                      {"back", "JUG", "no product JUG that is sold"},
	} {
		_, err := b.of(t, test.campaign, test.product)
		if none := (*funnel.NoAudience)(nil); !errors.As(err, &none) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

// Each stage has a text, which docs/rehearse.md explains, and each state of a decision has
// a stage.
func TestEachOutcomeHasAText(t *testing.T) {
	doc, err := os.ReadFile("../../docs/rehearse.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range funnel.Stages {
		if row := fmt.Sprintf("\n| %s | `%s` | ", o.Text(), o); o.Text() == "" || !strings.Contains(string(doc), row) {
			t.Errorf("stage %s has the text %q; docs/rehearse.md does not explain it", o, o.Text())
		}
	}
	for code, want := range map[string]funnel.Stage{
		"breaker:account": funnel.Stopped, "ses:paused": funnel.Stopped, "suppressed:bounce": funnel.Unreachable, "cap:day": funnel.Capped,
		"cap-zero": funnel.Capped, "outranked:weekly": funnel.Outranked, "service-issue:returned": funnel.ServiceIssue, "no-offer": funnel.NoOffer, "left-audience": funnel.Other,
	} {
		if got, _ := funnel.StageOf(claim.Send{State: claim.Suppressed, Reason: claim.Reason{Code: code}}); got != want {
			t.Errorf("the stage of %s is %s, want %s", code, got, want)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
