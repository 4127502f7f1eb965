package recording

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/claim"
	"regulars/shared/frequency"
	"regulars/shared/intake"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// contactOf returns a contact.changed at this hour of 20 November. customer and
// consents are JSON, with ' for ".
func contactOf(customer, consents string, hour int) string {
	return event("contact.changed", fmt.Sprintf(`{'version':'1','occurred_at':'2026-11-20T%02d:00:00Z','customer':{%s},'consents':[%s]}`, hour, customer, consents))
}

// yes returns a consent and no an opt-out, at this hour of 19 November.
func yes(topic string, hour int) string {
	return fmt.Sprintf(`{'topic':'%s','given':true,'at':'2026-11-19T%02d:00:00Z','source':'sign_up_form','wording':'Send me offers.'}`, topic, hour)
}

func no(topic string, hour int) string {
	return fmt.Sprintf(`{'topic':'%s','given':false,'at':'2026-11-19T%02d:00:00Z'}`, topic, hour)
}

// withTopics lets the fixture's shop declare topics.
func withTopics(h fixture, topics ...shop.Topic) {
	p, _ := inForce()(context.Background())
	for _, topic := range topics {
		p.Shop.Topics = append(p.Shop.Topics, shoppolicy.Topic{ID: topic})
	}
	h.Policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
}

const zofia = `'email':'zofia.wilk@example.com','name':'Zofia','locale':'pl','zone':'Europe/Warsaw','country':'PL'`

func TestANewcomerWithoutAnOrderIsAContact(t *testing.T) {
	h := newFixture(t)
	h.takes(t, contactOf(zofia, yes("promotions", 18), 9))
	id := intake.Guest("zofia.wilk@example.com")
	p, _, err := h.store.Profile(t.Context(), id)
	if err != nil || p.ID != id || p.Email.Value != "zofia.wilk@example.com" || p.Name.Value != "Zofia" || p.Locale.Value != "pl" || p.Zone.Value != "Europe/Warsaw" || p.Country.Value != "PL" || len(p.Orders) != 0 {
		t.Errorf("the profile is %+v, %v; want what the event says, and no orders", p, err)
	}
	c, _, err := h.store.Contact(t.Context(), id)
	want := frequency.Consent{Given: true, At: time.Date(2026, 11, 19, 18, 0, 0, 0, time.UTC), Source: shop.SourceSignUpForm, Wording: "Send me offers."}
	if err != nil || c.Consents[shop.TopicPromotions] != want || p.Mailbox == "" {
		t.Errorf("the contact of mailbox %q has the consents %+v, %v; want %+v", p.Mailbox, c.Consents, err, want)
	}
	if got := h.raised(t); len(got) != 0 {
		t.Errorf("the event raises %v, want no message", names(got))
	}
}

// The same events in any order and number give the same tables. An older yes
// never counts after an opt-out.
func TestContactEventsGiveTheSameTablesInAnyOrder(t *testing.T) {
	events := []string{
		contactOf(zofia, yes("promotions", 10)+","+yes("news", 10), 9),
		contactOf(`'email':'Zofia.Wilk@Example.com','name':'Zosia'`, no("promotions", 12), 11),
		contactOf(`'email':'zofia.wilk@example.com','country':'DE'`, yes("promotions", 11), 10),
		orderOf("o-1", `'email':'zofia.wilk@example.com','name':'Zofia Wilk'`, 18),
	}
	var want []string
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}, {2, 0, 3, 1}, {0, 0, 1, 1, 2, 3, 0, 1, 2}} {
		h := newFixture(t)
		withTopics(h, "news")
		for _, i := range order {
			h.takes(t, events[i])
		}
		id := intake.Guest("zofia.wilk@example.com")
		p, _, err := h.store.Profile(t.Context(), id)
		must(t, err)
		c, _, err := h.store.Contact(t.Context(), id)
		must(t, err)
		if c.Allows("news", nil) || c.Allows(shop.TopicPromotions, nil) {
			t.Errorf("in the order %v, an older yes counts after the opt-out: %+v", order, c.Consents)
		}
		got := []string{fmt.Sprintf("%+v", p), fmt.Sprintf("%+v %v", c.Consents, c.Refused)}
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("in the order %v (-first +this):\n%s", order, diff)
		}
	}
}

func TestAConsentToAnUndeclaredTopicIsRefused(t *testing.T) {
	h := newFixture(t)
	withTopics(h, "news")
	h.handle(t,
		contactOf(zofia, yes("news", 10)+","+yes("nws", 10), 9),
		event("consent.given", `{'version':'1','customer':{'id':'c-1'},'topic':'newz'}`),
		event("consent.given", `{'version':'1','customer':{'id':'c-1'},'topic':'news'}`))
	var got []string
	for _, dead := range h.deadLetters(t) {
		got = append(got, dead.faults)
	}
	slices.Sort(got) // the messages of a batch are recorded side by side
	const fault = "is no topic of shop.yaml; want one of promotions, news"
	if len(got) != 2 || !strings.Contains(got[0], "/detail/consents/1/topic") || !strings.Contains(got[1], "/detail/topic") || !strings.Contains(got[0], fault) || !strings.Contains(got[1], fault) {
		t.Errorf("the dead letters are %v, want the two topics that are not declared", got)
	}
	if p, rev, err := h.store.Profile(t.Context(), intake.Guest("zofia.wilk@example.com")); err != nil || rev != "" {
		t.Errorf("the refused event stored %+v, %v", p, err)
	}
}

