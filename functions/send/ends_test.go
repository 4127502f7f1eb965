package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

func TestRefusedSendGivesEverythingBack(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "run-1")
	var printed content.Mail
	b.ses.answer = func(m content.Mail) answer { printed = m; return refuses }
	if !b.deliver(t, i, "1") {
		t.Error("the message was not acknowledged")
	}
	d := b.is(t, i, claim.Refused)
	if d.Reason.Code != "ses:MessageRejected" || strings.Contains(d.Reason.Text, "because") {
		t.Errorf("the reason is %+v, want SES's code without its text, which may contain the address", d.Reason)
	}
	b.holds(t, 0, 0)
	if left := b.left(t); left != couponUses {
		t.Errorf("the budget has %d left, want all %d", left, couponUses)
	}
	if _, state := b.coupon(t, printed); state != "voided" {
		t.Errorf("the coupon is %q, want voided: the customer did not get it", state)
	}
	b.ses.always(accepts)
	b.deliver(t, i, "2")
	if b.ses.calls != 1 {
		t.Errorf("SES was called %d times, want once: REFUSED is an end state", b.ses.calls)
	}
}

// The customer opts out between the decision and its claim.
func TestOptOutBeforeTheClaimIsRespected(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "run-1")
	b.faults.Before("TransactWriteItems", func() {
		must(t, b.store.UpdateContact(t.Context(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
			return c.WithConsent(shop.TopicPromotions, false, noon), true
		}))
	})
	if !b.deliver(t, i, "1") {
		t.Error("the message was not acknowledged")
	}
	if d := b.is(t, i, claim.Suppressed); d.Reason.Code != "unsubscribed" {
		t.Errorf("the reason is %q, want unsubscribed", d.Reason.Code)
	}
	if b.ses.calls != 0 {
		t.Errorf("SES was called %d times, want never", b.ses.calls)
	}
	b.holds(t, 0, 0)
	if left := b.left(t); left != couponUses {
		t.Errorf("the budget has %d left, want all %d", left, couponUses)
	}
}

// The contact changes before every claim: the intent is delivered again.
func TestIntentIsDeliveredAgainIfEveryClaimConflicts(t *testing.T) {
	b, i := newBench(t), anIntent("plain", ann, "run-1")
	for n := range dynamo.Attempts { // as often as it is decided
		b.faults.Before("TransactWriteItems", func() {
			must(t, b.store.UpdateContact(t.Context(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
				c.Wishes.Pause.Value = noon.AddDate(0, 0, -1-n).Format(time.DateOnly)
				return c, true
			}))
		})
	}
	if b.deliver(t, i, "1") {
		t.Error("the message was acknowledged although no decision was stored")
	}
	b.is(t, i, "")
	if !b.deliver(t, i, "2") {
		t.Error("the message was not acknowledged")
	}
	b.is(t, i, claim.Accepted)
}

func TestEndStatesWithoutAMessage(t *testing.T) {
	yesterday := anIntent("winter", ann, "run-1")
	yesterday.NotAfter = noon.Add(-time.Minute)
	older := anIntent("winter", ann, "run-1")
	older.Version = 2
	for name, c := range map[string]struct {
		intent campaign.Intent
		edit   func(*shoppolicy.Policy)
		state  claim.State
		code   string
	}{
		"the intent has expired":      {intent: yesterday, state: claim.Expired, code: "too-late"},
		"the campaign was removed":    {intent: anIntent("summer", ann, "run-1"), state: claim.Expired, code: "campaign-gone"},
		"the campaign changed":        {intent: older, state: claim.Expired, code: "campaign-changed"},
		"the customer is unknown":     {intent: anIntent("winter", "unknown", "run-1"), state: claim.Suppressed, code: "no-address"},
		"a cap of zero":               {intent: anIntent("plain", ann, "run-1"), edit: capOfZero, state: claim.Capped, code: frequency.CodeCapZero},
		"all customers are held out":  {intent: anIntent("plain", ann, "run-1"), edit: holdout, state: claim.HeldOut, code: "holdout"},
		"a promise without its offer": {intent: anIntent("earned", ann, "run-1"), edit: noOffer, state: claim.Suppressed, code: "no-offer"},
	} {
		t.Run(name, func(t *testing.T) {
			var edits []func(*shoppolicy.Policy)
			if c.edit != nil {
				edits = append(edits, c.edit)
			}
			b := newBench(t, edits...)
			for _, nth := range []string{"1", "1", "2"} {
				if !b.deliver(t, c.intent, nth) {
					t.Error("the message was not acknowledged")
				}
			}
			if d := b.is(t, c.intent, c.state); d.Reason.Code != c.code || d.Reason.Text == "" || len(d.Explained) == 0 {
				t.Errorf("the reason is %+v, want %s, a sentence and an explanation", d.Reason, c.code)
			}
			if b.ses.calls != 0 {
				t.Errorf("SES was called %d times, want never", b.ses.calls)
			}
			b.holds(t, 0, 0)
		})
	}
}

func capOfZero(p *shoppolicy.Policy) { p.Frequency.Caps[0].Max = 0 }
func noOffer(p *shoppolicy.Policy) {
	_ = p.Offers[0].When.UnmarshalText([]byte("customer.orders >= 100"))
}

func holdout(p *shoppolicy.Policy) {
	for n := range p.Campaigns {
		p.Campaigns[n].Holdout = 10_000
	}
}

