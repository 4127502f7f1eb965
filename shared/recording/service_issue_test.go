package recording

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// shopOf is a fixture with send's dispatcher in addition to record's handler. A
// test can record an event just before a claim, after the data of the decision
// were read.
type shopOf struct {
	fixture
	*dispatch.Dispatcher
	inForce     shoppolicy.Policy
	Now         time.Time
	beforeClaim func()
	claims      int
	sent        []string
	tags        map[shop.SendID]map[string][]string // of each message, as SES's events have them
	headers     map[shop.SendID]map[string]string
}

func newShop(t *testing.T) *shopOf {
	t.Helper()
	s := &shopOf{fixture: newFixture(t), Now: evening, tags: map[shop.SendID]map[string][]string{}, headers: map[shop.SendID]map[string]string{}}
	s.Recorder.Now = func() time.Time { return s.Now }
	s.inForce = shoppolicy.Policy{
		Shop:           shoppolicy.Shop{Name: "Regular Gifts", URL: "https://shop.example.com", Address: "1 High Street, London N1 1AA", Currency: "GBP", Zone: "Europe/London", Languages: []string{"en"}},
		PromotionPause: shoppolicy.PromotionPause{AfterRefund: 14, AfterLateDelivery: 7, AfterCancellation: 14},
		Frequency:      frequency.Policy{Zone: "Europe/London", Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassPromotion: {Obeys: true, Counts: true}}},
		Campaigns: []campaign.Campaign{
			{ID: "weekly", Version: 1, Message: "weekly", Class: shop.ClassPromotion, Schedule: "0 10 * * 6", NotAfter: 36 * time.Hour},
		},
		Messages: message.NewSet(map[shop.MessageID]content.Message{"weekly": {
			Class: shop.ClassPromotion, Languages: []string{"en"}, Subject: "weekly",
			HTML: `<a href="{{ links.unsubscribe }}">out</a> {{ shop.address }}`, Text: `{{ links.unsubscribe }} {{ shop.address }}`,
		}}),
	}
	packed, err := shoppolicy.Encode(s.inForce)
	if err != nil {
		t.Fatal(err)
	}
	if s.inForce, err = shoppolicy.Decode(packed, message.Renderer{}); err != nil {
		t.Fatal(err)
	}
	links, err := linktoken.New(map[string][]byte{"k1": []byte(strings.Repeat("n", 64))}, "k1")
	if err != nil {
		t.Fatal(err)
	}
	s.Dispatcher = &dispatch.Dispatcher{
		Claims: claims{s.store, s}, Attempts: s.store, SES: s, Now: s.Recorder.Now, Owner: func() string { return fmt.Sprint("worker-", s.claims) },
		Reader: &dispatch.Reader{Customers: s.store, InForce: s, Tenant: "test", Links: links, CodeKeys: [][]byte{[]byte("k")}, BaseURL: "https://mail.example.com/"},
	}
	return s
}

// Policy, Look and Model return the policy and the model in force; Send is SES.
func (s *shopOf) Policy(context.Context) (shoppolicy.Policy, error) { return s.inForce, nil }
func (s *shopOf) Look(context.Context) (shoppolicy.Policy, error)   { return s.inForce, nil }
func (s *shopOf) Model(context.Context) (recommend.Model, error)    { return recommend.Model{}, nil }

func (s *shopOf) Send(_ context.Context, m content.Mail) (string, error) {
	id := shop.SendID(m.Tags["send_id"])
	s.sent = append(s.sent, string(id))
	s.headers[id], s.tags[id] = m.Headers, map[string][]string{}
	for name, value := range m.Tags {
		s.tags[id][name] = []string{value}
	}
	return "ses-1", nil
}

// claims calls beforeClaim before the first claim.
type claims struct {
	*dynamo.Store
	shop *shopOf
}

func (c claims) Claim(ctx context.Context, wanted claim.Claim) error {
	c.shop.claims++
	if do := c.shop.beforeClaim; do != nil {
		c.shop.beforeClaim = nil
		do()
	}
	return c.Store.Claim(ctx, wanted)
}

