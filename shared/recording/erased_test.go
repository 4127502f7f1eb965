package recording

import (
	"strings"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// jane returns an event of Jane's order, which was placed at that time. The
// detail is JSON with ' in place of ".
func jane(kind, order, placedAt, more string) string {
	return event(kind, `{'version':'1','order':{'id':'`+order+`','placed_at':'`+placedAt+`','currency':'GBP','total':'20.00','lines':[{'product':'MARKER','title':'Marker','units':1,'price':'20.00'}]},
		'customer':{'id':'jane','email':'jane@marker.example','name':'Marker','accepts_marketing':true}`+more+`}`)
}

// erased returns a fixture in which Jane was erased at 13:00.
func erased(t *testing.T) fixture {
	t.Helper()
	h := newFixture(t)
	at := time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC)
	must(t, h.store.SaveErased(t.Context(), mailboxes.Customer("jane"), at))
	must(t, h.store.UpdateMailbox(t.Context(), mailboxes.Mailbox("jane@marker.example"), func(c frequency.Contact) (frequency.Contact, bool) {
		return c.Erased(at), true
	}))
	return h
}

// silent fails the test if Jane's mailbox may get a promotion.
func (h fixture) silent(t *testing.T) {
	t.Helper()
	c, _, err := h.store.Contact(t.Context(), "jane")
	must(t, err)
	if c.SuppressedFor("jane@marker.example") == nil || c.Consented(shop.TopicPromotions, new(true)) {
		t.Errorf("the contact is %+v, want it suppressed and without consent", c)
	}
}

func TestEventsFromBeforeAnErasureBringNothingBack(t *testing.T) {
	h := erased(t)
	h.takes(t,
		jane("order.placed", "o-1", "2026-11-21T12:00:00Z", ""),
		event("customer.changed", `{'version':'1','customer':{'id':'jane','email':'jane@marker.example'},'birthday':'05-17'}`),
	)
	later := strings.ReplaceAll(event("order.shipped", `{'version':'1','order':{'id':'o-1'},'customer':{'id':'jane'}}`), "T12:00", "T15:00")
	h.takes(t, later)
	if got := h.raised(t); len(got) > 0 {
		t.Errorf("%d intents were raised, want none", len(got))
	}
	if _, rev, err := h.store.Profile(t.Context(), "jane"); err != nil || rev != "" {
		t.Errorf("there is a profile again: %v", err)
	}
	o, _, err := h.store.Order(t.Context(), "o-1")
	must(t, err)
	if o.Erased.IsZero() || o.Placed != nil || o.Customer != "" || !o.Shipped.IsZero() {
		t.Errorf("the order is %+v, want only that it is erased", o)
	}
	for _, item := range h.stored(t) {
		if strings.Contains(strings.ToLower(item), "marker") {
			t.Errorf("a table has %s", item)
		}
	}
}

func TestOrderAfterAnErasureIsANewCustomersAndTheMailboxStaysSuppressed(t *testing.T) {
	h := erased(t)
	h.takes(t, jane("order.placed", "o-2", "2026-11-21T14:00:00Z", ""))
	if p, _, err := h.store.Profile(t.Context(), "jane"); err != nil || p.Email.Value == "" || len(p.Orders) != 1 {
		t.Errorf("the profile is %+v, %v, want the new order's", p, err)
	}
	h.silent(t)
}

func TestImportAfterAnErasureDoesNotBringBackPromotions(t *testing.T) {
	h := erased(t)
	yes := frequency.Contact{}.WithConsent(shop.TopicPromotions, true, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	must(t, h.store.Import(t.Context(), dynamo.History{
		Profiles: []profile.Profile{{ID: "jane", Email: profile.Statement{Value: "Jane@Marker.example"}}, {ID: "jane-2", Email: profile.Statement{Value: "jane@marker.example"}}},
		Contacts: map[shop.CustomerID]frequency.Contact{"jane": yes, "jane-2": yes},
		Mailbox:  mailboxes.Mailbox,
	}))
	h.silent(t)
}

// Only an explicit opt-in after the erasure ends the suppression.
func TestOptInAfterAnErasureEndsTheSuppression(t *testing.T) {
	optIn := func(at string) string {
		return strings.ReplaceAll(event("consent.given", `{'version':'1','customer':{'id':'jane','email':'jane@marker.example'},'topic':'promotions'}`), "T12:00", at)
	}
	h := erased(t)
	h.takes(t, optIn("T12:59"), jane("order.placed", "o-2", "2026-11-21T14:00:00Z", ""))
	h.silent(t)
	h.takes(t, optIn("T15:00"))
	c, _, err := h.store.Contact(t.Context(), "jane")
	must(t, err)
	if c.Suppressed != nil || !c.Consented(shop.TopicPromotions, nil) {
		t.Errorf("after an opt-in the contact is %+v, want a consent and no suppression", c)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The shop keeps the order no longer: a late refund changes nothing, and the profile
// keeps what the order brought.
func TestEventOfAnOutdatedOrderIsDropped(t *testing.T) {
	h := erased(t)
	h.takes(t, strings.ReplaceAll(jane("order.placed", "o-1", "2026-11-21T14:00:00Z", ""), "jane", "mary"))
	before, _, err := h.store.Profile(t.Context(), "mary")
	must(t, err)
	if len(before.Orders) != 1 {
		t.Fatalf("the profile is %+v, want one order", before)
	}
	o, rev, err := h.store.Order(t.Context(), "o-1")
	must(t, err)
	must(t, h.store.SaveErasedOrder(t.Context(), o.OutdatedStub(o.Placed.At.AddDate(3, 0, 0)), rev))
	h.takes(t, event("order.cancelled", `{'version':'1','order':{'id':'o-1'},'customer':{'id':'mary'},'reason':'unwanted'}`))
	after, _, err := h.store.Profile(t.Context(), "mary")
	if err != nil || len(after.Orders) != 1 || after.Orders[0].Cancelled || after.Orders[0].Net != before.Orders[0].Net {
		t.Errorf("the profile is %+v, %v, want the order's effect unchanged", after, err)
	}
	if o, _, err := h.store.Order(t.Context(), "o-1"); err != nil || !o.Outdated || o.Cancel != nil {
		t.Errorf("the order is %+v, %v, want its stub", o, err)
	}
}
