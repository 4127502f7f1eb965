//go:build !race

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/infra/demo"
	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/cataloguecache"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/decide"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/journey"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/redecide"
	"regulars/shared/rehearsal"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// trial is the demo's shop in memory, with a rehearsal and a dispatcher, which share
// nothing but the tables and the clock.
type trial struct {
	*rehearsal.Rehearsal
	dispatcher *dispatch.Dispatcher
	store      *dynamo.Store
	policy     shoppolicy.Policy
	model      recommend.Model
	customers  []shop.CustomerID
	sent       []content.Mail
	notKept    int // decisions whose inputs were not stored
}

func (h *trial) Policy(context.Context) (shoppolicy.Policy, error) { return h.policy, nil }
func (h *trial) Look(context.Context) (shoppolicy.Policy, error)   { return h.policy, nil }
func (h *trial) Model(context.Context) (recommend.Model, error)    { return h.model, nil }
func (h *trial) Send(_ context.Context, m content.Mail) (string, error) {
	h.sent = append(h.sent, m)
	return fmt.Sprint("ses-", len(h.sent)), nil
}

// published is the shop's policy as publish stores it; compiling its messages takes
// seconds.
var published = sync.OnceValues(func() ([]byte, error) {
	policy, err := policyfiles.Load(os.DirFS("../../shop"), celcheck.Compile, mjml.Compile, markdown.Parse)
	if err != nil {
		return nil, err
	}
	return shoppolicy.Encode(policy)
})

func newTrial(ctx context.Context) *trial {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	packed, err := published()
	must(err)
	policy, err := shoppolicy.Decode(packed, message.Renderer{})
	must(err)
	story, err := demo.Tell(noon)
	must(err)
	story.Points = policy.Points
	story.History = some(story.History)
	tables := dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"}
	h := &trial{store: dynamo.New(memory.New(dynamotest.Definitions()...), tables), policy: policy}
	must(h.store.SavePolicy(ctx, policy.Version, packed))
	for _, o := range policy.Offers {
		must(h.store.EnsureBudget(ctx, o.ID, o.Version, o.Budget.Uses, o.Budget.Shards))
	}
	mailbox := func(address string) shop.Mailbox { return shop.Mailbox("m-" + address) }
	must(demo.Import(ctx, story, h.store, mailbox, nil))
	for i, p := range story.Products {
		if i%60 == 0 {
			h.model.Popular = append(h.model.Popular, recommend.Popular{Product: p.ID, Customers: 500 - i/60})
		}
	}
	h.model.Version = "2026-11-21T03:00:00Z"
	h.Rehearsal, err = rehearse(h.store, func() time.Time { return noon }, "rehearsal")
	must(err)
	h.Dispatcher.Reader.InForce, h.Dispatcher.Reader.Breakers = h, nil
	reader := *h.Dispatcher.Reader
	reader.ClickURL, reader.Catalogue = "https://mail.example.com/click/", cataloguecache.New(h.store, func() time.Time { return noon })
	h.dispatcher = &dispatch.Dispatcher{
		Claims: h.Dispatcher.Claims, Attempts: h.store, Runs: h.store, Reader: &reader, SES: h, Now: h.Dispatcher.Now,
		Owner:  func() string { return "live" },
		Inputs: &redecide.Keeper{Store: h.store, Count: func(string, int) { h.notKept++ }},
	}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		page.After, err = h.store.Profiles(ctx, page, func(p profile.Profile) error {
			h.customers = append(h.customers, p.ID)
			return nil
		})
		must(err)
	}
	slices.Sort(h.customers)
	return h
}

// some returns the events of some hundred customers: those of every twelfth order event
// of the file.
func some(events []shop.Event) (some []shop.Event) {
	customers, orders := map[shop.CustomerID]bool{}, map[shop.OrderID]bool{}
	for i, event := range events {
		if fact, ok := event.Fact.(shop.OrderFact); ok && fact.Placed != nil && i%12 == 0 {
			customers[fact.Customer] = true
		}
	}
	for _, event := range events {
		if fact, ok := event.Fact.(shop.OrderFact); ok && (customers[fact.Customer] || orders[fact.Order]) {
			orders[fact.Order] = true
			some = append(some, event)
		}
	}
	return some
}