// weekly decides and sends the promotion of the weekly run at this time, and
// returns its send.
func (s *shopOf) weekly(t *testing.T, run time.Time) claim.Send {
	t.Helper()
	i := campaign.Intent{Campaign: "weekly", Version: 1, Customer: "c-1", Occasion: run.Format(time.RFC3339), Planned: run, NotAfter: run.Add(36 * time.Hour)}
	if err := s.Take(t.Context(), i, false); err != nil {
		t.Fatal(err)
	}
	d, err := s.store.Send(t.Context(), "c-1", i.SendID("test"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const (
	returned = `,'return_id':'r-1','reason':'defect','lines':[{'product':'P','units':1}]`
	refunded = `,'refund_id':'f-1','amount':'2.00','currency':'GBP'`
)

// bought returns the events of an order and of its customer's consent to
// promotions.
func bought() []string {
	return []string{
		placed("o-1", "c-1", map[string]int{"P": 2}),
		event("consent.given", `{'version':'1','customer':{'id':'c-1'},'topic':'promotions','occurred_at':'2026-11-21T12:00:00Z'}`),
	}
}

// The event is recorded between the reading and the claim.
func TestAServiceIssueStopsAPromotionThatIsDecidedAlready(t *testing.T) {
	for name, c := range map[string]struct {
		event string
		want  claim.State
	}{
		"a return because of a defect":   {happened("order.returned", "13", returned), claim.Suppressed},
		"a delay":                        {happened("order.delayed", "14", `,'until':'2026-11-27'`), claim.Suppressed},
		"a cancellation by the shop":     {happened("order.cancelled", "15", ""), claim.Suppressed},
		"a cancellation by the customer": {happened("order.cancelled", "15", `,'reason':'unwanted'`), claim.Accepted},
		"a cancellation for fraud":       {happened("order.cancelled", "15", `,'reason':'fraud'`), claim.Accepted},
		"a declined card":                {happened("order.cancelled", "15", `,'reason':'declined'`), claim.Accepted},
		"a shipment":                     {happened("order.shipped", "13", ""), claim.Accepted},
		"another customer's order":       {strings.ReplaceAll(placed("o-2", "c-2", map[string]int{"P": 1}), "c-1", "c-2"), claim.Accepted},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.takes(t, bought()...)
			s.beforeClaim = func() { s.takes(t, c.event) }
			d := s.weekly(t, evening)
			if d.State != c.want || (len(s.sent) > 0) != (c.want == claim.Accepted) {
				t.Errorf("the promotion is %s (%s) after %d claims, %d sent, want %s", d.State, d.Reason.Code, s.claims, len(s.sent), c.want)
			}
		})
	}
}

// After it is resolved, promotions wait only for the policy's pause. An event
// that comes twice changes nothing.
func TestAResolvedServiceIssuePausesPromotionsOnlyForTheShopsPause(t *testing.T) {
	s := newShop(t)
	s.takes(t, append(bought(), happened("order.returned", "13", returned))...)
	issues := func() int {
		t.Helper()
		c, _, err := s.store.Contact(t.Context(), "c-1")
		if err != nil {
			t.Fatal(err)
		}
		return len(c.Issues)
	}
	if issues() != 1 {
		t.Errorf("the contact counts %d service issues, want 1", issues())
	}
	before := s.stored(t)
	s.takes(t, happened("order.returned", "13", returned))
	if after := s.stored(t); strings.Join(before, "") != strings.Join(after, "") {
		t.Error("a second delivery of an event changed what is stored")
	}
	if d := s.weekly(t, evening); d.State != claim.Suppressed {
		t.Errorf("the promotion is %s while the issue is open, want SUPPRESSED", d.State)
	}
	s.takes(t, happened("order.refunded", "16", refunded))
	s.Now = evening.AddDate(0, 0, 15)
	if d := s.weekly(t, s.Now); d.State != claim.Accepted {
		t.Errorf("the promotion is %s (%s) two weeks after the refund, want ACCEPTED", d.State, d.Reason.Text)
	}
	if issues() != 1 {
		t.Errorf("the contact counts %d service issues after the refund, want 1, because a refund is none", issues())
	}
}
