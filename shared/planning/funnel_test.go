//go:build !race

package planning

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/infra/demo"
	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/campaigncontrol"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/frequency"
	"regulars/shared/funnel"
	"regulars/shared/linktoken"
	"regulars/shared/points"
	"regulars/shared/policyfiles"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// funnelDay is the day of the rehearsed runs, a Saturday.
var funnelDay = time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)

// A funnel says of each customer what the live functions then do: plan puts the intents
// of the run on the queue, and send's dispatcher takes them, at the same time and on the
// same tables.
func TestAFunnelIsWhatALiveRunDoes(t *testing.T) {
	p := funnelPolicy(t)
	story, err := demo.Tell(funnelDay)
	must(t, err)
	at := func(hour int) time.Time { return time.Date(2026, 11, 21, hour, 0, 0, 0, time.UTC) }
	for name, test := range map[string]struct {
		campaign shop.CampaignID
		product  shop.ProductID
		at       time.Time
		halted   bool
		unfunded bool           // no offer has a budget
		stages   []funnel.Stage // that some customer must have
	}{
		"a run": {campaign: "weekly-picks", at: at(10), stages: []funnel.Stage{
			funnel.Unreachable, funnel.NoOptIn, funnel.ServiceIssue, funnel.SameMailbox, funnel.Pause, funnel.Capped, funnel.HeldOut, funnel.Outranked, funnel.Now,
		}},
		"a run in quiet hours":       {campaign: "weekly-picks", at: at(22), stages: []funnel.Stage{funnel.QuietHours, funnel.NoOptIn}},
		"birthdays, with a coupon":   {campaign: "birthday", at: at(11), stages: []funnel.Stage{funnel.NoOptIn, funnel.Now}},
		"offers without a budget":    {campaign: "birthday", at: at(11), unfunded: true, stages: []funnel.Stage{funnel.NoOffer}},
		"days of their own":          {campaign: "points-expiring", at: at(12), stages: []funnel.Stage{funnel.Now}},
		"products that are due":      {campaign: "replenish", at: at(12), stages: []funnel.Stage{funnel.Now}},
		"a product that is back":     {campaign: "back-in-stock", product: inStock(t, story), at: at(12), stages: []funnel.Stage{funnel.Now}},
		"a campaign that was halted": {campaign: "weekly-picks", at: at(10), halted: true, stages: []funnel.Stage{funnel.Stopped}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLiveShop(t, p, story, test.at)
			if !test.unfunded {
				l.fund(t)
			}
			if test.halted {
				control := campaigncontrol.Control{Store: l.store, Now: l.Planner.Now}
				_, err := control.Pause(t.Context(), campaigncontrol.Word{Campaign: test.campaign, By: "ann"})
				must(t, err)
			}
			said, err := l.funnel().Of(t.Context(), test.campaign, test.product)
			must(t, err)
			if sends := l.sends(t); len(sends) != l.waiting {
				t.Fatalf("the funnel has stored %d sends", len(sends)-l.waiting)
			}
			l.differ(t, said, l.run(t, test.campaign, test.product))
			for _, want := range test.stages {
				if !slices.ContainsFunc(said.Groups, func(g funnel.Group) bool { return g.Stage == want }) {
					t.Errorf("no customer has the stage %s; the groups are %+v", want, said.Groups)
				}
			}
		})
	}
}

// funnelPolicy returns the shop's policy, with a campaign that ranks before weekly-picks.
func funnelPolicy(t *testing.T) shoppolicy.Policy {
	t.Helper()
	p, err := policyfiles.Load(os.DirFS("../../infra/shop"), celcheck.Compile, mjml.Compile, markdown.Parse)
	must(t, err)
	better, _ := p.Campaign("weekly-picks")
	better.ID, better.Value, better.Holdout, better.Schedule = "better", 10*better.Value, 0, "0 10 1 1 *"
	p.Campaigns = append(p.Campaigns, better)
	return p
}

// inStock returns the product of the story that most customers have bought, of those
// with more stock than per_unit could use up here.
func inStock(t *testing.T, story demo.Story) (most shop.ProductID) {
	t.Helper()
	var history everything
	must(t, demo.Import(t.Context(), story, &history, nil, nil))
	bought := map[shop.ProductID]int{}
	for _, p := range history.Profiles {
		_, units := p.All()
		for id := range units {
			bought[id]++
		}
	}
	for _, p := range story.Products {
		if p.InStock() && p.Stock != nil && *p.Stock >= 100 && bought[p.ID] > bought[most] {
			most = p.ID
		}
	}
	return most
}

// everything collects what the demo imports.
type everything dynamo.History

func (h *everything) Import(_ context.Context, part dynamo.History) error {
	h.Profiles, h.Products = append(h.Profiles, part.Profiles...), append(h.Products, part.Products...)
	return nil
}