// unchanged is a shop for tests that only look.
var unchanged = sync.OnceValue(func() *trial { return newTrial(context.Background()) })

// dump returns everything that the tables hold, to see that nothing changed.
func (h *trial) dump(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		var err error
		page.After, err = h.store.Sends(t.Context(), page, func(d claim.Send) error {
			return json.NewEncoder(&all).Encode(d)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range h.customers {
		read, err := h.store.Snapshot(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&all, id, read.ProfileRev, read.ContactRev)
	}
	for _, o := range h.policy.Offers {
		left, err := h.store.Budget(t.Context(), o.ID, o.Version)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&all, o.ID, left)
	}
	return all.String()
}

// TestTheAnswerIsWhatHappens: for customers of the demo and every campaign of the
// shop, what the rehearsal says is what the code that sends then does, and the
// rehearsal changes nothing.
func TestTheAnswerIsWhatHappens(t *testing.T) {
	h := newTrial(t.Context())
	compared, states := 0, map[claim.State]int{}
	for i := 0; i < len(h.customers); i += 1 + len(h.customers)/80 {
		id := h.customers[i]
		for _, c := range h.policy.Campaigns {
			of := decide.Rehearsed{Campaign: c.ID}
			if c.Product != nil {
				of.Product = h.model.Popular[i%len(h.model.Popular)].Product
			}
			a, err := h.Answer(t.Context(), of, id)
			if none := (*decide.NoOccasion)(nil); errors.As(err, &none) {
				continue
			}
			if err != nil {
				t.Fatalf("%s, %s: %v", id, c.ID, err)
			}
			states[a.State]++
			if a.State == rehearsal.NotRaised {
				continue
			}
			compared++
			if err := h.dispatcher.Take(t.Context(), a.Intent, false); err != nil {
				t.Fatalf("%s, %s: %v", id, c.ID, err)
			}
			got, err := h.store.Send(t.Context(), id, a.Intent.SendID("rehearsal"))
			if err != nil {
				t.Fatal(err)
			}
			want := a.State
			if want == claim.Sending {
				want = claim.Accepted
			}
			if got.State != want || got.Reason != a.Reason {
				t.Errorf("%s, %s: the rehearsal says %s for %q, and it was %s for %q", id, c.ID, a.State, a.Reason.Text, got.State, got.Reason.Text)
			}
			if want == claim.Accepted && string(got.Explained) != string(a.Decision.Explained) {
				t.Errorf("%s, %s: the explanations differ:\n%s\n%s", id, c.ID, a.Decision.Explained, got.Explained)
			}
		}
	}
	t.Logf("%d decisions compared; the answers: %v; %d mails", compared, states, len(h.sent))
	if compared < 400 || states[claim.Sending] < 100 || states[rehearsal.NotRaised] < 50 || states[claim.Queued] < 20 {
		t.Errorf("%d decisions compared, %v: too few of a kind to show anything", compared, states)
	}
	t.Run("each decision is the same when it is made again", func(t *testing.T) { decidedAgain(t, h, compared) })
	t.Run("the story says so", func(t *testing.T) { toldAgain(t, h) })
}

// TestARehearsalChangesNothing: answers, messages and stories leave each item of the
// tables as it was, and send nothing.
func TestARehearsalChangesNothing(t *testing.T) {
	h := unchanged()
	before := h.dump(t)
	for _, id := range h.customers[:5] {
		for _, c := range h.policy.Campaigns {
			of := decide.Rehearsed{Campaign: c.ID, Product: h.model.Popular[0].Product}
			if _, err := h.Story(t.Context(), of, id); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Preview(t.Context(), of, id, "pl"); err != nil && !errors.As(err, new(*decide.NoOccasion)) {
				t.Fatal(err)
			}
		}
	}
	if h.dump(t) != before || len(h.sent) > 0 {
		t.Errorf("the rehearsals changed the tables, or sent %d mails", len(h.sent))
	}
}

// TestEveryMessageCanBeShown: a preview renders every campaign in every language, also
// for a customer who would not get it, and passes the lint.
func TestEveryMessageCanBeShown(t *testing.T) {
	h := unchanged()
	shown := map[shop.CampaignID]int{}
	for i := 0; i < len(h.customers); i += 1 + len(h.customers)/10 {
		for _, c := range h.policy.Campaigns {
			of := decide.Rehearsed{Campaign: c.ID}
			if c.Product != nil {
				of.Product = h.model.Popular[i%len(h.model.Popular)].Product
			}
			for _, language := range []string{"", "en", "ru", "pl", "el"} {
				p, err := h.Preview(t.Context(), of, h.customers[i], language)
				if none := (*decide.NoOccasion)(nil); errors.As(err, &none) {
					break
				}
				if err != nil {
					t.Fatalf("%s, %s, %q: %v", h.customers[i], c.ID, language, err)
				}
				if language != "" && p.Language != language {
					t.Errorf("%s is shown in %s, want %s", c.ID, p.Language, language)
				}
				if len(p.Findings) > 0 {
					t.Errorf("%s in %s: %v", c.ID, p.Language, p.Findings)
				}
				if len(p.Lacks) > 0 {
					continue
				}
				shown[c.ID]++
				var out bytes.Buffer
				if err := page(&out, h.customers[i], p, nil); err != nil {
					t.Fatal(err)
				}
				if n := strings.Count(out.String(), "<iframe "); n != 3 {
					t.Errorf("the page of %s has %d frames, want 3", c.ID, n)
				}
			}
		}
	}
	t.Log(shown)
	for _, id := range []shop.CampaignID{"thanks", "weekly-picks", "win-back_first", "price-drop", "after-delivery_how-to"} {
		if shown[id] == 0 {
			t.Errorf("no message of %s was shown", id)
		}
	}
}

// TestEachVariantCanBeShown: also one that the customer does not get, which the page says.
func TestEachVariantCanBeShown(t *testing.T) {
	h := unchanged()
	c, _ := h.policy.Campaign("weekly-picks")
	id := h.customers[0]
	var subjects []string
	for _, name := range c.Names() {
		p, err := h.Preview(t.Context(), decide.Rehearsed{Campaign: c.ID, Variant: name}, id, "en")
		if err != nil {
			t.Fatal(err)
		}
		var drawn bytes.Buffer
		if err := page(&drawn, id, p, nil); err != nil {
			t.Fatal(err)
		}
		other := strings.Contains(drawn.String(), "variant "+name+" (the customer gets "+p.Own+", ")
		if p.Variant != name || !slices.Contains(c.Names(), p.Own) || other != (name != p.Own) {
			t.Errorf("variant %q is shown as %q of a customer who gets %q; the page says so: %t", name, p.Variant, p.Own, other)
		}
		subjects = append(subjects, p.Mail.Subject)
	}
	if len(subjects) != 2 || subjects[0] == subjects[1] || subjects[1] == "" {
		t.Errorf("the subjects of the variants are %q, want two", subjects)
	}
	for named, want := range map[decide.Rehearsed]string{
		{Campaign: c.ID, Variant: "gone"}:  `campaign weekly-picks has no variant "gone"; its variants are ` + strings.Join(c.Names(), ", "),
		{Campaign: "thanks", Variant: "x"}: "campaign thanks has no variants: leave VARIANT out",
		{Campaign: "gone", Variant: "x"}:   `no campaign is named "gone"; the campaigns are `,
	} {
		if _, err := h.Preview(t.Context(), named, id, ""); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", named, err, want)
		}
	}
}

