package dispatch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/condition"
	"regulars/shared/content"
	"regulars/shared/decide"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/redecide"
	"regulars/shared/sendoutcome"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// noon is a Sunday, when London's clocks show UTC.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const ann shop.CustomerID = "ann"

// bench is send and settle with one customer, on tables in memory, with a clock
// that a test moves and an SES that accepts all messages.
type bench struct {
	t     fatal
	store *dynamo.Store
	*dispatch.Dispatcher
	recorder *sendoutcome.Recorder
	policy   shoppolicy.Policy
	model    recommend.Model
	now      time.Time
	woken    []campaign.Intent // on the queue
	sent     []content.Mail
	answer   func(content.Mail) error // SES's answer to a message; nil: it accepts all
}

// fatal is the common interface of *testing.T and *rapid.T.
type fatal interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

func newBench(t fatal, p shoppolicy.Policy) *bench {
	t.Helper()
	tables := dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"}
	h := &bench{t: t, store: dynamo.New(memory.New(dynamotest.Definitions()...), tables), policy: p, now: noon}
	h.must(h.store.Import(context.Background(), dynamo.History{Profiles: []profile.Profile{aRegular()}}))
	links, err := linktoken.New(map[string][]byte{"k1": []byte(strings.Repeat("n", 64))}, "k1")
	h.must(err)
	owner := 0
	h.Dispatcher = &dispatch.Dispatcher{
		Claims: h.store, Attempts: h.store, Runs: h.store,
		Reader: &dispatch.Reader{Customers: h.store, InForce: h, Tenant: "test", Links: links, CodeKeys: [][]byte{[]byte("k")}, BaseURL: "https://mail.example.com/"},
		SES:    h,
		Inputs: h,
		Now:    func() time.Time { return h.now },
		Owner:  func() string { owner++; return fmt.Sprint("worker-", owner) },
	}
	h.recorder = &sendoutcome.Recorder{Sends: h.store, Due: h.store, Contacts: h.store, Intents: h, Count: func(string, int) {}, Now: h.Now}
	return h
}

// Keep stores the inputs of the decision, and fails the test if it is another one when it
// is made again from them, with other keys.
func (h *bench) Keep(ctx context.Context, m decide.Made) {
	h.t.Helper()
	m.Config.Privacy.Keep.Inputs = 1
	keeper := redecide.Keeper{Store: h.store, Count: func(string, int) { h.t.Errorf("the inputs of %s were not stored", m.Decision.Send.ID) }}
	keeper.Keep(ctx, m)
	in, err := h.store.Inputs(ctx, ann, m.Decision.Send.ID)
	h.must(err)
	links, err := linktoken.New(map[string][]byte{"again": []byte(strings.Repeat("a", 64))}, "again")
	h.must(err)
	archive := redecide.New(h.store, message.Renderer{}, links, [][]byte{[]byte("another")})
	archive.Policy = func(context.Context, string) (shoppolicy.Policy, error) { return m.Config.Policy, nil }
	again, err := archive.Again(ctx, in)
	h.must(err)
	if len(again.Differs) > 0 {
		h.t.Errorf("the decision about %s for %s differs in %v when it is made again:\n%+v\n%+v", m.Intent.Campaign, m.Intent.Occasion, again.Differs, m.Decision, again.Decision)
	}
}

func aRegular() profile.Profile {
	attribute := func(value string) profile.Statement {
		return profile.Statement{Value: value, At: noon.AddDate(0, -1, 0), By: "o-0"}
	}
	p := profile.Profile{ID: ann, Email: attribute("ann@example.com"), Mailbox: "m-ann", Name: attribute("Ann"), Zone: attribute("Europe/London"), Consent: attribute("yes")}
	for i := range 10 {
		p.Orders = append(p.Orders, profile.Visit{Order: shop.OrderID(fmt.Sprint("o-", i)), At: noon.AddDate(0, -1, i), Net: shop.Money{Minor: 5_000, Currency: "GBP"}})
	}
	return p
}

