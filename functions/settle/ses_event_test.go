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
	"regulars/shared/fault"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// told says what each event of SES makes of a send that SES was just asked for,
// and of its customer.
var told = map[string]struct {
	state      claim.State
	suppressed string
	saysNo     bool
}{
	"sent":              {state: claim.Accepted},
	"delivered":         {state: claim.Delivered},
	"delayed":           {state: claim.Sending},
	"bounced-transient": {state: claim.Bounced},
	"rejected":          {state: claim.Bounced},
	"bounced-permanent": {state: claim.Bounced, suppressed: "bounce"},
	"complaint":         {state: claim.Complained, suppressed: "complaint", saysNo: true},
}

func TestEveryEventOfSES(t *testing.T) {
	for name, want := range told {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.claimed(t, sendID, shop.ClassPromotion, 1, 0)
			must(t, b.store.UpdateContact(t.Context(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
				return c.WithConsent(shop.TopicPromotions, true, noon), true
			}))
			for range 2 { // SES tells at least once
				if !b.told(t, sample(t, name)) {
					t.Error("it was not acknowledged")
				}
			}
			d := b.is(t, sendID, want.state)
			if want.state != claim.Sending && d.SESID == "" {
				t.Error("the send does not know SES's ID")
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
			if c.Consents[shop.TopicPromotions].Given == want.saysNo {
				t.Errorf("the consent is %+v, want it withdrawn: %t", c.Consents, want.saysNo)
			}
			if len(c.Ledger) != 1 {
				t.Errorf("the ledger has %d entries, want the one: what SES took counts", len(c.Ledger))
			}
			if n := len(b.letters(t, "SettleDeadLetters")); n != 0 {
				t.Errorf("%d dead letters, want none", n)
			}
		})
	}
}

// Events come twice, late, and in any order: the send only rises, and ends where
// the highest of them says, from whatever state it is in.
func TestEventsInAnyOrderOnlyRaise(t *testing.T) {
	b := newBench(t)
	events := map[string]string{}
	for name := range told {
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
			if !b.told(t, of(events[name], id)) {
				rt.Fatalf("%s was not acknowledged", name)
			}
			want = higher(want, told[name].state)
			after, err := b.store.Send(t.Context(), ann, id)
			must(t, err)
			if after.State != want {
				rt.Fatalf("%s made %s of %s, want %s", name, after.State, before.State, want)
			}
			if after.State.Sent() && (after.ReservationKept || !after.Wake.IsZero() || after.Reason.Code != "") {
				rt.Fatalf("what went still waits: %+v", after)
			}
		}
	})
}

// higher is the rule in its own words: what SES refused for certain stays so;
// otherwise the later station counts.
func higher(now, told claim.State) claim.State {
	line := []claim.State{claim.Accepted, claim.Delivered, claim.Bounced, claim.Complained}
	if now == claim.Refused || slices.Index(line, told) <= slices.Index(line, now) {
		return now
	}
	return told
}

// The send of an erased customer is gone; the address must not be written to all
// the same.
func TestAnEventOfAnUnknownSendStillSuppresses(t *testing.T) {
	b := newBench(t)
	if !b.told(t, sample(t, "complaint")) {
		t.Error("it was not acknowledged")
	}
	c, _, err := b.store.Contact(t.Context(), ann)
	must(t, err)
	if c.SuppressedFor(address) == nil {
		t.Error("the address is not suppressed")
	}
}

// A complaint that does not say when is a "no" of now.
func TestAComplaintWithoutItsTimeCounts(t *testing.T) {
	b := newBench(t)
	must(t, b.store.UpdateContact(t.Context(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
		return c.WithConsent(shop.TopicPromotions, true, noon), true
	}))
	b.told(t, strings.ReplaceAll(sample(t, "complaint"), `"timestamp": "2026-11-22T13:30:00.000Z",`, ""))
	c, _, err := b.store.Contact(t.Context(), ann)
	must(t, err)
	if c.Consents[shop.TopicPromotions].Given {
		t.Error("the consent still stands")
	}
}

func TestWhatIsNoEventOfOursIsRefused(t *testing.T) {
	complaint := sample(t, "complaint")
	for name, c := range map[string]struct{ event, path string }{
		"no JSON":             {"<xml/>", ""},
		"an unknown type":     {strings.Replace(complaint, "Email Complaint Received", "Email Opened", 1), "/detail-type"},
		"no send":             {strings.Replace(complaint, `"send_id"`, `"another"`, 1), "/detail/mail/tags"},
		"no customer":         {strings.Replace(complaint, `"customer"`, `"another"`, 1), "/detail/mail/tags"},
		"a customer in plain": {strings.Replace(complaint, `"YW5u"`, `"c:1001"`, 1), "/detail/mail/tags"},
		"nobody to suppress":  {strings.Replace(complaint, `"Ann@Example.com"`, ``, 1), "/detail/mail/destination"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.claimed(t, sendID, shop.ClassPromotion, 1, 0)
			if !b.told(t, c.event) {
				t.Error("it was not acknowledged: it would come again for nothing")
			}
			letters := b.letters(t, "SettleDeadLetters")
			if len(letters) != 1 || letters[0].Body != c.event {
				t.Fatalf("%d dead letters, want the event as it came", len(letters))
			}
			var faults []fault.Fault
			must(t, json.Unmarshal([]byte(*letters[0].Attributes["Faults"].StringValue), &faults))
			if len(faults) == 0 || faults[0].Path != c.path || faults[0].Fault == "" {
				t.Errorf("the faults are %+v, want one at %q", faults, c.path)
			}
			b.is(t, sendID, claim.Sending)
		})
	}
}

func TestAnEventThatCannotBeStoredComesAgain(t *testing.T) {
	for name, operation := range map[string]string{"the contact": "PutItem", "the send": "UpdateItem"} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.claimed(t, sendID, shop.ClassPromotion, 1, 0)
			b.faults.Refuse(operation, 1, "InternalServerError")
			if b.told(t, sample(t, "complaint")) {
				t.Error("it was acknowledged though it is not stored")
			}
			if !b.told(t, sample(t, "complaint")) {
				t.Error("it was not acknowledged")
			}
			b.is(t, sendID, claim.Complained)
		})
	}
}
