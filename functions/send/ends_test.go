package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/frequency"
	"regulars/shared/message"
	"regulars/shared/policy"
	"regulars/shared/shop"
)

func TestWhatSESRefusesGivesAllBack(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "slot-1")
	var printed message.Mail
	b.ses.answer = func(m message.Mail) answer { printed = m; return refuses }
	if !b.deliver(t, i, "1") {
		t.Error("it was not acknowledged")
	}
	d := b.is(t, i, claim.Refused)
	if d.Reason.Code != "ses:MessageRejected" || strings.Contains(d.Reason.Text, "because") {
		t.Errorf("the reason is %+v, want SES's code, and not its text: that may name the address", d.Reason)
	}
	b.holds(t, 0, 0)
	if left := b.left(t); left != couponUses {
		t.Errorf("the budget has %d left, want all %d", left, couponUses)
	}
	if _, state := b.coupon(t, printed); state != "voided" {
		t.Errorf("the coupon is %q, want voided: nobody got it", state)
	}
	b.ses.always(accepts)
	b.deliver(t, i, "2")
	if b.ses.asked != 1 {
		t.Errorf("SES was asked %d times, want once: a refusal is an end", b.ses.asked)
	}
}

// The customer says no between the decision and its claim.
func TestANoThatComesWhileItIsDecidedCounts(t *testing.T) {
	b, i := newBench(t), anIntent("winter", ann, "slot-1")
	b.faults.Before("TransactWriteItems", func() {
		must(t, b.store.UpdateContact(t.Context(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
			return c.WithConsent(shop.TopicPromotions, false, noon), true
		}))
	})
	if !b.deliver(t, i, "1") {
		t.Error("it was not acknowledged")
	}
	if d := b.is(t, i, claim.Suppressed); d.Reason.Code != "unsubscribed" {
		t.Errorf("the reason is %q, want unsubscribed", d.Reason.Code)
	}
	if b.ses.asked != 0 {
		t.Errorf("SES was asked %d times, want never", b.ses.asked)
	}
	b.holds(t, 0, 0)
	if left := b.left(t); left != couponUses {
		t.Errorf("the budget has %d left, want all %d", left, couponUses)
	}
}

// Something changes before every claim: the message comes again.
func TestAClaimThatIsAlwaysOvertakenComesAgain(t *testing.T) {
	b, i := newBench(t), anIntent("plain", ann, "slot-1")
	for n := range 8 { // as often as it is decided anew
		b.faults.Before("TransactWriteItems", func() {
			must(t, b.store.UpdateContact(t.Context(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
				c.Own.PausedUntil = noon.AddDate(0, 0, -1-n)
				return c, true
			}))
		})
	}
	if b.deliver(t, i, "1") {
		t.Error("it was acknowledged though nothing was decided")
	}
	b.is(t, i, "")
	if !b.deliver(t, i, "2") {
		t.Error("it was not acknowledged")
	}
	b.is(t, i, claim.Accepted)
}

func TestEndsWithoutAMessage(t *testing.T) {
	yesterday := anIntent("winter", ann, "slot-1")
	yesterday.NotAfter = noon.Add(-time.Minute)
	older := anIntent("winter", ann, "slot-1")
	older.Version = 2
	for name, c := range map[string]struct {
		intent campaign.Intent
		edit   func(*policy.Policy)
		state  claim.State
		code   string
	}{
		"its time is over":            {intent: yesterday, state: claim.Expired, code: "too-late"},
		"the campaign is gone":        {intent: anIntent("summer", ann, "slot-1"), state: claim.Expired, code: "campaign-gone"},
		"the campaign changed":        {intent: older, state: claim.Expired, code: "campaign-changed"},
		"nobody knows the customer":   {intent: anIntent("winter", "nobody", "slot-1"), state: claim.Suppressed, code: "no-address"},
		"a cap of zero":               {intent: anIntent("plain", ann, "slot-1"), edit: capOfZero, state: claim.Capped, code: frequency.CodeCapZero},
		"everybody is held out":       {intent: anIntent("plain", ann, "slot-1"), edit: holdout, state: claim.HeldOut, code: "holdout"},
		"a promise without its offer": {intent: anIntent("earned", ann, "slot-1"), edit: noOffer, state: claim.Suppressed, code: "no-offer"},
	} {
		t.Run(name, func(t *testing.T) {
			var edits []func(*policy.Policy)
			if c.edit != nil {
				edits = append(edits, c.edit)
			}
			b := newBench(t, edits...)
			for _, nth := range []string{"1", "1", "2"} {
				if !b.deliver(t, c.intent, nth) {
					t.Error("it was not acknowledged")
				}
			}
			if d := b.is(t, c.intent, c.state); d.Reason.Code != c.code || d.Reason.Text == "" || len(d.Explained) == 0 {
				t.Errorf("the reason is %+v, want %s, a sentence and an explanation", d.Reason, c.code)
			}
			if b.ses.asked != 0 {
				t.Errorf("SES was asked %d times, want never", b.ses.asked)
			}
			b.holds(t, 0, 0)
		})
	}
}

