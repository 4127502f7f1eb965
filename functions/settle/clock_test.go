package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/shop"
)

var askedToWait = claim.Reason{Code: "ses:TooManyRequestsException", Text: "SES asked to wait"}

func TestDueSendIsWokenOnce(t *testing.T) {
	b := newBench(t)
	d := b.claimed(t, sendID, shop.ClassPromotion, 1, 0)
	must(t, b.store.Wait(t.Context(), d, askedToWait, noon.Add(time.Minute), noon))
	b.ticks(t)
	if n := len(b.receiveAll(t, "SendQueue")); n != 0 {
		t.Fatalf("%d intents are on the queue before the send is due, want none", n)
	}

	b.pass(time.Minute)
	b.ticks(t)
	b.ticks(t) // the clock ticks again before the queue delivers
	messages := b.receiveAll(t, "SendQueue")
	if len(messages) != 1 {
		t.Fatalf("%d intents are on the queue, want one", len(messages))
	}
	if woken, faults := campaign.ReadIntent([]byte(messages[0].Body)); woken != d.Intent || len(faults) > 0 {
		t.Errorf("the intent on the queue is %+v, %v, want %+v", woken, faults, d.Intent)
	}
	waiting := b.is(t, sendID, claim.Queued)
	if !waiting.ReservationKept || waiting.Reason != askedToWait {
		t.Errorf("the woken send is %+v, want it to wait as before, with its reservation", waiting)
	}

	// The queue message was lost: the send is woken again.
	b.pass(10 * time.Minute)
	b.ticks(t)
	if n := len(b.receiveAll(t, "SendQueue")); n != 1 {
		t.Errorf("%d intents are on the queue ten minutes later, want one", n)
	}

	// The send was accepted: it is not woken again.
	must(t, b.store.Accepted(t.Context(), d, "ses-1", b.clock()))
	b.pass(10 * time.Minute)
	b.ticks(t)
	if n := len(b.receiveAll(t, "SendQueue")); n != 0 {
		t.Errorf("%d intents are on the queue after the send was accepted, want none", n)
	}
}

func TestDueSendStaysInTheIndexIfTheQueueFails(t *testing.T) {
	b := newBench(t)
	d := b.claimed(t, sendID, shop.ClassPromotion, 1, 0)
	must(t, b.store.Wait(t.Context(), d, askedToWait, noon, noon))
	b.queues.Close()
	if _, err := b.Handle(t.Context(), json.RawMessage(`{}`)); err == nil {
		t.Error("the tick succeeded although the queue failed")
	}
	if d := b.is(t, sendID, claim.Queued); !d.Wake.Equal(noon) {
		t.Errorf("the send is due at %s, want still at noon", d.Wake)
	}
}

// A claim without an outcome for 15 minutes: a transactional message is sent
// again, with three attempts at most; a marketing message is not.
func TestUnconfirmedClaimIsSentAgainOrLost(t *testing.T) {
	for _, c := range []struct {
		class                shop.Class
		attempt, unconfirmed int // unconfirmed: of the attempts before
		want                 claim.State
	}{
		{shop.ClassPromotion, 1, 0, claim.Lost},
		{shop.ClassPromise, 1, 0, claim.Lost},
		{shop.ClassSafety, 1, 0, claim.Queued},
		{shop.ClassService, 1, 0, claim.Queued},
		{shop.ClassRecovery, 2, 1, claim.Queued},
		{shop.ClassService, 3, 2, claim.Lost},
		{shop.ClassService, 3, 0, claim.Queued}, // SES asked the others to wait
	} {
		t.Run(fmt.Sprintf("%s, attempt %d after %d unconfirmed", c.class, c.attempt, c.unconfirmed), func(t *testing.T) {
			b := newBench(t)
			d := b.claimed(t, sendID, c.class, c.attempt, c.unconfirmed)
			must(t, b.store.Watch(t.Context(), d))
			b.pass(15*time.Minute - time.Millisecond)
			b.ticks(t)
			b.is(t, sendID, claim.Sending)

			b.pass(time.Millisecond)
			b.ticks(t)
			got := b.is(t, sendID, c.want)
			if got.Reason.Code != "unknown" || got.Reason.Text == "" {
				t.Errorf("the reason is %+v, want unknown and a sentence", got.Reason)
			}
			contact, _, err := b.store.Contact(t.Context(), ann)
			must(t, err)
			if len(contact.Ledger) != 1 {
				t.Errorf("the ledger has %d entries, want one: the message may have been sent", len(contact.Ledger))
			}
			b.ticks(t)
			want := 0
			if c.want == claim.Queued {
				want = 1
			}
			if n := len(b.receiveAll(t, "SendQueue")); n != want {
				t.Errorf("%d intents are on the queue, want %d", n, want)
			}
			if !b.receive(t, sample(t, "delivered")) {
				t.Error("the late event was not acknowledged")
			}
			b.is(t, sendID, claim.Delivered) // the late event raises it
			b.pass(time.Hour)
			b.ticks(t)
			if n := len(b.receiveAll(t, "SendQueue")); n != 0 {
				t.Errorf("%d intents are on the queue after the delivery, want none", n)
			}
		})
	}
}

