package recording

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/contactchange"
	"regulars/shared/frequency"
	"regulars/shared/intake"
	"regulars/shared/linktoken"
	"regulars/shared/sendoutcome"
	"regulars/shared/shop"
)

// orderOf returns a placed order whose customer ticked the box for promotions.
// customer is the JSON of the customer, with ' for ".
func orderOf(order, customer string, day int) string {
	return event("order.placed", fmt.Sprintf(`{'version':'1','order':{'id':'%s','placed_at':'2026-11-%02dT10:00:00Z','currency':'GBP','total':'2.00','lines':[{'product':'P','units':1,'price':'2.00'}]},
		'customer':{%s,'accepts_marketing':true}}`, order, day, customer))
}

// promotes decides and sends the weekly promotion of the run for the customer.
func (s *shopOf) promotes(t *testing.T, customer shop.CustomerID, run time.Time) claim.Send {
	t.Helper()
	i := campaign.Intent{Campaign: "weekly", Version: 1, Customer: customer, Occasion: run.Format(time.RFC3339), Planned: run, NotAfter: run.Add(36 * time.Hour)}
	if err := s.Take(t.Context(), i, false); err != nil {
		t.Fatal(err)
	}
	d, err := s.store.Send(t.Context(), customer, i.SendID("test"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// clicks opts out by the link of the message that the send carried, as the
// function preferences does.
func (s *shopOf) clicks(t *testing.T, d claim.Send) {
	t.Helper()
	if err := contactchange.OptOut(t.Context(), s.store, d.Intent.Customer, d.Mailbox, s.Now); err != nil {
		t.Fatal(err)
	}
}

// The same address as a guest and as two accounts, spelled in three ways.
const (
	asGuest = `'email':'Ann@XN--Bcher-kva.example'`
	asOne   = `'id':'c-1','email':'ann@xn--bcher-kva.example'`
	asTwo   = `'id':'c-2','email':' ANN@xn--bcher-kva.EXAMPLE '`
)

func TestAMailboxIsOnePersonWhateverItsCustomerIDs(t *testing.T) {
	run := evening
	for name, c := range map[string]struct {
		happens func(t *testing.T, s *shopOf, first claim.Send)
		later   time.Duration // after the first promotion
		want    claim.State
		code    string
	}{
		"nothing happens, the next week": {func(*testing.T, *shopOf, claim.Send) {}, 7 * 24 * time.Hour, claim.Accepted, ""},
		"a click on unsubscribe":         {func(t *testing.T, s *shopOf, first claim.Send) { s.clicks(t, first) }, 7 * 24 * time.Hour, claim.Suppressed, "unsubscribed"},
		"an opt-out by event": {func(t *testing.T, s *shopOf, _ claim.Send) {
			s.takes(t, event("consent.withdrawn", `{'version':'1','customer':{`+asGuest+`},'topic':'promotions','occurred_at':'2026-11-21T12:00:00Z'}`))
		}, 7 * 24 * time.Hour, claim.Suppressed, "unsubscribed"},
		"a complaint": {func(t *testing.T, s *shopOf, first claim.Send) { s.reports(t, first, "complaint") }, 7 * 24 * time.Hour, claim.Suppressed, "suppressed:complaint"},
		"a bounce":    {func(t *testing.T, s *shopOf, first claim.Send) { s.reports(t, first, "bounce") }, 7 * 24 * time.Hour, claim.Suppressed, "suppressed:bounce"},
		"a cap of one a day": {func(t *testing.T, s *shopOf, _ claim.Send) {
			s.inForce.Frequency.Caps = []frequency.Cap{{Name: "day", Scope: frequency.ScopeAll, Max: 1, Window: frequency.Rolling(24 * time.Hour)}}
		}, time.Hour, claim.Queued, "cap:day"},
		"a minimum gap": {func(t *testing.T, s *shopOf, _ claim.Send) { s.inForce.Frequency.MinGap = 24 * time.Hour }, time.Hour, claim.Queued, "gap"},
		"a wish for one a week": {func(t *testing.T, s *shopOf, first claim.Send) {
			s.wishes(t, first, frequency.Wishes{Pace: frequency.Wish{Value: frequency.Weekly, At: evening}})
		}, time.Hour, claim.Capped, "own-limit"},
		"an own pause": {func(t *testing.T, s *shopOf, first claim.Send) {
			s.wishes(t, first, frequency.Wishes{Pause: frequency.Wish{Value: "2026-12-22", At: evening}})
		}, 7 * 24 * time.Hour, claim.Suppressed, "paused"},
		"a broken parcel": {func(t *testing.T, s *shopOf, _ claim.Send) {
			s.takes(t, event("order.returned", `{'version':'1','order':{'id':'g-1'},'occurred_at':'2026-11-21T17:00:00Z'`+returned+`}`))
		}, 7 * 24 * time.Hour, claim.Suppressed, "service-issue:returned"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.takes(t, orderOf("g-1", asGuest, 19), orderOf("o-1", asOne, 20), orderOf("o-2", asTwo, 20))
			first := s.promotes(t, intake.Guest("Ann@XN--Bcher-kva.example"), run)
			if first.State != claim.Accepted {
				t.Fatalf("the guest's promotion is %s (%s), want ACCEPTED", first.State, first.Reason.Text)
			}
			c.happens(t, s, first)
			s.Now = run.Add(c.later)
			for _, id := range []shop.CustomerID{"c-1", "c-2"} {
				second := s.promotes(t, id, s.Now.Truncate(time.Hour).Add(time.Duration(len(s.sent))*time.Minute))
				if second.State != c.want || c.want != claim.Accepted && second.Reason.Code != c.code {
					t.Errorf("the promotion to %s is %s (%s: %s), want %s %s", id, second.State, second.Reason.Code, second.Reason.Text, c.want, c.code)
				}
			}
		})
	}
}

func TestAMailboxGetsOneMessageOfARunWhateverItsCustomerIDs(t *testing.T) {
	s := newShop(t)
	s.takes(t, orderOf("g-1", asGuest, 19), orderOf("o-1", asOne, 20))
	if d := s.promotes(t, "c-1", evening); d.State != claim.Accepted {
		t.Fatalf("the promotion is %s (%s), want ACCEPTED", d.State, d.Reason.Text)
	}
	s.Now = evening.Add(30 * time.Hour) // no cap holds it back any more
	if d := s.promotes(t, intake.Guest("ann@xn--bcher-kva.example"), evening); d.State != claim.Suppressed || d.Reason.Code != "same-mailbox" {
		t.Errorf("the same run's promotion to the guest is %s (%s), want SUPPRESSED same-mailbox", d.State, d.Reason.Code)
	}
}

// An opt-out goes with the customer whose address changes, and that of the new
// mailbox holds as well.
func TestAChangeOfAddressForgetsNoOptOut(t *testing.T) {
	const from, to = `'id':'c-1','email':'old@example.com'`, `'id':'c-1','email':'new@example.com'`
	for name, c := range map[string]struct {
		before, after func(t *testing.T, s *shopOf, first claim.Send)
		want          claim.State
		code          string
	}{
		"nothing is said":                          {nil, nil, claim.Accepted, ""},
		"an opt-out before":                        {func(t *testing.T, s *shopOf, first claim.Send) { s.clicks(t, first) }, nil, claim.Suppressed, "unsubscribed"},
		"an opt-out after, by the old mail's link": {nil, func(t *testing.T, s *shopOf, first claim.Send) { s.clicks(t, first) }, claim.Suppressed, "unsubscribed"},
		"an opt-out of the new mailbox": {func(t *testing.T, s *shopOf, _ claim.Send) {
			s.takes(t, event("consent.withdrawn", `{'version':'1','customer':{'email':'NEW@example.com'},'topic':'promotions','occurred_at':'2026-11-01T12:00:00Z'}`))
		}, nil, claim.Suppressed, "unsubscribed"},
		"an opt-in of the new mailbox after the opt-out of the old": {func(t *testing.T, s *shopOf, first claim.Send) {
			s.clicks(t, first)
			s.takes(t, event("consent.given", `{'version':'1','customer':{'email':'new@example.com'},'topic':'promotions','occurred_at':'2026-11-21T18:00:00Z'}`))
		}, nil, claim.Suppressed, "unsubscribed"},
		"a bounce of the old address":         {func(t *testing.T, s *shopOf, first claim.Send) { s.reports(t, first, "bounce") }, nil, claim.Accepted, ""},
		"a complaint at the old address":      {func(t *testing.T, s *shopOf, first claim.Send) { s.reports(t, first, "complaint") }, nil, claim.Suppressed, "unsubscribed"},
		"a late complaint at the old address": {nil, func(t *testing.T, s *shopOf, first claim.Send) { s.reports(t, first, "complaint") }, claim.Suppressed, "unsubscribed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.takes(t, orderOf("o-1", from, 19))
			first := s.promotes(t, "c-1", evening)
			if c.before != nil {
				c.before(t, s, first)
			}
			s.takes(t, orderOf("o-2", to, 21))
			if c.after != nil {
				c.after(t, s, first)
			}
			s.Now = evening.AddDate(0, 0, 7)
			if d := s.promotes(t, "c-1", s.Now); d.State != c.want || c.want != claim.Accepted && d.Reason.Code != c.code {
				t.Errorf("the promotion to the new address is %s (%s: %s), want %s %s", d.State, d.Reason.Code, d.Reason.Text, c.want, c.code)
			}
		})
	}
}

// A click on the link of an old message holds for the mailbox that it went to,
// although its customer has another address by now.
func TestAnOptOutHoldsForTheMailboxOfTheMessage(t *testing.T) {
	s := newShop(t)
	s.takes(t, orderOf("o-1", `'id':'c-1','email':'old@example.com'`, 19), orderOf("o-2", `'id':'c-2','email':'old@example.com'`, 19))
	first := s.promotes(t, "c-1", evening)
	s.takes(t, orderOf("o-3", `'id':'c-1','email':'new@example.com'`, 20))
	s.clicks(t, first)
	s.Now = evening.AddDate(0, 0, 7)
	for _, id := range []shop.CustomerID{"c-1", "c-2"} {
		if d := s.promotes(t, id, s.Now); d.State != claim.Suppressed || d.Reason.Code != "unsubscribed" {
			t.Errorf("the promotion to %s is %s (%s), want SUPPRESSED unsubscribed", id, d.State, d.Reason.Code)
		}
	}
}

// The caps count what went to the old address, and the claim of a promotion that
// was decided before the change is refused.
func TestACustomerWhoseAddressChangesKeepsTheCaps(t *testing.T) {
	s := newShop(t)
	s.inForce.Frequency.Caps = []frequency.Cap{{Name: "day", Scope: frequency.ScopeAll, Max: 1, Window: frequency.Rolling(24 * time.Hour)}}
	s.takes(t, orderOf("o-1", `'id':'c-1','email':'old@example.com'`, 19))
	s.beforeClaim = func() { s.takes(t, orderOf("o-2", `'id':'c-1','email':'new@example.com'`, 20)) }
	first := s.promotes(t, "c-1", evening)
	if first.State != claim.Accepted || s.claims != 2 {
		t.Errorf("the promotion is %s after %d claims, want it decided again for the new address", first.State, s.claims)
	}
	s.takes(t, orderOf("o-3", `'id':'c-1','email':'third@example.com'`, 21))
	s.Now = evening.Add(time.Hour)
	if d := s.promotes(t, "c-1", s.Now); d.State != claim.Queued || d.Reason.Code != "cap:day" {
		t.Errorf("the promotion to the third address is %s (%s), want QUEUED cap:day", d.State, d.Reason.Code)
	}
}

// What is said before the address is known holds for the mailbox.
func TestAnOptOutBeforeTheAddressIsKnownHoldsForTheMailbox(t *testing.T) {
	s := newShop(t)
	s.takes(t,
		event("consent.withdrawn", `{'version':'1','customer':{'id':'c-1'},'topic':'promotions','occurred_at':'2026-11-01T12:00:00Z'}`),
		orderOf("o-1", asOne, 20), orderOf("o-2", asTwo, 20))
	if d := s.promotes(t, "c-2", evening); d.State != claim.Suppressed || d.Reason.Code != "unsubscribed" {
		t.Errorf("the promotion to the other account is %s (%s), want SUPPRESSED unsubscribed", d.State, d.Reason.Code)
	}
}

// reports processes SES's event about a message: "bounce" or "complaint".
func (s *shopOf) reports(t *testing.T, d claim.Send, kind string) {
	t.Helper()
	at := s.Now.UTC().Format(time.RFC3339)
	detail := map[string]any{"mail": map[string]any{"messageId": "ses-1", "destination": []string{"somebody@example.com"}, "tags": s.tags[d.ID]}}
	detailType := "Email Complaint Received"
	if kind == "bounce" {
		detailType = "Email Bounced"
		detail["bounce"] = map[string]any{"bounceType": "Permanent", "timestamp": at}
	} else {
		detail["complaint"] = map[string]any{"timestamp": at}
	}
	body, err := json.Marshal(map[string]any{"detail-type": detailType, "detail": detail})
	if err != nil {
		t.Fatal(err)
	}
	r := &sendoutcome.Recorder{Sends: s.store, Contacts: s.store, Now: s.Recorder.Now, Count: func(string, int) {}}
	if err := r.SESEvent(t.Context(), body); err != nil {
		t.Fatal(err)
	}
}

// wishes stores wishes in the contact of the send's mailbox.
func (s *shopOf) wishes(t *testing.T, d claim.Send, chosen frequency.Wishes) {
	t.Helper()
	if err := s.store.UpdateContact(t.Context(), d.Intent.Customer, func(c frequency.Contact) (frequency.Contact, bool) {
		return c.WithWishes(chosen), true
	}); err != nil {
		t.Fatal(err)
	}
}

// What a person chose on the preference page stays, whatever the shop's events say
// afterwards or before: an order in another language, an account, consents. Only
// the person changes it, and their latest wish counts.
func TestNoEventOfTheShopChangesAWish(t *testing.T) {
	chose := frequency.Wishes{
		Pace: frequency.Wish{Value: frequency.Monthly, At: evening}, Pause: frequency.Wish{Value: "2026-12-24", At: evening},
		Language: frequency.Wish{Value: "el", At: evening}, Plain: frequency.Wish{Value: frequency.Yes, At: evening},
	}
	s := newShop(t)
	s.takes(t, orderOf("o-1", asOne, 20))
	s.wishes(t, claim.Send{Intent: campaign.Intent{Customer: "c-1"}}, chose)
	s.wishes(t, claim.Send{Intent: campaign.Intent{Customer: "c-1"}}, frequency.Wishes{Pace: frequency.Wish{Value: "", At: evening.Add(-time.Hour)}})
	s.Now = evening.Add(time.Hour)
	s.takes(t, orderOf("o-2", asOne, 21),
		event("contact.changed", `{'version':'1','customer':{`+asOne+`,'locale':'en'},'consents':[{'topic':'promotions','given':true,'at':'2026-11-21T19:00:00Z','source':'account'}]}`),
		event("consent.withdrawn", `{'version':'1','customer':{`+asOne+`},'topic':'promotions','occurred_at':'2026-11-21T12:00:00Z'}`))
	for _, id := range []shop.CustomerID{"c-1", "c-2"} {
		if id == "c-2" { // another customer of the same mailbox
			s.takes(t, orderOf("o-3", asTwo, 21))
		}
		c, _, err := s.store.Contact(t.Context(), id)
		if err != nil || c.Wishes != chose {
			t.Errorf("%s: the wishes are %+v, %v, want %+v", id, c.Wishes, err, chose)
		}
	}
}

// The link of a message names the mailbox that it went to.
func TestALinkNamesTheMailboxOfItsMessage(t *testing.T) {
	s := newShop(t)
	s.takes(t, orderOf("o-1", asOne, 20))
	d := s.promotes(t, "c-1", evening)
	_, rest, _ := strings.Cut(s.headers[d.ID]["List-Unsubscribe"], "/u/")
	l, err := s.Reader.Links.Open(strings.TrimSuffix(rest, ">"), linktoken.Unsubscribe)
	if err != nil || l.Mailbox == "" || l.Mailbox != d.Mailbox {
		t.Errorf("the link names mailbox %q (%v), want %q", l.Mailbox, err, d.Mailbox)
	}
}