// Policy, Look and Model return the policy in force.
func (h *bench) Policy(context.Context) (shoppolicy.Policy, error) { return h.policy, nil }
func (h *bench) Look(context.Context) (shoppolicy.Policy, error)   { return h.policy, nil }
func (h *bench) Model(context.Context) (recommend.Model, error)    { return h.model, nil }

// Send is SES.
func (h *bench) Send(_ context.Context, m content.Mail) (string, error) {
	if h.answer != nil {
		if err := h.answer(m); err != nil {
			return "", err
		}
	}
	h.sent = append(h.sent, m)
	return "ses-" + m.Tags["send_id"], nil
}

// Put is the queue.
func (h *bench) Put(_ context.Context, values ...any) error {
	for _, v := range values {
		h.woken = append(h.woken, v.(campaign.Intent))
	}
	return nil
}

// take delivers the intent once. It fails the test if a rehearsal just before said
// something else, unless SES or the send rate decides.
func (h *bench) take(i campaign.Intent) {
	h.t.Helper()
	before, contact := h.everything(), h.contact()
	rehearsed, left, err := h.Rehearse(context.Background(), i)
	h.must(err)
	if after := h.everything(); before != after {
		h.t.Fatalf("the rehearsal of %s has changed the tables from %s to %s", i.Campaign, before, after)
	}
	h.must(h.Take(context.Background(), i, false))
	if h.answer != nil || h.Pace != nil {
		return
	}
	want, did := rehearsed.Send, h.send(i)
	if want.State == claim.Sending {
		want.State = claim.Accepted
	}
	if did.State != want.State || did.Reason.Code != want.Reason.Code || !did.Wake.Equal(want.Wake) {
		h.t.Errorf("the rehearsal of %s for %s said %q %q until %s, and its send is %q %q until %s",
			i.Campaign, i.Occasion, want.State, want.Reason.Code, want.Wake, did.State, did.Reason.Code, did.Wake)
	}
	if now := h.contact(); left != nil && len(left.Ledger) != len(now.Ledger) || left == nil && len(now.Ledger) != len(contact.Ledger) {
		h.t.Errorf("after %s for %s, the ledger has %d messages; the rehearsal said %+v", i.Campaign, i.Occasion, len(now.Ledger), left)
	}
}

// everything returns what the tables have of the customer, as text.
func (h *bench) everything() string {
	all, err := json.Marshal([]any{h.all(), h.contact()})
	h.must(err)
	return string(all)
}

// at moves the clock and returns the intents that are woken then.
func (h *bench) at(now time.Time) (woken []campaign.Intent) {
	h.t.Helper()
	h.now, h.woken = now, nil
	h.must(h.recorder.Tick(context.Background()))
	return h.woken
}

// is fails the test if the intent's send is not in that state with that reason,
// and returns it.
func (h *bench) is(i campaign.Intent, state claim.State, code string) claim.Send {
	h.t.Helper()
	d := h.send(i)
	if d.State != state || d.Reason.Code != code {
		h.t.Fatalf("the send of %s for %s is %q %q (%s), want %q %q", i.Campaign, i.Occasion, d.State, d.Reason.Code, d.Reason.Text, state, code)
	}
	return d
}

func (h *bench) send(i campaign.Intent) claim.Send {
	d, _ := h.store.Send(context.Background(), ann, i.SendID("test"))
	return d
}

// all returns every send that is stored.
func (h *bench) all() (sends []claim.Send) {
	h.must(h.store.SendsOf(context.Background(), ann, func(d claim.Send) error { sends = append(sends, d); return nil }))
	return sends
}

func (h *bench) contact() frequency.Contact {
	c, _, err := h.store.Contact(context.Background(), ann)
	h.must(err)
	return c
}

// waits returns the campaigns on the contact's waiting list.
func (h *bench) waits() string {
	var names []string
	for _, w := range h.contact().Waiting {
		names = append(names, string(w.Campaign))
	}
	return strings.Join(names, " ")
}

func (h *bench) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// config returns the configuration for decide.
func (h *bench) config() decide.Config {
	return decide.Config{Policy: h.policy, Tenant: "test", Links: h.Reader.Links, CodeKeys: h.Reader.CodeKeys, BaseURL: h.Reader.BaseURL}
}

