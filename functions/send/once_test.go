package main

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/ses"
)

func TestAllowedMessageIsSentOnceWithItsTagsAndCoupon(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "run-1")
	if !b.deliver(t, i, "1") {
		t.Error("the message was not acknowledged")
	}
	d := b.is(t, i, claim.Accepted)
	if d.SESID != "ses-"+string(d.ID) || d.Attempt != 1 || d.Owner == "" || d.Language != "en" || d.Class != "promotion" {
		t.Errorf("the send is %+v, want SES's ID, one attempt, an owner, the language and the class", d)
	}
	b.took(t, 1)
	m := b.ses.all()[0]
	for name, want := range map[string]string{
		"send_id": string(d.ID), "customer": decide.Tag("ann"), "campaign": "winter", "class": "promotion", "attempt": "1",
	} {
		if m.Tags[name] != want {
			t.Errorf("tag %s = %q, want %q: settle finds the send by its tags", name, m.Tags[name], want)
		}
	}
	if m.To != "ann@example.com" || m.Headers["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" {
		t.Errorf("the message is to %s with headers %v", m.To, m.Headers)
	}
	if code, state := b.coupon(t, m); state != "issued" {
		t.Errorf("the message contains the code %q, whose coupon is %q, want issued", code, state)
	}
	if left := b.left(t); left != couponUses-1 {
		t.Errorf("the budget has %d left, want %d", left, couponUses-1)
	}
	b.holds(t, 1, 1)
}

func TestSecondDeliveryOfAnIntentSendsNothing(t *testing.T) {
	for name, nth := range map[string]string{"redelivered": "2", "as a new message": "1"} {
		t.Run(name, func(t *testing.T) {
			b, i := newBench(t), anIntent("winter", ann, "run-1")
			for range 2 {
				if !b.deliver(t, i, nth) {
					t.Error("the message was not acknowledged")
				}
			}
			b.took(t, 1)
			b.is(t, i, claim.Accepted)
			b.holds(t, 1, 1)
		})
	}
}

// SQS says that a message is delivered again. Then one read shows that the send
// has ended.
func TestRedeliveryReadsTheRecordBeforeItDecides(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "run-1")
	b.deliver(t, i, "1")
	decided := b.faults.Calls("Query") + b.faults.Calls("TransactWriteItems")
	b.deliver(t, i, "2")
	if n := b.faults.Calls("Query") + b.faults.Calls("TransactWriteItems") - decided; n != 0 {
		t.Errorf("the intent was decided and claimed again, by %d calls", n)
	}
}

func TestTwentyWorkersWithOneIntentCallSESOnce(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "run-1")
	together(20, func(n int) { b.deliver(t, i, fmt.Sprint(1+n%2)) })
	b.took(t, 1)
	b.holds(t, 1, 1)
	b.is(t, i, claim.Accepted)
	if left := b.left(t); left != couponUses-1 {
		t.Errorf("the budget has %d left, want %d", left, couponUses-1)
	}
}

// The test counts the messages that SES accepted, because they reach the
// customer.
func TestTwentyConcurrentPromotionsStayWithinTheCap(t *testing.T) {
	b := newBench(t)
	together(20, func(n int) { b.deliver(t, anIntent("plain", ann, fmt.Sprint("run-", n)), "1") })
	b.took(t, promotionsPerWeek)
	b.holds(t, promotionsPerWeek, 0)
	ends := map[claim.State]int{}
	for n := range 20 {
		d, err := b.store.Send(t.Context(), ann, anIntent("plain", ann, fmt.Sprint("run-", n)).SendID("test"))
		must(t, err)
		ends[d.State]++
	}
	if ends[claim.Accepted] != promotionsPerWeek || ends[claim.Capped] != 20-promotionsPerWeek {
		t.Errorf("the sends are %v, want %d accepted, the others capped, because they expire before the cap allows another", ends, promotionsPerWeek)
	}
}