func TestInvalidIntentIsRefusedWithItsFaults(t *testing.T) {
	for name, c := range map[string]struct {
		body   string
		faults string
	}{
		"no JSON":       {"{", `[{"path":"","fault":"is not an intent: `},
		"empty":         {"{}", `[{"path":"/campaign","fault":"is missing"},{"path":"/version","fault":"is missing"},{"path":"/customer","fault":"is missing"},{"path":"/occasion","fault":"is missing"},{"path":"/not_after","fault":"is missing"}]`},
		"no version":    {strings.Replace(marshalled(t, anIntent("winter", ann, "run-1")), `"version":1,`, "", 1), `[{"path":"/version","fault":"is missing"}]`},
		"an odd number": {`{"version":"one"}`, `[{"path":"","fault":"is not an intent: `},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if !b.deliverBody(t, t.Context(), c.body, "1") {
				t.Error("the message was not acknowledged: it would be delivered again without effect")
			}
			letters, err := b.queues.Receive(t.Context(), "SendDeadLetters", 10, 0, nil)
			must(t, err)
			if len(letters) != 1 || letters[0].Body != c.body {
				t.Fatalf("the dead letters are %v, want the unchanged message", letters)
			}
			faults := *letters[0].Attributes["Faults"].StringValue
			if !strings.HasPrefix(faults, c.faults) || !json.Valid([]byte(faults)) {
				t.Errorf("Faults = %s, want %s", faults, c.faults)
			}
			if at := *letters[0].Attributes["Refused"].StringValue; at != "2026-11-22T12:00:00Z" {
				t.Errorf("Refused = %s, want the clock's time", at)
			}
		})
	}
}

// A failed message does not fail its batch: see also shared/queue.
func TestNothingIsAcknowledgedIfThePolicyCannotBeRead(t *testing.T) {
	b := newBench(t)
	b.faults.Refuse("GetItem", 1, "InternalServerError")
	if b.deliver(t, anIntent("plain", ann, "run-1"), "1") {
		t.Error("the message was acknowledged although the policy could not be read")
	}
	if !b.deliver(t, anIntent("plain", ann, "run-1"), "2") {
		t.Error("the message was not acknowledged")
	}
	b.took(t, 1)
}

func TestOtherShardIsUsedIfOneIsEmpty(t *testing.T) {
	// Four uses in two shards: all four are used, whichever shard each send
	// prefers.
	b := newBench(t, budget(4, 2), uncapped)
	for n := range 4 {
		b.deliver(t, anIntent("winter", ann, fmt.Sprint("run-", n)), "1")
	}
	b.took(t, 4)
	for _, m := range b.ses.all() {
		if code, state := b.coupon(t, m); state != "issued" {
			t.Errorf("a message contains the code %q, whose coupon is %q, want issued", code, state)
		}
	}
	shards, err := b.store.Budget(t.Context(), "ten", 1)
	must(t, err)
	if shards[0] != 0 || shards[1] != 0 {
		t.Errorf("the shards have %v left, want none", shards)
	}
}

func TestSpentBudgetRemovesTheCouponOrThePromise(t *testing.T) {
	b := newBench(t, budget(1, 1), uncapped)
	b.deliver(t, anIntent("winter", ann, "run-1"), "1")
	b.deliver(t, anIntent("winter", ann, "run-2"), "1")
	b.deliver(t, anIntent("earned", ann, "run-3"), "1")
	b.took(t, 2)
	for n, want := range []string{"issued", ""} {
		if _, state := b.coupon(t, b.ses.all()[n]); state != want {
			t.Errorf("message %d has a coupon that is %q, want %q", n+1, state, want)
		}
	}
	if d := b.is(t, anIntent("winter", ann, "run-2"), claim.Accepted); d.Coupon != nil {
		t.Error("the second send has a coupon although the budget is spent")
	}
	if d := b.is(t, anIntent("earned", ann, "run-3"), claim.Suppressed); d.Reason.Code != "no-offer" {
		t.Errorf("the reason is %q, want no-offer", d.Reason.Code)
	}
	b.holds(t, 2, 1)
}

// Twenty messages at the same time compete for ten coupons.
func TestBudgetIsNotOverdrawnByConcurrentClaims(t *testing.T) {
	b := newBench(t, budget(10, 4), uncapped)
	together(5, func(worker int) {
		for n := range 4 {
			i := anIntent("winter", ann, fmt.Sprint("run-", worker, "-", n))
			for nth := 1; nth <= 20 && !b.deliver(t, i, fmt.Sprint(nth)); nth++ { // other claims often conflict
			}
		}
	})
	b.took(t, 20)
	funded := map[string]bool{}
	for _, m := range b.ses.all() {
		if code, state := b.coupon(t, m); code != "" {
			funded[code] = state == "issued"
		}
	}
	if len(funded) != 10 {
		t.Errorf("%d messages contain a coupon, want 10", len(funded))
	}
	if left := b.left(t); left != 0 {
		t.Errorf("the budget has %d left, want none", left)
	}
}

func budget(uses, shards int) func(*shoppolicy.Policy) {
	return func(p *shoppolicy.Policy) { p.Offers[0].Budget.Uses, p.Offers[0].Budget.Shards = uses, shards }
}

func uncapped(p *shoppolicy.Policy) { p.Frequency.Caps = nil }

func marshalled(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}