// liveShop is the functions plan and send with the demo's customers.
type liveShop struct {
	fixture
	*dispatch.Dispatcher
	policy  shoppolicy.Policy
	boxes   map[shop.CustomerID]shop.Mailbox
	waiting int // sends that waited before the run
}

// newLiveShop returns a shop at that time with the demo's customers, who differ in all that
// decides about a message. Some wait for a better message since the evening before.
func newLiveShop(t *testing.T, p shoppolicy.Policy, story demo.Story, at time.Time) *liveShop {
	t.Helper()
	l := &liveShop{fixture: newFixture(t, inMemory()), policy: p, boxes: map[shop.CustomerID]shop.Mailbox{}}
	l.Planner.Policy, l.Latest, l.Planner.Now = fixed(p), fixed(p), func() time.Time { return at }
	packed, err := shoppolicy.Encode(p)
	must(t, err)
	must(t, l.store.SavePolicy(t.Context(), p.Version, packed))
	var all everything
	must(t, demo.Import(t.Context(), story, &all, nil, nil))
	history := dynamo.History{Products: all.Products, Contacts: map[shop.CustomerID]frequency.Contact{}}
	for i, customer := range all.Profiles {
		var contact frequency.Contact
		customer, contact = unlike(i, customer, at)
		if heldOut := func(c campaign.Campaign) bool { return campaign.HeldOut(c, customer.ID) }; slices.ContainsFunc(p.Campaigns, heldOut) {
			// Of a mailbox it is chance which customer is decided first. One who is held
			// out is told so if they are the first, and otherwise that another one got it.
			customer.Mailbox = ""
		}
		if l.boxes[customer.ID] = customer.Mailbox; customer.Mailbox != "" {
			must(t, l.store.UpdateMailbox(t.Context(), customer.Mailbox, func(frequency.Contact) (frequency.Contact, bool) { return contact, true }))
		} else {
			history.Contacts[customer.ID] = contact
		}
		history.Profiles = append(history.Profiles, customer)
	}
	must(t, l.store.Import(t.Context(), history))
	links, err := linktoken.New(map[string][]byte{"k1": []byte(strings.Repeat("n", 64))}, "k1")
	must(t, err)
	owner := 0
	l.Dispatcher = &dispatch.Dispatcher{
		Claims: l.store, Attempts: l.store, SES: l, Now: l.Planner.Now, Owner: func() string { owner++; return fmt.Sprint("worker-", owner) },
		Reader: &dispatch.Reader{Customers: l.store, InForce: l, Breakers: l, Tenant: "test", Links: links, CodeKeys: [][]byte{[]byte("k")}, BaseURL: "https://mail.example.com/"},
	}
	l.beforeNight(t, history.Profiles)
	return l
}

// fund creates the budgets of the offers.
func (l *liveShop) fund(t *testing.T) {
	t.Helper()
	for _, o := range l.policy.Offers {
		must(t, l.store.EnsureBudget(t.Context(), o.ID, o.Version, o.Budget.Uses, o.Budget.Shards))
	}
}

// inMemory returns a store on tables in memory.
func inMemory() *dynamo.Store {
	tables := dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"}
	return dynamo.New(memory.New(dynamotest.Definitions()...), tables)
}

// unlike returns the i-th customer with something that decides about a message.
func unlike(i int, p profile.Profile, at time.Time) (profile.Profile, frequency.Contact) {
	if i%4 == 1 {
		p.Birthday.Value = at.Format("01-02")
	}
	c := frequency.Contact{}.WithConsent(shop.TopicPromotions, true, at.AddDate(0, -1, 0))
	switch i % 12 {
	case 0:
		p.Email.Value = ""
	case 1:
		c = frequency.Contact{}
	case 2:
		c = c.WithConsent(shop.TopicPromotions, false, at.AddDate(0, 0, -3))
	case 3:
		c = c.WithSuppression(frequency.Suppression{Reason: "bounce", At: at.AddDate(0, 0, -3)})
	case 4:
		p.ServiceIssues = map[shop.OrderID]profile.ServiceIssue{"late": {Delayed: &profile.Issue{Since: at.AddDate(0, 0, -2)}}}
	case 5:
		c.Wishes.Pause = frequency.Wish{Value: at.AddDate(0, 1, 0).Format(time.DateOnly), At: at.AddDate(0, 0, -1)}
	case 6: // two messages of this week: no cap has room
		for day := range 2 {
			c.Ledger = append(c.Ledger, frequency.Entry{Send: shop.SendID(fmt.Sprint("earlier-", day)), At: at.AddDate(0, 0, -3+day), Class: shop.ClassPromotion})
		}
	case 7, 8: // some of them share a mailbox
		p.Mailbox = shop.Mailbox(fmt.Sprint("shared-", i/240))
	case 9:
		p.Mailbox = shop.Mailbox(fmt.Sprint("own-", i))
		granted := points.Entry{ID: "given", Kind: points.Earn, Order: "given", At: at.AddDate(0, -2, 0), Active: at.AddDate(0, -2, 0), Points: 200, Rate: 100, Until: time.Date(2026, 12, 6, 0, 0, 0, 0, time.UTC)}
		p.Points.Ledger, _ = p.Points.Ledger.Add(granted)
	}
	return p, c
}