// "At most weekly" is a cap of one, although the shop's allows two: twenty workers
// at once send one promotion, and the others say that it is the person's wish.
func TestTwentyConcurrentPromotionsStayWithinThePaceThatThePersonChose(t *testing.T) {
	b := newBench(t)
	must(t, b.store.UpdateContact(t.Context(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
		return c.WithWishes(frequency.Wishes{Pace: frequency.Wish{Value: frequency.Weekly, At: noon}}), true
	}))
	together(20, func(n int) { b.deliver(t, anIntent("plain", ann, fmt.Sprint("run-", n)), "1") })
	b.took(t, 1)
	b.holds(t, 1, 0)
	capped := 0
	for n := range 20 {
		d, err := b.store.Send(t.Context(), ann, anIntent("plain", ann, fmt.Sprint("run-", n)).SendID("test"))
		must(t, err)
		if d.State == claim.Capped && d.Reason.Code == frequency.CodeOwn {
			capped++
		}
	}
	if capped != 19 {
		t.Errorf("%d sends ended as CAPPED by the person's wish, want 19", capped)
	}
}

// A worker that dies during the call to SES leaves an unconfirmed claim.
func TestWorkerThatDiesAfterItsClaimCausesNoSecondMessage(t *testing.T) {
	for name, end := range map[string]answer{"before SES accepted it": diesBefore, "after SES accepted it": diesAfter} {
		t.Run(name, func(t *testing.T) {
			b, i := newBench(t), anIntent("winter", ann, "run-1")
			b.ses.always(end)
			if b.deliver(t, i, "1") {
				t.Fatal("the message of a dead worker was acknowledged")
			}
			b.ses.always(accepts)
			if !b.deliver(t, i, "2") {
				t.Error("the redelivered message was not acknowledged")
			}
			b.is(t, i, claim.Sending)
			if b.ses.calls != 1 {
				t.Errorf("SES was called %d times, want once: the first attempt may have been sent", b.ses.calls)
			}
			b.clock.pass(15 * time.Minute)
			if due := b.due(t); len(due) != 1 {
				t.Errorf("%d sends are due after 15 minutes, want the open one, whose queue message is acknowledged", len(due))
			}
			b.holds(t, 1, 1)
		})
	}
}

func TestSendWithoutAnAnswerStaysOpenAndBecomesDue(t *testing.T) {
	for name, end := range map[string]answer{"SES accepted it": lostTaken, "SES did not accept it": lostUntaken} {
		t.Run(name, func(t *testing.T) {
			b, i := newBench(t), anIntent("winter", ann, "run-1")
			b.ses.always(end)
			if !b.deliver(t, i, "1") {
				t.Error("the message was not acknowledged")
			}
			b.is(t, i, claim.Sending)
			if due := b.due(t); len(due) != 0 {
				t.Errorf("%d sends are due at once, want none: an event may still arrive", len(due))
			}
			b.clock.pass(15 * time.Minute)
			if due := b.due(t); len(due) != 1 {
				t.Errorf("%d sends are due after 15 minutes, want one", len(due))
			}
			b.ses.always(accepts)
			b.deliver(t, i, "1")
			b.deliver(t, i, "2")
			if b.ses.calls != 1 {
				t.Errorf("SES was called %d times, want once", b.ses.calls)
			}
			b.is(t, i, claim.Sending)
			b.holds(t, 1, 1)
		})
	}
}

// The send stays open and is not sent again.
func TestAnswerThatCannotBeStoredLeavesTheSendOpen(t *testing.T) {
	b, i := newBench(t), anIntent("plain", ann, "run-1")
	b.ses.answer = func(content.Mail) answer {
		b.faults.Refuse("UpdateItem", 1, "InternalServerError")
		return accepts
	}
	if b.deliver(t, i, "1") {
		t.Error("the message was acknowledged although its end is not stored")
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

func TestNothingIsClaimedWithTooLittleTimeLeft(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "run-1")
	ctx, cancel := context.WithTimeout(t.Context(), ses.Timeout)
	defer cancel()
	if b.deliverBody(t, ctx, i, "1") {
		t.Error("the message was acknowledged; it has to be delivered again")
	}
	if b.ses.calls != 0 {
		t.Errorf("SES was called %d times, want never", b.ses.calls)
	}
	b.is(t, i, "")
	b.holds(t, 0, 0)
}

// together runs n workers at the same time and waits for all.
func together(n int, work func(n int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for w := range n {
		wg.Go(func() { <-start; work(w) })
	}
	close(start)
	wg.Wait()
}
