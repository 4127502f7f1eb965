package dispatch_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"regulars/shared/claim"
	"regulars/shared/content"
)

// An intent that is on the queue while its customer is erased ends without a
// message, and its record says nothing about the customer.
func TestIntentOfAnErasedCustomerEndsSuppressed(t *testing.T) {
	h := newBench(t, aPolicy())
	_, rev, err := h.store.Profile(t.Context(), ann)
	h.must(err)
	h.must(h.store.DeleteCustomer(t.Context(), ann, rev))
	i := ofOrder("sorry", "o-1", noon.Add(time.Hour))
	h.take(i)
	d := h.is(i, claim.Suppressed, "no-address")
	text, err := json.Marshal(d)
	h.must(err)
	if len(h.sent) > 0 || strings.Contains(string(text), "ann@example.com") || strings.Contains(string(text), `"Ann"`) {
		t.Errorf("%d messages were sent, and the record is %s", len(h.sent), text)
	}
}

// A waiting send that an erasure has stripped does not begin again, and a
// claimed one still gets its outcome.
func TestStrippedSendsEnd(t *testing.T) {
	h := newBench(t, aPolicy())
	h.now = night
	waits := ofOrder("a2", "o-1", morning.Add(30*time.Hour))
	h.take(waits)
	d := h.is(waits, claim.Queued, "quiet-hours")
	h.must(h.store.StripSend(t.Context(), d, d.Stripped(h.now)))
	if woken := h.at(morning); len(woken) > 0 {
		t.Errorf("%d intents were woken, want none", len(woken))
	}
	h.take(waits)
	h.is(waits, claim.Suppressed, "erased")

	claimed := ofOrder("sorry", "o-2", morning.Add(30*time.Hour))
	h.answer = func(content.Mail) error { // while SES is called
		d := h.send(claimed)
		return h.store.StripSend(t.Context(), d, d.Stripped(h.now))
	}
	h.take(claimed)
	if d := h.is(claimed, claim.Accepted, ""); len(d.Explained) > 0 {
		t.Errorf("the send has its explanation again: %s", d.Explained)
	}
	if len(h.sent) != 1 {
		t.Errorf("%d messages were sent, want the one that SES was called with", len(h.sent))
	}
}