// TestATestMailCannotTouchTheCustomer: it is marked, goes to the tester, and has none
// of the headers and tags by which the customer would be unsubscribed or counted.
func TestATestMailCannotTouchTheCustomer(t *testing.T) {
	h := unchanged()
	for _, id := range h.customers {
		p, err := h.Preview(t.Context(), decide.Rehearsed{Campaign: "weekly-picks"}, id, "")
		if err != nil || p.Mail.HTML == "" {
			continue
		}
		m := test(p.Mail, "ann@shop.example.com")
		if m.To != "ann@shop.example.com" || !strings.HasPrefix(m.Subject, "[Test] ") || m.Headers["List-Unsubscribe"] != "" || m.Tags["send_id"] != "" || m.Tags["customer"] != "" {
			t.Errorf("the test mail is %+v", m)
		}
		if strings.Contains(m.HTML+m.Text, "mail.example.com") || !strings.Contains(m.Text, "https://rehearsal.invalid/") {
			t.Errorf("its links are real ones: %s", m.Text)
		}
		if p.Mail.To == m.To {
			t.Error("the customer's own mail was changed")
		}
		return
	}
	t.Fatal("no customer has a message to show")
}

func TestFindByIDOrderAndAddress(t *testing.T) {
	h := unchanged()
	read, err := h.store.Snapshot(t.Context(), h.customers[7])
	if err != nil {
		t.Fatal(err)
	}
	p := read.Profile
	for _, text := range []string{string(p.ID), string(p.Orders[0].Order), strings.ToUpper(p.Email.Value)} {
		found, err := rehearsal.Find(t.Context(), h.store, text, func(int) {})
		if err != nil || !slices.Contains(found, p.ID) {
			t.Errorf("Find(%q) = %v, %v; want %s", text, found, err, p.ID)
		}
	}
	for text, want := range map[string]string{
		"nothing":             "no customer is stored under this ID, and no order has it: nothing",
		"nothing@example.com": "no customer is stored with this address",
	} {
		if found, err := rehearsal.Find(t.Context(), h.store, text, func(int) {}); !errors.Is(err, rehearsal.ErrNoCustomer) || err.Error() != want {
			t.Errorf("Find(%q) = %v, %v; want %q", text, found, err, want)
		}
	}
}