// beforeNight lets a better message to some customers wait for the morning.
func (l *liveShop) beforeNight(t *testing.T, customers []profile.Profile) {
	t.Helper()
	better, _ := l.policy.Campaign("better")
	evening := time.Date(2026, 11, 20, 23, 0, 0, 0, time.UTC)
	l.Now = func() time.Time { return evening }
	for i, customer := range customers {
		if i%12 == 10 && i%5 != 0 {
			must(t, l.Take(t.Context(), better.At(campaign.Run{At: evening}, customer.ID), false))
		}
	}
	l.Now, l.waiting = l.Planner.Now, len(l.sends(t))
}

func (l *liveShop) Policy(context.Context) (shoppolicy.Policy, error) { return l.policy, nil }
func (l *liveShop) Look(context.Context) (shoppolicy.Policy, error)   { return l.policy, nil }
func (l *liveShop) Model(context.Context) (recommend.Model, error)    { return recommend.Model{}, nil }

func (l *liveShop) Breakers(ctx context.Context) (breaker.Now, error) { return l.store.Breakers(ctx) }
func (l *liveShop) ForgetBreakers()                                   {}

// Send is SES, which accepts every message.
func (l *liveShop) Send(context.Context, content.Mail) (string, error) { return "ses", nil }

func (l *liveShop) funnel() *funnel.Funnel {
	return &funnel.Funnel{
		Tables: l.store, Items: func(context.Context) (int64, error) { return 2_000, nil },
		InForce: l, Breakers: l, Tenant: "test", Now: l.Planner.Now, Named: 1_000,
	}
}

// sends returns all sends that are stored.
func (l *liveShop) sends(t *testing.T) (all []claim.Send) {
	t.Helper()
	for id := range l.boxes {
		must(t, l.store.SendsOf(t.Context(), id, func(s claim.Send) error { all = append(all, s); return nil }))
	}
	return all
}

// run plans the run and lets send take its intents. It returns what became of each.
func (l *liveShop) run(t *testing.T, c shop.CampaignID, product shop.ProductID) (all []claim.Send) {
	t.Helper()
	body := runEventOf(string(c), l.Planner.Now())
	if product != "" {
		known, _ := l.policy.Campaign(c)
		start, err := json.Marshal(campaign.Start{Campaign: c, Version: known.Version, At: l.Planner.Now(), Subject: campaign.Subject{Product: product, Event: known.On[0], Day: l.Planner.Now().Format(time.DateOnly)}})
		must(t, err)
		body = string(start)
	}
	if again := l.handle(t, t.Context(), body); len(again) > 0 {
		t.Fatal("the run could not be started")
	}
	l.work(t)
	intents := l.planned(t)
	slices.SortFunc(intents, func(a, b campaign.Intent) int {
		return cmp.Or(strings.Compare(string(a.Customer), string(b.Customer)), strings.Compare(a.Occasion, b.Occasion))
	})
	for _, intent := range intents {
		must(t, l.Take(t.Context(), intent, false))
		s, err := l.store.Send(t.Context(), intent.Customer, intent.SendID("test"))
		must(t, err)
		all = append(all, s)
	}
	return all
}

// differ fails the test for each message of which the funnel said something else. Of the
// customers of one mailbox it compares how many had a stage: which of them is first
// is chance.
func (l *liveShop) differ(t *testing.T, said funnel.Result, did []claim.Send) {
	t.Helper()
	shared := func(id shop.CustomerID) string {
		if box := l.boxes[id]; strings.HasPrefix(string(box), "shared") {
			return string(box)
		}
		return string(id)
	}
	count, differences, seen := map[string]int{}, 0, map[string]bool{}
	for _, g := range said.Groups {
		count["coupons"] += g.Coupons
		for _, id := range g.Examples {
			count[shared(id)+" "+string(g.Stage)+g.Reason]++
		}
	}
	for _, s := range did {
		if s.State == claim.Accepted {
			s.State = claim.Sending
			if s.Coupon != nil {
				count["coupons"]--
			}
		}
		is, reason := funnel.StageOf(s)
		if named := string(s.Intent.Customer) + string(is) + reason; !seen[named] { // the funnel names a customer once
			seen[named] = true
			count[shared(s.Intent.Customer)+" "+string(is)+reason]--
		}
	}
	for what, n := range count {
		if n != 0 {
			differences++
			t.Errorf("%s: %+d in the funnel", what, n)
		}
	}
	if said.Messages.About != len(did) || differences > 0 {
		t.Errorf("%d differences; the funnel has %d messages, the run %d", differences, said.Messages.About, len(did))
	}
	t.Logf("%d messages compared, in %d groups", len(did), len(said.Groups))
}