// aPolicy has one promotion a day and three a week, quiet hours from 21:00 to
// 09:00 for all but apologies, and the campaigns of the names:
//
//	a2, b1, c0  triggered promotions of value 2, 1 and 0
//	x3, y1      scheduled promotions with a run at 10:00 each day, of value 3 and 1
//	gift        a promise, which obeys the caps and counts
//	thanks      a service message that merges
//	sorry       a recovery
func aPolicy() shoppolicy.Policy {
	all, err := condition.Parse("customer.orders >= 1", "GBP")
	if err != nil {
		panic(err)
	}
	p := shoppolicy.Policy{
		Version: "v1",
		Shop:    shoppolicy.Shop{Name: "Regular Gifts", URL: "https://shop.example.com", Address: "1 High Street, London N1 1AA", Currency: "GBP", Zone: "Europe/London", Languages: []string{"en"}},
		Frequency: frequency.Policy{
			Zone: "Europe/London", Quiet: frequency.Quiet{From: 21 * 60, To: 9 * 60},
			Caps: []frequency.Cap{
				{Name: "day", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: 1, Window: frequency.Window{Calendar: frequency.Day}},
				{Name: "week", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: 3, Window: frequency.Rolling(7 * 24 * time.Hour)},
			},
			Classes: map[shop.Class]frequency.ClassPolicy{
				shop.ClassService: {Quiet: true}, shop.ClassRecovery: {}, shop.ClassPromise: {Obeys: true, Counts: true, Quiet: true}, shop.ClassPromotion: {Obeys: true, Counts: true, Quiet: true},
			},
		},
		Messages: message.NewSet(map[shop.MessageID]content.Message{}),
	}
	for _, c := range []campaign.Campaign{
		{ID: "a2", Class: shop.ClassPromotion, Value: 2},
		{ID: "b1", Class: shop.ClassPromotion, Value: 1},
		{ID: "c0", Class: shop.ClassPromotion},
		{ID: "gift", Class: shop.ClassPromise},
		{ID: "sorry", Class: shop.ClassRecovery},
		{ID: "thanks", Class: shop.ClassService, Merge: true, On: []shop.OrderKind{shop.OrderPlaced}},
		{ID: "x3", Class: shop.ClassPromotion, Value: 3, Schedule: "0 10 * * *", Audience: all},
		{ID: "y1", Class: shop.ClassPromotion, Value: 1, Schedule: "0 10 * * *", Audience: all},
	} {
		c.Version, c.Message, c.NotAfter = 1, shop.MessageID(c.ID), 30*time.Hour
		const also = `{% if order %}{% if order.also %}, also for {{ order.also.ids }}{% endif %}{% endif %}`
		p.Messages.Messages[c.Message] = content.Message{
			Class: c.Class, Languages: []string{"en"}, Subject: string(c.ID),
			HTML: `<p>Hello` + also + `</p><a href="{{ links.unsubscribe }}">out</a> {{ shop.address }}`,
			Text: `Hello` + also + ` {{ links.unsubscribe }} {{ shop.address }}`,
		}
		p.Campaigns = append(p.Campaigns, c)
	}
	packed, err := shoppolicy.Encode(p)
	if err != nil {
		panic(err)
	}
	if p, err = shoppolicy.Decode(packed, message.Renderer{}); err != nil {
		panic(err)
	}
	return p
}

// ofOrder is an intent for one order.
func ofOrder(c shop.CampaignID, order shop.OrderID, notAfter time.Time) campaign.Intent {
	return campaign.Intent{Campaign: c, Version: 1, Customer: ann, Occasion: string(order), Order: order, Planned: noon, NotAfter: notAfter, Cause: "e-1"}
}

// ofRun is the intent that planning creates for the run at that time.
func ofRun(c shop.CampaignID, at time.Time) campaign.Intent {
	return campaign.Intent{Campaign: c, Version: 1, Customer: ann, Occasion: at.UTC().Format(time.RFC3339), Planned: at, NotAfter: at.Add(30 * time.Hour)}
}