func capOfZero(p *policy.Policy) { p.Frequency.Caps[0].Max = 0 }
func noOffer(p *policy.Policy)   { _ = p.Offers[0].When.UnmarshalText([]byte("customer.orders >= 100")) }

func holdout(p *policy.Policy) {
	for n := range p.Campaigns {
		p.Campaigns[n].Holdout = 10_000
	}
}

func TestAnIntentThatIsNoneIsRefusedWithItsFaults(t *testing.T) {
	for name, c := range map[string]struct {
		body   string
		faults string
	}{
		"no JSON":       {"{", `[{"path":"","fault":"is not an intent: `},
		"empty":         {"{}", `[{"path":"/campaign","fault":"is missing"},{"path":"/version","fault":"is missing"},{"path":"/customer","fault":"is missing"},{"path":"/occasion","fault":"is missing"},{"path":"/not_after","fault":"is missing"}]`},
		"no version":    {strings.Replace(marshalled(t, anIntent("winter", ann, "slot-1")), `"version":1,`, "", 1), `[{"path":"/version","fault":"is missing"}]`},
		"an odd number": {`{"version":"one"}`, `[{"path":"","fault":"is not an intent: `},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if !b.deliverBody(t, t.Context(), c.body, "1") {
				t.Error("it was not acknowledged: it would come again for nothing")
			}
			letters, err := b.queues.Receive(t.Context(), "SendDeadLetters", 10, 0, nil)
			must(t, err)
			if len(letters) != 1 || letters[0].Body != c.body {
				t.Fatalf("the dead letters are %v, want the message as it came", letters)
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

// One bad message never fails its batch: see also shared/queue.
func TestNoRulesNothingIsAcknowledged(t *testing.T) {
	b := newBench(t)
	b.faults.Refuse("GetItem", 1, "InternalServerError")
	if b.deliver(t, anIntent("plain", ann, "slot-1"), "1") {
		t.Error("it was acknowledged though there were no rules to decide by")
	}
	if !b.deliver(t, anIntent("plain", ann, "slot-1"), "2") {
		t.Error("it was not acknowledged")
	}
	b.took(t, 1)
}

func TestAnEmptyShardIsNotTheEndOfABudget(t *testing.T) {
	// Four uses in two shards: whichever shard each send prefers, all four go.
	b := newBench(t, budget(4, 2), uncapped)
	for n := range 4 {
		b.deliver(t, anIntent("winter", ann, fmt.Sprint("slot-", n)), "1")
	}
	b.took(t, 4)
	for _, m := range b.ses.all() {
		if code, state := b.coupon(t, m); state != "issued" {
			t.Errorf("a message prints the code %q, whose coupon is %q, want issued", code, state)
		}
	}
	shards, err := b.store.Budget(t.Context(), "ten", 1)
	must(t, err)
	if shards[0] != 0 || shards[1] != 0 {
		t.Errorf("the shards have %v left, want none", shards)
	}
}

func TestASpentBudgetLeavesTheMessageOutOrTheCoupon(t *testing.T) {
	b := newBench(t, budget(1, 1), uncapped)
	b.deliver(t, anIntent("winter", ann, "slot-1"), "1")
	b.deliver(t, anIntent("winter", ann, "slot-2"), "1")
	b.deliver(t, anIntent("earned", ann, "slot-3"), "1")
	b.took(t, 2)
	for n, want := range []string{"issued", ""} {
		if _, state := b.coupon(t, b.ses.all()[n]); state != want {
			t.Errorf("message %d has a coupon that is %q, want %q", n+1, state, want)
		}
	}
	if d := b.is(t, anIntent("winter", ann, "slot-2"), claim.Accepted); d.Coupon != nil {
		t.Error("the second send carries a coupon that nothing pays for")
	}
	if d := b.is(t, anIntent("earned", ann, "slot-3"), claim.Suppressed); d.Reason.Code != "no-offer" {
		t.Errorf("the reason is %q, want no-offer", d.Reason.Code)
	}
	b.holds(t, 2, 1)
}

// Ten coupons for twenty messages at one time.
func TestABudgetIsNeverOverdrawn(t *testing.T) {
	b := newBench(t, budget(10, 4), uncapped)
	together(5, func(worker int) {
		for n := range 4 {
			i := anIntent("winter", ann, fmt.Sprint("slot-", worker, "-", n))
			for nth := 1; nth <= 20 && !b.deliver(t, i, fmt.Sprint(nth)); nth++ { // the others are often in the way
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
		t.Errorf("%d messages carry a coupon, want 10", len(funded))
	}
	if left := b.left(t); left != 0 {
		t.Errorf("the budget has %d left, want none", left)
	}
}

func budget(uses, shards int) func(*policy.Policy) {
	return func(p *policy.Policy) { p.Offers[0].Budget.Uses, p.Offers[0].Budget.Shards = uses, shards }
}

func uncapped(p *policy.Policy) { p.Frequency.Caps = nil }

func marshalled(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}
