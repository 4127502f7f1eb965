package main

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/message"
	"regulars/shared/ses"
)

func TestAnAllowedMessageGoesOnceWithAllThatBelongsToIt(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "slot-1")
	if !b.deliver(t, i, "1") {
		t.Error("it was not acknowledged")
	}
	d := b.is(t, i, claim.Accepted)
	if d.SESID != "ses-"+string(d.ID) || d.Attempt != 1 || d.Owner == "" || d.Language != "en" || d.Class != "promotion" {
		t.Errorf("the send is %+v, want SES's ID, one attempt, an owner, and how it was written", d)
	}
	b.took(t, 1)
	m := b.ses.all()[0]
	for name, want := range map[string]string{
		"send_id": string(d.ID), "customer": decide.Tag("ann"), "campaign": "winter", "class": "promotion", "attempt": "1",
	} {
		if m.Tags[name] != want {
			t.Errorf("tag %s = %q, want %q: settle finds the send by it", name, m.Tags[name], want)
		}
	}
	if m.To != "ann@example.com" || m.Headers["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" {
		t.Errorf("the message is to %s with headers %v", m.To, m.Headers)
	}
	if code, state := b.coupon(t, m); state != "issued" {
		t.Errorf("the message prints the code %q, whose coupon is %q, want issued", code, state)
	}
	if left := b.left(t); left != couponUses-1 {
		t.Errorf("the budget has %d left, want %d", left, couponUses-1)
	}
	b.holds(t, 1, 1)
}

// Whatever comes twice is sent once.
func TestTheSameIntentAgainSendsNothing(t *testing.T) {
	for name, nth := range map[string]string{"redelivered": "2", "as a new message": "1"} {
		t.Run(name, func(t *testing.T) {
			b, i := newBench(t), anIntent("winter", ann, "slot-1")
			for range 2 {
				if !b.deliver(t, i, nth) {
					t.Error("it was not acknowledged")
				}
			}
			b.took(t, 1)
			b.is(t, i, claim.Accepted)
			b.holds(t, 1, 1)
		})
	}
}

// SQS says when a message comes again: what has ended is then known by one read.
func TestARedeliveryLooksBeforeItDecides(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "slot-1")
	b.deliver(t, i, "1")
	decided := b.faults.Calls("Query") + b.faults.Calls("TransactWriteItems")
	b.deliver(t, i, "2")
	if n := b.faults.Calls("Query") + b.faults.Calls("TransactWriteItems") - decided; n != 0 {
		t.Errorf("it was decided and claimed again, by %d calls", n)
	}
}

func TestTwentyWorkersWithOneIntentAskSESOnce(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "slot-1")
	together(20, func(n int) { b.deliver(t, i, fmt.Sprint(1+n%2)) })
	b.took(t, 1)
	b.holds(t, 1, 1)
	b.is(t, i, claim.Accepted)
	if left := b.left(t); left != couponUses-1 {
		t.Errorf("the budget has %d left, want %d", left, couponUses-1)
	}
}

// The cap is counted on SES's side: it is what the customer's inbox sees.
func TestTwentyPromotionsAtOnceStayBelowTheCap(t *testing.T) {
	b := newBench(t)
	together(20, func(n int) { b.deliver(t, anIntent("plain", ann, fmt.Sprint("slot-", n)), "1") })
	b.took(t, promotionsPerWeek)
	b.holds(t, promotionsPerWeek, 0)
	ends := map[claim.State]int{}
	for n := range 20 {
		d, err := b.store.Send(t.Context(), ann, anIntent("plain", ann, fmt.Sprint("slot-", n)).SendID("test"))
		must(t, err)
		ends[d.State]++
	}
	if ends[claim.Accepted] != promotionsPerWeek || ends[claim.Capped] != 20-promotionsPerWeek {
		t.Errorf("the sends are %v, want %d accepted, the others capped: their slot comes after their time", ends, promotionsPerWeek)
	}
}

// A worker that dies while SES is asked leaves a claim of which nobody knows
// whether it went.
func TestAWorkerThatDiesAfterItsClaimIsNotFollowedByASecondMessage(t *testing.T) {
	for name, end := range map[string]answer{"before SES took it": diesBefore, "after SES took it": diesAfter} {
		t.Run(name, func(t *testing.T) {
			b, i := newBench(t), anIntent("winter", ann, "slot-1")
			b.ses.always(end)
			if b.deliver(t, i, "1") {
				t.Fatal("a dead worker acknowledged")
			}
			b.ses.always(accepts)
			if !b.deliver(t, i, "2") {
				t.Error("the redelivered message was not acknowledged")
			}
			b.is(t, i, claim.Sending)
			if b.ses.asked != 1 {
				t.Errorf("SES was asked %d times, want once: the first may have gone", b.ses.asked)
			}
			b.clock.pass(15 * time.Minute)
			if due := b.due(t); len(due) != 1 {
				t.Errorf("%d sends are due after 15 minutes, want the open one: its queue message is gone", len(due))
			}
			b.holds(t, 1, 1)
		})
	}
}

func TestALostAnswerStaysOpenAndOnTheList(t *testing.T) {
	for name, end := range map[string]answer{"taken": lostTaken, "not taken": lostUntaken} {
		t.Run(name, func(t *testing.T) {
			b, i := newBench(t), anIntent("winter", ann, "slot-1")
			b.ses.always(end)
			if !b.deliver(t, i, "1") {
				t.Error("it was not acknowledged")
			}
			b.is(t, i, claim.Sending)
			if due := b.due(t); len(due) != 0 {
				t.Errorf("%d sends are due at once, want none: an event may still come", len(due))
			}
			b.clock.pass(15 * time.Minute)
			if due := b.due(t); len(due) != 1 {
				t.Errorf("%d sends are due after 15 minutes, want one", len(due))
			}
			b.ses.always(accepts)
			b.deliver(t, i, "1")
			b.deliver(t, i, "2")
			if b.ses.asked != 1 {
				t.Errorf("SES was asked %d times, want once", b.ses.asked)
			}
			b.is(t, i, claim.Sending)
			b.holds(t, 1, 1)
		})
	}
}

// The send stays open then, and is not sent again.
func TestWhatSESAnsweredCannotBeStored(t *testing.T) {
	b, i := newBench(t), anIntent("plain", ann, "slot-1")
	b.ses.answer = func(message.Mail) answer {
		b.faults.Refuse("UpdateItem", 1, "InternalServerError")
		return accepts
	}
	if b.deliver(t, i, "1") {
		t.Error("it was acknowledged although its end is not stored")
	}
	if !b.deliver(t, i, "2") {
		t.Error("the redelivered message was not acknowledged")
	}
	b.took(t, 1)
	b.is(t, i, claim.Sending)
	b.clock.pass(15 * time.Minute)
	if due := b.due(t); len(due) != 1 {
		t.Errorf("%d sends are due after 15 minutes, want one", len(due))
	}
}

func TestWithTooLittleTimeLeftNothingIsClaimed(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "slot-1")
	ctx, cancel := context.WithTimeout(t.Context(), ses.Timeout)
	defer cancel()
	if b.deliverBody(t, ctx, i, "1") {
		t.Error("it was acknowledged: it has to come again")
	}
	if b.ses.asked != 0 {
		t.Errorf("SES was asked %d times, want never", b.ses.asked)
	}
	b.is(t, i, "")
	b.holds(t, 0, 0)
}

// together runs n workers at the same time.
func together(n int, work func(n int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for w := range n {
		wg.Go(func() { <-start; work(w) })
	}
	close(start)
	wg.Wait()
}
