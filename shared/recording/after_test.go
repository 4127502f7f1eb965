package recording

import (
	"context"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// A delivery raises its message for three days later, once, however late and however
// often it comes.
func TestAnEventRaisesAMessageForLater(t *testing.T) {
	unless, err := condition.Parse("order.returned", "GBP")
	if err != nil {
		t.Fatal(err)
	}
	p, err := inForce()(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Campaigns = append(p.Campaigns, campaign.Campaign{
		ID: "review", Version: 1, On: []shop.OrderKind{shop.OrderDelivered, shop.OrderReturned}, After: 72 * time.Hour, Unless: unless, Class: shop.ClassService, NotAfter: 48 * time.Hour,
	})
	h := newFixture(t)
	h.Policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
	h.takes(t, placed("o-1", "c-1", map[string]int{"P": 1}))
	h.raised(t)
	at := time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)
	h.takes(t, happened("order.delivered", "15", ""))
	first := h.raised(t)
	if len(first) != 1 || !first[0].NotBefore.Equal(at.Add(72*time.Hour)) || !first[0].NotAfter.Equal(at.Add(120*time.Hour)) || first[0].Why != "" {
		t.Fatalf("raised %+v, want one review from three to five days after the delivery", first)
	}
	h.Now = func() time.Time { return at.AddDate(0, 0, 10) }
	h.takes(t, happened("order.delivered", "15", ""))
	if again := h.raised(t); len(again) != 1 || again[0] != first[0] {
		t.Errorf("the same event ten days later raised %+v, want %+v", again, first[0])
	}
	h.takes(t, happened("order.returned", "16", `,'return_id':'r-1','reason':'unwanted','lines':[{'product':'P','units':1}]`))
	if back := h.raised(t); len(back) != 1 || back[0].Why != shop.CauseUnwanted {
		t.Errorf("a return raised %+v, want a review that keeps the event's cause", back)
	}
}
