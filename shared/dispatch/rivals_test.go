package dispatch_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/sendrate"
	"regulars/shared/ses"
	"regulars/shared/shop"
)

var (
	night   = time.Date(2026, 11, 22, 22, 0, 0, 0, time.UTC)
	morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	ten     = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
)

// Intents that waited for the morning are sent by rank, in every order of
// delivery.
func TestBestWaitingMessageIsSentFirst(t *testing.T) {
	worse, better := ofOrder("b1", "o-1", morning.Add(40*time.Hour)), ofOrder("a2", "o-2", morning.Add(5*time.Hour))
	for name, order := range map[string][]campaign.Intent{
		"the better is delivered first": {better, worse},
		"the worse is delivered first":  {worse, better},
	} {
		t.Run(name, func(t *testing.T) {
			h := newBench(t, aPolicy())
			h.now = night
			h.take(worse)
			h.take(better)
			h.is(better, claim.Queued, "quiet-hours")
			if got := h.waits(); got != "a2 b1" {
				t.Errorf("the waiting list is %q, want both", got)
			}
			if woken := h.at(morning); len(woken) != 2 {
				t.Fatalf("%d intents were woken, want both", len(woken))
			}
			for _, i := range order {
				h.take(i)
			}
			h.is(better, claim.Accepted, "")
			code := "cap:day"
			if order[0] == worse {
				code = "outranked:a2"
			}
			d := h.is(worse, claim.Queued, code)
			if want := morning.AddDate(0, 0, 1); !d.Wake.Equal(want) {
				t.Errorf("the worse send wakes at %s, want %s: it waits for the cap", d.Wake, want)
			}
			if got := h.waits(); got != "b1" {
				t.Errorf("the waiting list is %q, want the worse alone", got)
			}
			if got := h.send(better).Intent; got != better {
				t.Errorf("the stored intent of the better send is %+v, want %+v", got, better)
			}
			if len(h.at(morning.AddDate(0, 0, 1))) != 1 {
				t.Error("the worse send was not woken the next day")
			}
			h.take(worse)
			h.is(worse, claim.Accepted, "")
			if got := h.waits(); got != "" {
				t.Errorf("the waiting list is %q, want none", got)
			}
		})
	}
}

// A better intent whose run was due is expected, although it has no record yet.
func TestMessageWaitsForAnExpectedBetterOne(t *testing.T) {
	h := newBench(t, aPolicy())
	mine, expected := ofOrder("a2", "o-1", ten.Add(40*time.Hour)), ofRun("x3", ten)
	h.now = ten.Add(10 * time.Second)
	h.take(mine)
	if d := h.is(mine, claim.Queued, "outranked:x3"); !d.Wake.Equal(h.now.Add(2*time.Minute)) || !strings.Contains(d.Reason.Text, "x3") {
		t.Errorf("the send wakes at %s because %q, want two minutes later, because of x3", d.Wake, d.Reason.Text)
	}
	h.at(ten.Add(time.Minute))
	h.take(expected)
	h.is(expected, claim.Accepted, "")
	if woken := h.at(ten.Add(3 * time.Minute)); len(woken) != 1 {
		t.Fatalf("%d intents were woken, want the one that gave way", len(woken))
	}
	h.take(mine)
	h.is(mine, claim.Queued, "cap:day")
}