func TestFindOrder(t *testing.T) {
	h := unchanged()
	read, err := h.store.Snapshot(t.Context(), h.customers[7])
	if err != nil {
		t.Fatal(err)
	}
	id, own := h.customers[7], read.Profile.Orders[0].Order
	other, err := h.store.Snapshot(t.Context(), h.customers[8])
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		wanted shop.OrderID
		text   string
		want   shop.OrderID
		fault  string
	}{
		"an order of the customer":      {own, string(id), own, ""},
		"the customer by their order":   {"", string(own), own, ""},
		"the customer by their ID":      {"", string(id), "", ""},
		"the customer by their address": {"", "ann@example.com", "", ""},
		"an unknown order":              {"nothing", string(id), "", "no order is stored"},
		"an order of another customer":  {other.Profile.Orders[0].Order, string(id), "", "is not one of customer"},
	} {
		got, err := rehearsal.FindOrder(t.Context(), h.store, id, c.wanted, c.text)
		if got != c.want || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: FindOrder = %q, %v; want %q, %q", name, got, err, c.want, c.fault)
		}
	}
}

// TestAMessageOfAJourneyAsksWhoEnters: a customer who is not in the audience of the
// journey would get none of its messages.
func TestAMessageOfAJourneyAsksWhoEnters(t *testing.T) {
	h := unchanged()
	outside := 0
	for _, id := range h.customers {
		a, err := h.Answer(t.Context(), decide.Rehearsed{Campaign: "win-back_first"}, id)
		if err != nil {
			t.Fatal(err)
		}
		if a.Conditions[0].Name != "audience of the journey" || !a.Conditions[0].Passed() && a.State != rehearsal.NotRaised {
			t.Errorf("%s: %s with the conditions %+v", id, a.State, a.Conditions)
		}
		if a.State == rehearsal.NotRaised {
			outside++
		}
	}
	if outside == 0 {
		t.Error("every customer is in the audience")
	}
	back := slices.IndexFunc(h.customers, func(id shop.CustomerID) bool {
		read, err := h.store.Snapshot(t.Context(), id)
		return err == nil && len(read.Profile.Orders) > 2
	})
	a, err := h.Answer(t.Context(), decide.Rehearsed{Campaign: "after-delivery_how-to"}, h.customers[back])
	if want := "the if of the journey does not hold: order.first: theirs is false"; err != nil || a.State != rehearsal.NotRaised || a.Reason.Text != want {
		t.Errorf("after a third order: %s, %q, %v; want %q", a.State, a.Reason.Text, err, want)
	}
}

func TestWhatCannotBeRehearsed(t *testing.T) {
	h := unchanged()
	for of, want := range map[decide.Rehearsed]string{
		{Campaign: "win-back"}:                       "win-back_first, win-back_second",
		{Campaign: "data-link"}:                      "the customer has not asked on the preference page",
		{Campaign: "birthday"}:                       "there is no day to send it on: their birthday is not known",
		{Campaign: "erase-link"}:                     "the customer has not asked on the preference page",
		{Campaign: "price-drop", Product: "NOTHING"}: "no product NOTHING",
	} {
		if _, err := h.Answer(t.Context(), of, h.customers[0]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", of, err, want)
		}
	}
}

