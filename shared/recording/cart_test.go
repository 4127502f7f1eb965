package recording

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// withCarts lets the fixture's shop have a campaign about abandoned carts.
func withCarts(t *testing.T) fixture {
	t.Helper()
	p, err := inForce()(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Shop.URL = "https://shop.example.com"
	p.Campaigns = append(p.Campaigns, campaign.Campaign{
		ID: "cart", Version: 1, On: []shop.OrderKind{shop.CartAbandoned}, After: 3 * time.Hour, Class: shop.ClassPromotion, NotAfter: 24 * time.Hour,
	})
	h := newFixture(t)
	h.Policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
	return h
}

// cartOf returns a cart.changed of customer c-1 at this hour, with units of a product;
// without any it was emptied.
func cartOf(id string, hour, units int) string {
	lines := ""
	if units > 0 {
		lines = fmt.Sprintf(`{'product':'P','units':%d}`, units)
	}
	return event("cart.changed", fmt.Sprintf(`{'version':'1','occurred_at':'2026-11-21T%02d:00:00Z','customer':{'id':'c-1','email':'c@example.com'},'cart':{'id':'%s','url':'https://shop.example.com/cart/%s','lines':[%s]}}`, hour, id, id, lines))
}

func TestACartRaisesOneIntent(t *testing.T) {
	h := withCarts(t)
	h.takes(t, cartOf("k-1", 12, 1), cartOf("k-1", 12, 1), cartOf("k-1", 13, 2), cartOf("k-1", 14, 0))
	raised := h.raised(t)
	if len(raised) != 3 || len(slices.Compact(sendIDs(raised))) != 1 {
		t.Fatalf("raised %v, want three intents of one send, and none by the emptied cart", raised)
	}
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	if i := raised[0]; i.Cart() != "k-1" || i.Customer != "c-1" || !i.NotBefore.Equal(at.Add(3*time.Hour)) || !i.NotAfter.Equal(at.Add(27*time.Hour)) {
		t.Errorf("raised %+v, want the send of cart k-1 from three hours after it on", i)
	}
	h.takes(t, cartOf("k-2", 15, 1))
	if other := h.raised(t); len(other) != 1 || other[0].SameSend(raised[0]) {
		t.Errorf("another cart raised %v, want a send of its own", other)
	}
}

// In any order of arrival the profile has the cart that was changed last.
func TestTheLastChangeOfACartCounts(t *testing.T) {
	changes := []string{cartOf("k-1", 12, 1), cartOf("k-1", 14, 2), cartOf("k-2", 13, 5)}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0, 1}} {
		h := withCarts(t)
		for _, i := range order {
			h.takes(t, changes[i])
		}
		p, _, err := h.Orders.Profile(t.Context(), "c-1")
		if err != nil || p.Cart == nil || p.Cart.ID != "k-1" || p.Cart.Lines[0].Units != 2 {
			t.Errorf("in the order %v: the cart is %+v, %v, want k-1 with 2 units", order, p.Cart, err)
		}
	}
}

// An order of another customer of the mailbox is known to its contact, in any order of
// arrival.
func TestAnOrderEndsTheCartsOfItsMailbox(t *testing.T) {
	order := event("order.placed", `{'version':'1','order':{'id':'o-1','placed_at':'2026-11-21T13:00:00Z','currency':'GBP','total':'5.00','lines':[{'product':'P','units':1,'price':'5.00'}]},'customer':{'id':'c-2','email':'C@example.com'}}`)
	for _, bodies := range [][]string{{cartOf("k-1", 12, 1), order}, {order, cartOf("k-1", 12, 1)}, {order, cartOf("k-1", 12, 1), order}} {
		h := withCarts(t)
		h.takes(t, bodies...)
		p, _, err := h.Orders.Profile(t.Context(), "c-1")
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := h.Contacts.Store.MailboxContact(t.Context(), p.Mailbox)
		if err != nil || !c.Ordered.Equal(time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC)) {
			t.Errorf("the mailbox ordered at %s, %v, want 13:00", c.Ordered, err)
		}
	}
}

func TestACartThatIsNotKept(t *testing.T) {
	h := newFixture(t) // without a campaign about carts
	h.takes(t, cartOf("k-1", 12, 1))
	if p, rev, err := h.Orders.Profile(t.Context(), "c-1"); err != nil || rev != "" || len(h.raised(t)) > 0 {
		t.Errorf("a shop without a campaign about carts keeps %+v, %v", p, err)
	}
	h = withCarts(t)
	h.handle(t, event("cart.changed", `{'version':'1','customer':{'id':'c-1'},'cart':{'id':'k-1','url':'https://elsewhere.example.net/cart','lines':[{'product':'P','units':1}]}}`))
	if dead := h.deadLetters(t); len(dead) != 1 || dead[0].faults != `[{"path":"/detail/cart/url","fault":"is no link to the shop: its host is none of the shop's hosts; list it under hosts in shop.yaml if it is yours"}]` {
		t.Errorf("dead letters = %+v, want one about the link", dead)
	}
}
