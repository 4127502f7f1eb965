package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"regulars/shared/claim"
	"regulars/shared/frequency"
	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// effects are the effects of each SES event on a send in SENDING and on its
// contact.
var effects = map[string]struct {
	state      claim.State
	suppressed string
	optsOut    bool
}{
	"sent":              {state: claim.Accepted},
	"delivered":         {state: claim.Delivered},
	"delayed":           {state: claim.Accepted},
	"bounced-transient": {state: claim.Bounced},
	"rejected":          {state: claim.Bounced},
	"bounced-permanent": {state: claim.Bounced, suppressed: "bounce"},
	"complaint":         {state: claim.Complained, suppressed: "complaint", optsOut: true},
}

func TestEffectOfEachSESEvent(t *testing.T) {
	for name, want := range effects {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.claimed(t, sendID, shop.ClassPromotion, 1, 0)
			must(t, b.store.UpdateContact(t.Context(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
				return c.WithConsent(shop.TopicPromotions, true, noon), true
			}))
			for range 2 { // SES delivers events at least once
				if !b.receive(t, sample(t, name)) {
					t.Error("the event was not acknowledged")
				}
			}
			d := b.is(t, sendID, want.state)
			if d.SESID == "" {
				t.Error("the send has no SES ID")
			}
			c, _, err := b.store.Contact(t.Context(), ann)
			must(t, err)
			stopped := c.SuppressedFor(address)
			if got := stopped != nil; got != (want.suppressed != "") || got && stopped.Reason != want.suppressed {
				t.Errorf("the address is suppressed: %+v, want %q", stopped, want.suppressed)
			}
			if c.SuppressedFor("ann@another.example.com") != nil {
				t.Error("another address of the customer is suppressed too")
			}
			if c.Consents[shop.TopicPromotions].Given == want.optsOut {
				t.Errorf("the consent is %+v, want it withdrawn: %t", c.Consents, want.optsOut)
			}
			if len(c.Ledger) != 1 {
				t.Errorf("the ledger has %d entries, want one: an accepted message counts", len(c.Ledger))
			}
			if n := len(b.receiveAll(t, "SettleDeadLetters")); n != 0 {
				t.Errorf("%d dead letters, want none", n)
			}
		})
	}
}

// Events arrive twice, late, and in any order. From every state, they only
// raise the send, up to the highest of their states.
func TestEventsInAnyOrderOnlyRaise(t *testing.T) {
	b := newBench(t)
	events := map[string]string{}
	for name := range effects {
		events[name] = sample(t, name)
	}
	names := slices.Sorted(maps.Keys(events))
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		id := shop.SendID(fmt.Sprint("send-", n))
		d := b.claimed(t, id, shop.ClassService, 1, 0)
		start := rapid.SampledFrom([]claim.State{claim.Sending, claim.Lost, claim.Queued, claim.Refused}).Draw(rt, "start")
		why := claim.Reason{Code: "unknown"}
		switch start {
		case claim.Lost:
			must(t, b.store.Lose(t.Context(), d, why, noon))
		case claim.Queued:
			must(t, b.store.Wait(t.Context(), d, why, noon, noon))
		case claim.Refused:
			must(t, b.store.Refuse(t.Context(), d, claim.Refused, why, noon))
		}
		want := start
		for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 1, 6).Draw(rt, "events") {
			before, err := b.store.Send(t.Context(), ann, id)
			must(t, err)
			if !b.receive(t, of(events[name], id)) {
				rt.Fatalf("%s was not acknowledged", name)
			}
			want = higher(want, effects[name].state)
			after, err := b.store.Send(t.Context(), ann, id)
			must(t, err)
			if after.State != want {
				rt.Fatalf("%s made %s of %s, want %s", name, after.State, before.State, want)
			}
			if after.State.Sent() && (after.ReservationKept || !after.Wake.IsZero() || after.Reason.Code != "") {
				rt.Fatalf("an accepted send still waits: %+v", after)
			}
		}
	})
}

// higher is an independent implementation of the rule: REFUSED does not change;
// otherwise the higher state wins.
func higher(now, event claim.State) claim.State {
	line := []claim.State{claim.Accepted, claim.Delivered, claim.Bounced, claim.Complained}
	if now == claim.Refused || slices.Index(line, event) <= slices.Index(line, now) {
		return now
	}
	return event
}

// The send of an erased customer is deleted, but the address must be
// suppressed.
func TestEventOfAnUnknownSendStillSuppressesTheAddress(t *testing.T) {
	b := newBench(t)
	if !b.receive(t, sample(t, "complaint")) {
		t.Error("the event was not acknowledged")
	}
	c, _, err := b.store.Contact(t.Context(), ann)
	must(t, err)
	if c.SuppressedFor(address) == nil {
		t.Error("the address is not suppressed")
	}
}

func TestComplaintWithoutATimeIsAnOptOutOfNow(t *testing.T) {
	b := newBench(t)
	must(t, b.store.UpdateContact(t.Context(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
		return c.WithConsent(shop.TopicPromotions, true, noon), true
	}))
	b.receive(t, strings.ReplaceAll(sample(t, "complaint"), `"timestamp": "2026-11-22T13:30:00.000Z",`, ""))
	c, _, err := b.store.Contact(t.Context(), ann)
	must(t, err)
	if c.Consents[shop.TopicPromotions].Given {
		t.Error("the consent is still given")
	}
}

func TestEventThatIsNotAboutOurMessagesIsRefused(t *testing.T) {
	complaint := sample(t, "complaint")
	for name, c := range map[string]struct{ event, path string }{
		"no JSON":                {"<xml/>", ""},
		"an unknown type":        {strings.Replace(complaint, "Email Complaint Received", "Email Opened", 1), "/detail-type"},
		"no send":                {strings.Replace(complaint, `"send_id"`, `"another"`, 1), "/detail/mail/tags"},
		"no customer":            {strings.Replace(complaint, `"customer"`, `"another"`, 1), "/detail/mail/tags"},
		"a customer not encoded": {strings.Replace(complaint, `"YW5u"`, `"c:1001"`, 1), "/detail/mail/tags"},
		"no address":             {strings.Replace(complaint, `"Ann@Example.com"`, ``, 1), "/detail/mail/destination"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.claimed(t, sendID, shop.ClassPromotion, 1, 0)
			if !b.receive(t, c.event) {
				t.Error("the event was not acknowledged: it would be delivered again without effect")
			}
			messages := b.receiveAll(t, "SettleDeadLetters")
			if len(messages) != 1 || messages[0].Body != c.event {
				t.Fatalf("%d dead letters, want the unchanged event", len(messages))
			}
			var faults []inputfault.Fault
			must(t, json.Unmarshal([]byte(*messages[0].Attributes["Faults"].StringValue), &faults))
			if len(faults) == 0 || faults[0].Path != c.path || faults[0].Fault == "" {
				t.Errorf("the faults are %+v, want one at %q", faults, c.path)
			}
			b.is(t, sendID, claim.Sending)
		})
	}
}

func TestEventThatCannotBeStoredIsDeliveredAgain(t *testing.T) {
	for name, operation := range map[string]string{"the contact": "TransactWriteItems", "the send": "UpdateItem"} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.claimed(t, sendID, shop.ClassPromotion, 1, 0)
			b.faults.Refuse(operation, 1, "InternalServerError")
			if b.receive(t, sample(t, "complaint")) {
				t.Error("the event was acknowledged although it is not stored")
			}
			if !b.receive(t, sample(t, "complaint")) {
				t.Error("the event was not acknowledged")
			}
			b.is(t, sendID, claim.Complained)
		})
	}
}