func TestTheStoryNeverContradictsItself(t *testing.T) {
	h := unchanged()
	for i := 0; i < len(h.customers); i += 1 + len(h.customers)/60 {
		for _, c := range h.policy.Campaigns {
			s, err := h.Story(t.Context(), decide.Rehearsed{Campaign: c.ID}, h.customers[i])
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			tell(&out, decide.Rehearsed{Campaign: c.ID}, h.customers[i], s, noon)
			text := out.String()
			sent := strings.Contains(text, "would be sent\n")
			if no := strings.Contains(text, "✗"); sent && no {
				t.Errorf("it would be sent, and something is against it:\n%s", text)
			}
			if !sent && strings.Contains(text, "with the offer") {
				t.Errorf("it would not be sent, and it has an offer:\n%s", text)
			}
		}
	}
}

func TestTheStoryOfAStepSaysWhereTheCustomerIsInTheJourney(t *testing.T) {
	h := newTrial(t.Context())
	of := decide.Rehearsed{Campaign: "win-back_first"}
	var id shop.CustomerID
	for _, id = range h.customers {
		if a, err := h.Answer(t.Context(), of, id); err == nil && a.State == claim.Sending {
			break
		}
	}
	for _, c := range []struct {
		p    journey.Position
		want string
	}{
		{journey.Position{Step: "second", Due: noon.Add(time.Hour)}, "in the journey win-back since"},
		{journey.Position{Step: "second", Due: noon.Add(time.Hour)}, "no message, because they are on their way through the journey already, since 2026-11-09, and it does not let them enter again before that has ended"},
		{journey.Position{Step: "second", Due: noon.Add(time.Hour), Ordered: time.Unix(0, 0)}, "was in the journey win-back from 2026-11-09 12:00 to 2026-11-21 12:00 UTC (goal)"}, // they have ordered since, and it is not stored yet that this ended their way
		{journey.Position{Due: noon.AddDate(0, 0, -10), End: journey.Goal}, "their way through the journey ended on 2026-11-11, and it does not let them enter again before 2027-05-"},
		{journey.Position{Due: noon.AddDate(0, 0, -10), End: journey.Goal, Entered: noon.AddDate(-1, 0, 0)}, "would be sent"},
	} {
		c.p.Journey, c.p.Customer, c.p.Version = "win-back", id, 1
		if c.p.Entered.IsZero() {
			c.p.Entered = noon.AddDate(0, 0, -12)
		}
		_, rev, err := h.store.Position(t.Context(), id, "win-back")
		if err == nil {
			err = h.store.SavePosition(t.Context(), c.p, rev)
		}
		if err != nil {
			t.Fatal(err)
		}
		s, err := h.Story(t.Context(), of, id)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		tell(&out, of, id, s, noon)
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("the story lacks %q:\n%s", c.want, out.String())
		}
	}
	// Who is on the way is told so first, also if by now they would not be let in.
	if err := h.store.SavePosition(t.Context(), journey.Position{Journey: "after-delivery", Version: 1, Customer: id, Entered: noon.AddDate(0, 0, -1), Step: "review", Due: noon.AddDate(0, 0, 6)}, ""); err != nil {
		t.Fatal(err)
	}
	a, err := h.Answer(t.Context(), decide.Rehearsed{Campaign: "after-delivery_how-to"}, id)
	if err != nil || a.State != rehearsal.NotRaised || a.Reason.Code != "on-the-way" || a.Conditions[0].Passed() {
		t.Errorf("on the way after a second order: %s, %+v, %v", a.State, a.Reason, err)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, args := range [][]string{nil, {"show"}, {"why"}, {"why", "-campaign", "x"}, {"preview", "-customer", "x"}, {"redecide", "-campaign", "x"}} {
		if _, err := read(args); err == nil {
			t.Errorf("read(%q) succeeded", args)
		}
	}
	a, err := read([]string{"preview", "-campaign", "x", "-customer", "y", filepath.Join("a", "b.html")})
	if err != nil || a.file != filepath.Join("a", "b.html") {
		t.Errorf("read = %+v, %v", a, err)
	}
}
