package main

import (
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/shoppolicy"
)

// wake delivers every due intent, as settle does.
func (b *bench) wake(t *testing.T) (woken int) {
	t.Helper()
	for _, d := range b.due(t) {
		if d.State == claim.Queued {
			woken++
			b.deliver(t, d.Intent, "1") // each time as a new queue message
		}
	}
	return woken
}

// A woken intent arrives as a new message. The contact shows that the send has
// a record, which is read before the claim, so that the claim is not refused.
func TestWokenSendIsClaimedWithOneTransaction(t *testing.T) {
	b := newBench(t)
	b.ses.always(busy)
	b.deliver(t, anIntent("winter", ann, "run-1"), "1") // keeps its reservation in the ledger
	b.ses.always(accepts)
	b.clock.pass(time.Minute)
	before := b.faults.Calls("TransactWriteItems")
	if n := b.wake(t); n != 1 {
		t.Fatalf("%d sends were woken, want one", n)
	}
	b.took(t, 1)
	if n := b.faults.Calls("TransactWriteItems") - before; n != 1 {
		t.Errorf("%d transactions were made for one claim", n)
	}
}

func TestPostponedSendKeepsItsReservationAndCoupon(t *testing.T) {
	b := newBench(t, func(p *shoppolicy.Policy) { p.Frequency.Caps[0].Max = 1 }) // only its own reservation fits in the cap
	i := anIntent("winter", ann, "run-1")
	var codes []string
	b.ses.answer = func(m content.Mail) answer {
		code, _ := b.coupon(t, m)
		if codes = append(codes, code); len(codes) == 1 {
			return busy
		}
		return accepts
	}
	if !b.deliver(t, i, "1") {
		t.Error("the message was not acknowledged")
	}
	d := b.is(t, i, claim.Queued)
	if !d.ReservationKept || !d.Wake.Equal(noon.Add(time.Minute)) || d.Reason.Code != "ses:TooManyRequestsException" {
		t.Errorf("the send is %+v, want its reservation kept, and a wait of a minute", d)
	}
	b.holds(t, 1, 1)
	if b.wake(t) != 0 {
		t.Error("the send was woken before its time")
	}

	b.clock.pass(time.Minute)
	if n := b.wake(t); n != 1 {
		t.Fatalf("%d sends were woken, want one", n)
	}
	d = b.is(t, i, claim.Accepted)
	if d.Attempt != 2 || d.ReservationKept {
		t.Errorf("the send is at attempt %d, reservation kept %t, want attempt 2 and no kept reservation", d.Attempt, d.ReservationKept)
	}
	if len(codes) != 2 || codes[0] == "" || codes[0] != codes[1] {
		t.Errorf("the attempts contained the codes %q, want the same code twice", codes)
	}
	b.took(t, 1)
	b.holds(t, 1, 1)
	if left := b.left(t); left != couponUses-1 {
		t.Errorf("the budget has %d left, want %d: one coupon for all attempts", left, couponUses-1)
	}
	c, _, err := b.store.Contact(t.Context(), ann)
	must(t, err)
	if at := c.Ledger[0].At; !at.Equal(noon.Add(time.Minute)) {
		t.Errorf("the reservation is of %s, want of the second attempt, which was sent", at)
	}
}

func TestMessageOfAPausedAccountWaitsFifteenMinutes(t *testing.T) {
	b, i := newBench(t), anIntent("plain", ann, "run-1")
	b.ses.always(paused)
	b.deliver(t, i, "1")
	if d := b.is(t, i, claim.Queued); !d.Wake.Equal(noon.Add(15 * time.Minute)) {
		t.Errorf("the send wakes at %s, want after 15 minutes", d.Wake)
	}
}

// SES postpones a message until it expires: its reservation and coupon are
// given back.
func TestExpiredSendGivesEverythingBack(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "run-1")
	var code string
	b.ses.answer = func(m content.Mail) answer { code, _ = b.coupon(t, m); return busy }
	b.deliver(t, i, "1")
	b.clock.pass(lifetime + time.Minute)
	if n := b.wake(t); n != 1 {
		t.Fatalf("%d sends were woken, want one", n)
	}
	if d := b.is(t, i, claim.Expired); d.Reason.Code != "too-late" {
		t.Errorf("the reason is %q, want too-late", d.Reason.Code)
	}
	b.holds(t, 0, 0)
	if left := b.left(t); code == "" || left != couponUses {
		t.Errorf("the budget has %d left after the coupon %q, want all %d", left, code, couponUses)
	}
}