// A held-out customer is held out at the first decision that gets to the holdout. A
// mailed one must count from that decision too, also if a later decision stops before
// the holdout: else customers with better messages would be missing among the mailed.
func TestACustomerCountsFromTheFirstDecisionThatGotToTheHoldout(t *testing.T) {
	h := newBench(t, aPolicy())
	mine, expected := ofOrder("a2", "o-1", ten.Add(40*time.Hour)), ofRun("x3", ten)
	gaveWay := ten.Add(10 * time.Second)
	h.now = gaveWay
	h.take(mine)
	h.at(ten.Add(time.Minute))
	h.take(expected)
	h.at(ten.Add(3 * time.Minute))
	h.take(mine)
	if d := h.is(mine, claim.Queued, "cap:day"); !d.Assigned.Equal(gaveWay) {
		t.Errorf("Assigned = %s after the wait, want %s", d.Assigned, gaveWay)
	}
	h.at(morning.AddDate(0, 0, 1))
	h.take(mine)
	if d := h.is(mine, claim.Accepted, ""); !d.Assigned.Equal(gaveWay) {
		t.Errorf("Assigned = %s once it is sent, want %s", d.Assigned, gaveWay)
	}
	capped := ofOrder("a2", "o-2", h.now.Add(time.Hour))
	h.take(capped)
	if d := h.is(capped, claim.Capped, "cap:day"); !d.Assigned.IsZero() {
		t.Errorf("Assigned = %s although no decision got to the holdout, want none", d.Assigned)
	}
}

func TestRivalThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*bench)
		at      time.Duration // after the run
	}{
		"it is never planned": {func(*bench) {}, 15 * time.Minute},
		"it has ended": {func(h *bench) {
			d := claim.Send{Intent: ofRun("x3", ten), State: claim.Suppressed, Changed: h.now}
			d.ID = d.Intent.SendID("test")
			h.must(h.store.End(context.Background(), d))
		}, time.Minute},
		"it is on the waiting list and has ended": {func(h *bench) {
			h.now = night
			h.take(ofOrder("a2", "o-9", ten.Add(time.Hour)))
			d := h.is(ofOrder("a2", "o-9", ten.Add(time.Hour)), claim.Queued, "quiet-hours")
			d.State, d.Wake = claim.Expired, time.Time{}
			h.must(h.store.End(context.Background(), d))
		}, 15 * time.Minute},
		"it is on the waiting list and has no record": {func(h *bench) {
			h.must(h.store.UpdateContact(context.Background(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
				return c.WithWaiting(frequency.Waiting{Customer: ann, Campaign: "a2", Version: 1, Occasion: "o-9", Order: "o-9", NotAfter: ten.Add(time.Hour)}, ten)
			}))
		}, 15 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			h := newBench(t, aPolicy())
			h.now = ten
			c.prepare(h)
			h.now = ten.Add(c.at)
			mine := ofOrder("b1", "o-1", ten.Add(20*time.Hour))
			h.take(mine)
			h.is(mine, claim.Accepted, "")
			if got := h.waits(); got != "" {
				t.Errorf("the waiting list is %q, want none: intents without an open send are removed", got)
			}
		})
	}
}

func TestRivalThatFailsDoesNotStopTheMessage(t *testing.T) {
	h := newBench(t, aPolicy())
	h.now = night
	worse, better := ofOrder("b1", "o-1", morning.Add(40*time.Hour)), ofOrder("a2", "o-2", morning.Add(40*time.Hour))
	h.take(worse)
	h.take(better)
	h.at(morning)
	h.policy.Messages.Messages["a2"] = h.policy.Messages.Messages["none"] // a damaged policy: the message cannot be rendered
	h.take(worse)
	h.is(worse, claim.Accepted, "")
	h.is(better, claim.Queued, "quiet-hours")
}

func TestRivalThatSESPostponesKeepsItsReservation(t *testing.T) {
	h := newBench(t, aPolicy())
	h.now = night
	worse, better := ofOrder("b1", "o-1", morning.Add(40*time.Hour)), ofOrder("a2", "o-2", morning.Add(40*time.Hour))
	h.take(worse)
	h.take(better)
	h.at(morning)
	h.answer = func(content.Mail) error { return &ses.Wait{Code: "TooManyRequestsException"} }
	h.take(worse)
	if d := h.is(better, claim.Queued, "ses:TooManyRequestsException"); !d.ReservationKept {
		t.Error("the better send does not keep its reservation")
	}
	h.is(worse, claim.Queued, "outranked:a2")
	h.take(worse) // again; the better send is not taken a second time
	h.is(worse, claim.Queued, "cap:day")
}

