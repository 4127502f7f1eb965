package dispatch_test

import (
	"context"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/shop"
)

// afterDelivery is the policy with a message that each order gets a day after its
// delivery.
func afterDelivery(h *bench) campaign.Intent {
	for i, c := range h.policy.Campaigns {
		if c.ID == "thanks" {
			h.policy.Campaigns[i].On, h.policy.Campaigns[i].After = []shop.OrderKind{shop.OrderDelivered}, 24*time.Hour
			i := h.policy.Campaigns[i].AtEvent(noon)
			i.Customer, i.Order, i.Occasion, i.Planned = ann, "o-9", "o-9/order.delivered", noon
			return i
		}
	}
	panic("the policy has no thanks")
}

// The message waits in the index of due sends, whatever is delivered again, keeps no
// place in any list or cap, and is sent once.
func TestAMessageWaitsForItsTimeAndIsSentOnce(t *testing.T) {
	h := newBench(t, aPolicy())
	i := afterDelivery(h)
	h.take(i)
	h.must(h.Take(context.Background(), i, true))
	if d := h.is(i, claim.Queued, "not-yet"); !d.Wake.Equal(noon.Add(24 * time.Hour)) {
		t.Errorf("it waits until %s, want a day", d.Wake)
	}
	if c := h.contact(); len(c.Ledger)+len(c.Waiting) > 0 {
		t.Errorf("the contact has %d reservations and %d waiting intents, want none", len(c.Ledger), len(c.Waiting))
	}
	if woken := h.at(noon.Add(24*time.Hour - time.Second)); len(woken) > 0 {
		t.Fatalf("it was woken before its time: %v", woken)
	}
	for range 2 {
		for _, woken := range h.at(noon.Add(24 * time.Hour)) {
			h.take(woken)
			h.take(woken) // the queue delivers it twice
		}
		h.take(i) // the event came again, three days late
	}
	h.is(i, claim.Accepted, "")
	if len(h.sent) != 1 {
		t.Errorf("%d messages, want 1", len(h.sent))
	}
}

// A message that waits for its time holds back no other message.
func TestAMessageThatWaitsForItsTimeIsNoRival(t *testing.T) {
	h := newBench(t, aPolicy())
	i := afterDelivery(h)
	h.take(i)
	other := ofOrder("a2", "o-8", noon.Add(30*time.Hour))
	h.take(other)
	h.is(other, claim.Accepted, "")
	h.is(i, claim.Queued, "not-yet")
}