// The sends change after the index was read and before they are given up.
func TestSendThatChangedAfterItWasListedIsLeftAlone(t *testing.T) {
	b := newBench(t)
	for n := range 4 {
		d := b.claimed(t, shop.SendID(fmt.Sprint("send-", n)), shop.ClassPromotion, 1, 0)
		must(t, b.store.Watch(t.Context(), d))
	}
	b.pass(15 * time.Minute)
	b.faults.Before("UpdateItem", func() { // just before the first is given up, SES events raise all
		for n := range 4 {
			_, _, err := b.store.Raise(t.Context(), ann, shop.SendID(fmt.Sprint("send-", n)), claim.Accepted, "ses-1", b.clock())
			must(t, err)
		}
	})
	b.ticks(t)
	for n := range 4 {
		b.is(t, shop.SendID(fmt.Sprint("send-", n)), claim.Accepted)
	}
}

func TestSendThatFailsDoesNotStopTheOthers(t *testing.T) {
	b := newBench(t)
	for n := range 30 {
		b.waits(t, shop.SendID(fmt.Sprint("send-", n)), shop.ClassPromotion)
	}
	b.faults.Refuse("UpdateItem", 1, "InternalServerError")
	if _, err := b.Handle(t.Context(), json.RawMessage(`{}`)); err == nil || !strings.Contains(err.Error(), "1 due sends failed") {
		t.Errorf("the tick ended with %v, want the number of failures", err)
	}
	if n := b.woken(t); n != 30 {
		t.Errorf("%d intents are on the queue, want all 30", n)
	}
	b.ticks(t)
	if n := b.woken(t); n != 1 {
		t.Errorf("%d intents were woken by the next tick, want the failed one", n)
	}
}

// Promotions beyond the account's pace stay in the index; transactional
// messages do not wait behind them.
func TestNoMorePromotionsAreWokenThanTheAccountCanSend(t *testing.T) {
	b := newBench(t)
	for n := range 200 {
		b.waits(t, shop.SendID(fmt.Sprint("promotion-", n)), shop.ClassPromotion)
	}
	b.waits(t, "service", shop.ClassService)
	b.Pace = func(context.Context) (int, error) { return 48, nil }
	b.ticks(t)
	if n := b.woken(t); n > 48+1 || n < 30 {
		t.Errorf("%d intents are on the queue, want about 48 promotions and the service message", n)
	}
	if d, err := b.store.Send(t.Context(), ann, "service"); err != nil || !d.Wake.After(noon) {
		t.Errorf("the service message was not woken: %+v, %v", d, err)
	}
	for range 9 {
		b.ticks(t)
	}
	if n := b.woken(t); n < 140 {
		t.Errorf("%d more were woken in nine ticks, want the rest", n)
	}
}

// The sends that it does not reach are woken by the next tick.
func TestTickStopsBeforeTheFunctionsTimeIsOver(t *testing.T) {
	b := newBench(t)
	b.waits(t, "send-1", shop.ClassPromotion)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := b.Handle(ctx, json.RawMessage(`{}`)); err != nil {
		t.Fatal(err)
	}
	if n := b.woken(t); n != 0 {
		t.Errorf("%d intents were woken with five seconds left, want none", n)
	}
	b.ticks(t)
	if n := b.woken(t); n != 1 {
		t.Errorf("%d intents were woken by the next tick, want one", n)
	}
}

// A worker takes the queue message and stores another wait before the clock
// moves the send's due time. The clock does not overwrite it.
func TestClockLeavesANewerWaitAlone(t *testing.T) {
	b := newBench(t)
	d := b.waits(t, "send-1", shop.ClassPromotion)
	b.faults.Before("UpdateItem", func() {
		d.Wake, d.Reason = noon.Add(20*time.Hour), claim.Reason{Code: "quiet-hours", Text: "quiet hours"}
		must(t, b.store.End(t.Context(), d))
	})
	b.ticks(t)
	if got := b.is(t, "send-1", claim.Queued); !got.Wake.Equal(d.Wake) || got.Reason != d.Reason {
		t.Errorf("the send wakes at %s because of %s, want as the worker stored it", got.Wake, got.Reason.Code)
	}
}

// waits stores a send that is due at noon and has no reservation.
func (b *bench) waits(t testing.TB, id shop.SendID, class shop.Class) claim.Send {
	t.Helper()
	d := claim.Send{
		ID: id, State: claim.Queued, Changed: noon, Wake: noon, Class: class, Message: "winter", Reason: claim.Reason{Code: "quiet-hours", Text: "quiet"},
		Intent: campaign.Intent{Campaign: "winter", Version: 1, Customer: ann, Occasion: string(id), Planned: noon, NotAfter: noon.AddDate(0, 0, 2)},
	}
	must(t, b.store.End(t.Context(), d))
	return d
}

// woken takes all intents off the queue, and counts them.
func (b *bench) woken(t *testing.T) (n int) {
	t.Helper()
	for {
		messages := b.receiveAll(t, "SendQueue")
		if len(messages) == 0 {
			return n
		}
		n += len(messages)
	}
}