// A send with a kept reservation keeps it if it has to wait for another reason.
func TestPostponedSendKeepsItsReservationThroughQuietHours(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "run-1")
	b.clock.pass(9*time.Hour - time.Minute) // 20:59
	b.ses.always(busy)
	b.deliver(t, i, "1")
	b.ses.always(accepts)
	b.clock.pass(time.Minute)
	b.wake(t)
	d := b.is(t, i, claim.Queued)
	if !d.ReservationKept || d.Coupon == nil || d.Reason.Code != "quiet-hours" {
		t.Errorf("the send is %+v, want its reservation and coupon kept until the morning", d)
	}
	b.holds(t, 1, 1)
	b.clock.pass(11 * time.Hour)
	b.wake(t)
	b.is(t, i, claim.Accepted)
	b.took(t, 1)
	if left := b.left(t); left != couponUses-1 {
		t.Errorf("the budget has %d left, want %d", left, couponUses-1)
	}
}

func TestSendWaitsUntilTheEndOfQuietHours(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "run-1")
	b.clock.pass(10 * time.Hour) // 22:00
	if !b.deliver(t, i, "1") {
		t.Error("the message was not acknowledged")
	}
	morning := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	d := b.is(t, i, claim.Queued)
	if d.ReservationKept || !d.Wake.Equal(morning) || d.Reason.Code != "quiet-hours" {
		t.Errorf("the send is %+v, want it to wait until %s without a reservation", d, morning)
	}
	b.holds(t, 0, 0)
	b.deliver(t, i, "2") // still quiet hours
	b.is(t, i, claim.Queued)

	b.clock.pass(10 * time.Hour)
	if n := b.wake(t); n != 1 {
		t.Fatalf("%d sends were woken, want one", n)
	}
	b.is(t, i, claim.Accepted)
	if b.wake(t) != 0 {
		t.Error("an accepted send was woken")
	}
	b.took(t, 1)
}

// If one attempt of a transactional message may have been sent, its coupon may
// be in an inbox, whatever the result of the next attempt.
func TestCouponOfAnUnconfirmedAttemptIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		then  []answer
		after time.Duration
	}{
		"the next attempt is refused":            {then: []answer{refuses}},
		"the next is postponed, then refused":    {then: []answer{busy, refuses}},
		"the intent expires before the next":     {after: lifetime},
		"the next is postponed until it expires": {then: []answer{busy}, after: lifetime},
	} {
		t.Run(name, func(t *testing.T) {
			b, i := newBench(t), anIntent("sorry", ann, "run-1")
			lost := 0
			b.dispatch.Count = func(metric string, n int) {
				if metric == "Lost" {
					lost += n
				}
			}
			b.ses.always(lostTaken)
			b.deliver(t, i, "1")
			b.clock.pass(15 * time.Minute)
			b.giveUp(t, i)
			for _, a := range c.then {
				b.ses.always(a)
				b.clock.pass(time.Minute)
				b.wake(t)
			}
			b.clock.pass(c.after + time.Minute)
			b.wake(t)

			b.is(t, i, claim.Lost)
			if lost != 1 {
				t.Errorf("%d sends were counted as lost, want one", lost)
			}
			if _, state := b.coupon(t, b.ses.all()[0]); state != "issued" {
				t.Errorf("the coupon in the inbox is %q, want issued", state)
			}
			b.holds(t, 1, 1)
			if left := b.left(t); left != couponUses-1 {
				t.Errorf("the budget has %d left, want %d", left, couponUses-1)
			}
			if due := b.due(t); len(due) != 0 {
				t.Errorf("%d sends are still due, want none: the send has ended", len(due))
			}
			// A late SES event still raises the state.
			if _, raised, err := b.store.Raise(t.Context(), ann, i.SendID("test"), claim.Delivered, "ses-1", b.clock.Now()); err != nil || !raised {
				t.Errorf("Raise(DELIVERED) = %t, %v, want it raised", raised, err)
			}
		})
	}
}

// giveUp does what settle does with an unconfirmed transactional message.
func (b *bench) giveUp(t *testing.T, i campaign.Intent) {
	t.Helper()
	d := b.is(t, i, claim.Sending)
	d.Unconfirmed++
	must(t, b.store.Wait(t.Context(), d, claim.Reason{Code: "unknown", Text: "the attempt is unconfirmed"}, b.clock.Now(), b.clock.Now()))
}