// An order with the address of a subscriber is theirs: as a guest in the same
// profile, with an ID in the same mailbox. The caps count what the subscriber
// got, and no run comes twice.
func TestALaterOrderIsOfTheSamePerson(t *testing.T) {
	for name, customer := range map[string]string{"as a guest": zofia, "with an ID": `'id':'c-1',` + zofia} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.inForce.Frequency.Caps = []frequency.Cap{{Name: "day", Scope: frequency.ScopeAll, Max: 1, Window: frequency.Rolling(24 * time.Hour)}}
			s.takes(t, contactOf(zofia, yes("promotions", 10), 9))
			subscriber := intake.Guest("zofia.wilk@example.com")
			if d := s.promotes(t, subscriber, evening); d.State != claim.Accepted {
				t.Fatalf("the subscriber's promotion is %s (%s), want ACCEPTED", d.State, d.Reason.Text)
			}
			s.takes(t, orderOf("o-1", customer, 21))
			id := subscriber
			if strings.Contains(customer, "c-1") {
				id = "c-1"
			}
			p, _, err := s.store.Profile(t.Context(), id)
			if err != nil || len(p.Orders) != 1 {
				t.Fatalf("the profile has %d orders, %v; want 1", len(p.Orders), err)
			}
			if d := s.promotes(t, id, evening.Add(time.Minute)); d.State != claim.Queued || d.Reason.Code != "cap:day" {
				t.Errorf("another promotion on that day is %s (%s), want QUEUED cap:day", d.State, d.Reason.Code)
			}
			s.Now = evening.Add(30 * time.Hour)
			if d := s.promotes(t, id, evening); id != subscriber && (d.State != claim.Suppressed || d.Reason.Code != "same-mailbox") {
				t.Errorf("the same run's promotion is %s (%s), want SUPPRESSED same-mailbox", d.State, d.Reason.Code)
			}
			if got := len(s.sent); got != 1 {
				t.Errorf("%d mails were sent, want 1", got)
			}
		})
	}
}

// An unsubscribe wins over a yes that was given before it and comes later.
func TestAnUnsubscribeWinsOverAnOlderYesThatComesLater(t *testing.T) {
	s := newShop(t)
	s.takes(t, contactOf(zofia, yes("promotions", 10), 9))
	id := intake.Guest("zofia.wilk@example.com")
	s.clicks(t, s.promotes(t, id, evening))
	s.takes(t, contactOf(zofia, yes("promotions", 20), 23), contactOf(`'id':'c-9',`+zofia, yes("promotions", 21), 23))
	s.Now = evening.AddDate(0, 0, 7)
	for _, customer := range []shop.CustomerID{id, "c-9"} {
		if d := s.promotes(t, customer, s.Now); d.State != claim.Suppressed || d.Reason.Code != "unsubscribed" {
			t.Errorf("the promotion to %s is %s (%s), want SUPPRESSED unsubscribed", customer, d.State, d.Reason.Code)
		}
	}
}

// Its data are not stored again after the erasure.
// An older event names the address that the customer had then.
func TestANoToAnEarlierAddressHoldsForThePresentOneAndAYesDoesNot(t *testing.T) {
	for said, want := range map[string]bool{no("promotions", 18): true, yes("promotions", 18): false} {
		h := newFixture(t)
		h.takes(t, contactOf(`'id':'c-1','email':'new@example.com'`, ``, 11), contactOf(`'id':'c-1','email':'old@example.com'`, said, 9))
		c, _, err := h.store.Contact(t.Context(), "c-1")
		must(t, err)
		if consent, stored := c.Consents[shop.TopicPromotions]; stored != want || consent.Given {
			t.Errorf("after %s to the earlier address the present one has %+v (%t), want a no: %t", said, consent, stored, want)
		}
	}
}

func TestAContactFromBeforeTheErasureIsDropped(t *testing.T) {
	h := newFixture(t)
	id := intake.Guest("zofia.wilk@example.com")
	must(t, h.store.SaveErased(t.Context(), h.Name(id), evening))
	h.takes(t, contactOf(zofia, yes("promotions", 10), 9))
	if stored := h.stored(t); slices.ContainsFunc(stored, func(item string) bool { return strings.Contains(item, "zofia") }) {
		t.Errorf("the tables have the erased address again: %v", stored)
	}
}