func TestMessageThatObeysNoCapsHasNoRivals(t *testing.T) {
	h := newBench(t, aPolicy())
	h.now = night
	h.take(ofOrder("a2", "o-2", morning.Add(40*time.Hour)))
	h.take(ofOrder("sorry", "o-1", morning))
	h.is(ofOrder("sorry", "o-1", morning), claim.Accepted, "")
	if got := h.waits(); got != "a2" {
		t.Errorf("the waiting list is %q, want the promotion", got)
	}
}

func TestMessageThatCannotGiveWayLongerEndsOutranked(t *testing.T) {
	h := newBench(t, aPolicy())
	h.now = ten.Add(time.Minute)
	mine := ofOrder("a2", "o-1", ten.Add(4*time.Minute))
	h.take(mine)
	h.is(mine, claim.Queued, "outranked:x3")
	h.at(ten.Add(3 * time.Minute))
	h.take(mine)
	h.is(mine, claim.Outranked, "outranked:x3")
	if got := h.waits(); got != "" {
		t.Errorf("the waiting list is %q, want none", got)
	}
}

// The waiting list is a hint: sends end as usual if it cannot be written.
func TestSendsEndIfTheWaitingListCannotBeWritten(t *testing.T) {
	h := newBench(t, aPolicy())
	h.Reader.Customers = forgetful{h.store}
	h.now = night
	worse, better := ofOrder("b1", "o-1", morning.Add(40*time.Hour)), ofOrder("a2", "o-2", morning.Add(40*time.Hour))
	h.take(worse)
	h.take(better)
	h.at(morning)
	h.take(worse)
	h.take(better)
	h.is(worse, claim.Accepted, "")
	h.is(better, claim.Queued, "cap:day")
}

type forgetful struct{ *dynamo.Store }

func (forgetful) UpdateMailbox(context.Context, shop.Mailbox, func(frequency.Contact) (frequency.Contact, bool)) error {
	return errors.New("injected fault")
}

func (forgetful) UpdateContact(context.Context, shop.CustomerID, func(frequency.Contact) (frequency.Contact, bool)) error {
	return errors.New("injected fault")
}

// Two orders in the quiet hours cause one thank-you mail in the morning.
func TestTwoWaitingMessagesAreMerged(t *testing.T) {
	h := newBench(t, aPolicy())
	h.now = night
	first, second := ofOrder("thanks", "o-1", morning.Add(40*time.Hour)), ofOrder("thanks", "o-2", morning.Add(41*time.Hour))
	h.take(first)
	h.take(second)
	h.at(morning)
	h.take(first)
	h.take(second)
	speaker := h.is(first, claim.Accepted, "")
	silent := h.is(second, claim.Outranked, "merged")
	if len(h.sent) != 1 || !strings.Contains(h.sent[0].Text, "also for o-2") {
		t.Errorf("SES accepted %d messages, want one that names both orders: %v", len(h.sent), h.sent)
	}
	if len(speaker.Also) != 1 || speaker.Also[0] != "o-2" || !strings.Contains(string(speaker.Explained), `"also":["o-2"]`) {
		t.Errorf("the speaker's record is %+v, want it to name o-2", speaker)
	}
	if !strings.Contains(silent.Reason.Text, string(speaker.ID)) || silent.Intent != second {
		t.Errorf("the other's record is %+v, want it to name the send that speaks for it", silent)
	}
	if got := h.waits(); got != "" {
		t.Errorf("the waiting list is %q, want none", got)
	}
	if woken := h.at(morning.Add(time.Hour)); len(woken) != 0 {
		t.Errorf("%d intents were woken an hour later, want none", len(woken))
	}
}

// A send with its own reservation or coupon is never merged. A second attempt
// names the same merged orders as the first.
func TestPostponedMessageStillSpeaksForBothOrders(t *testing.T) {
	h := newBench(t, aPolicy())
	h.now = night
	first, second, third := ofOrder("thanks", "o-1", morning.Add(40*time.Hour)), ofOrder("thanks", "o-2", morning.Add(41*time.Hour)), ofOrder("thanks", "o-3", morning.Add(42*time.Hour))
	h.take(first)
	h.take(second)
	h.at(morning)
	h.answer = func(content.Mail) error { return &ses.Wait{Code: "TooManyRequestsException"} }
	h.take(first)
	if d := h.is(first, claim.Queued, "ses:TooManyRequestsException"); !d.ReservationKept {
		t.Fatal("the speaker does not keep its reservation")
	}
	h.is(second, claim.Outranked, "merged")
	h.answer = nil
	h.must(h.store.UpdateContact(context.Background(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
		return c.WithWaiting(decide.Hint(first), h.now) // a late hint
	}))
	h.take(third) // sent alone: the first, whose reservation is kept, is not merged into it
	h.is(third, claim.Accepted, "")
	h.at(morning.Add(time.Minute))
	h.take(first)
	h.is(first, claim.Accepted, "")
	if len(h.sent) != 2 || strings.Contains(h.sent[0].Text, "also") || !strings.Contains(h.sent[1].Text, "also for o-2") {
		t.Errorf("SES accepted %v, want the third alone, and then one for the first two", h.sent)
	}
}

// The other send ends after its record was read and before the claim.
func TestSendChangedBeforeTheClaimIsNotMerged(t *testing.T) {
	h := newBench(t, aPolicy())
	h.now = night
	first, second := ofOrder("thanks", "o-1", morning.Add(40*time.Hour)), ofOrder("thanks", "o-2", morning.Add(41*time.Hour))
	h.take(first)
	h.take(second)
	h.at(morning)
	h.Claims = &beforeClaim{Store: h.store, do: func() {
		d := h.send(second)
		d.State, d.Wake = claim.Capped, time.Time{}
		h.must(h.store.End(context.Background(), d))
	}}
	h.take(first)
	h.is(first, claim.Accepted, "")
	h.is(second, claim.Capped, "quiet-hours")
	if len(h.sent) != 1 || strings.Contains(h.sent[0].Text, "also") {
		t.Errorf("SES accepted %v, want one message, for the first order alone", h.sent)
	}
}

// beforeClaim calls do just before the first claim.
type beforeClaim struct {
	*dynamo.Store
	do func()
}

func (m *beforeClaim) Claim(ctx context.Context, c claim.Claim) error {
	if m.do != nil {
		m.do()
		m.do = nil
	}
	return m.Store.Claim(ctx, c)
}

// A message that has no permit yet does not end the sends that it would merge.
// They are merged once it has one.
func TestMessageWithoutAPermitMergesNothingYet(t *testing.T) {
	h := newBench(t, aPolicy())
	h.now = night
	first, second := ofOrder("thanks", "o-1", morning.Add(40*time.Hour)), ofOrder("thanks", "o-2", morning.Add(41*time.Hour))
	h.take(first)
	h.take(second)
	h.at(morning)
	quota := func(context.Context) (sendrate.Quota, error) {
		return sendrate.Quota{PerSecond: 10, PerDay: 100, At: h.now}, nil
	}
	h.Pace = &sendrate.Pacer{Store: h.store, Quota: quota, Now: h.Now, By: h.Owner}
	h.must(h.Pace.UsedUp(context.Background()))
	h.take(first)
	if d := h.is(first, claim.Queued, "quota:day"); len(d.Also) != 0 {
		t.Errorf("the send waits, but speaks for %v already", d.Also)
	}
	h.is(second, claim.Queued, "quiet-hours")
	h.Pace = nil
	h.take(second)
	h.is(second, claim.Accepted, "")
	h.is(first, claim.Outranked, "merged")
}
