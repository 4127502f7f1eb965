package dispatch_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/message"
	"regulars/shared/sendrate"
	"regulars/shared/ses"
	"regulars/shared/shop"
)

var (
	night   = time.Date(2026, 11, 22, 22, 0, 0, 0, time.UTC)
	morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	ten     = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
)

// What waited for the morning goes by rank, whoever comes first.
func TestTheBestOfWhatWaitsGoes(t *testing.T) {
	worse, better := wish("b1", "o-1", morning.Add(40*time.Hour)), wish("a2", "o-2", morning.Add(5*time.Hour))
	for name, order := range map[string][]campaign.Intent{
		"the better is delivered first": {better, worse},
		"the worse is delivered first":  {worse, better},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, aPolicy())
			h.now = night
			h.take(worse)
			h.take(better)
			h.is(better, claim.Queued, "quiet-hours")
			if got := h.waits(); got != "a2 b1" {
				t.Errorf("%q wait by the list, want both", got)
			}
			if woken := h.at(morning); len(woken) != 2 {
				t.Fatalf("%d were woken, want both", len(woken))
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
				t.Errorf("the worse wakes at %s, want %s: it waits for the cap", d.Wake, want)
			}
			if got := h.waits(); got != "b1" {
				t.Errorf("%q wait by the list, want the worse alone", got)
			}
			if got := h.send(better).Intent; got != better {
				t.Errorf("the intent that went first is %+v, want it whole: %+v", got, better)
			}
			if len(h.at(morning.AddDate(0, 0, 1))) != 1 {
				t.Error("the worse was not woken the next day")
			}
			h.take(worse)
			h.is(worse, claim.Accepted, "")
			if got := h.waits(); got != "" {
				t.Errorf("%q wait by the list, want nobody", got)
			}
		})
	}
}

// A better one whose slot was due is expected, though nothing of it is stored.
func TestWhatIsExpectedIsGivenWay(t *testing.T) {
	h := newHouse(t, aPolicy())
	mine, expected := wish("a2", "o-1", ten.Add(40*time.Hour)), slot("x3", ten)
	h.now = ten.Add(10 * time.Second)
	h.take(mine)
	if d := h.is(mine, claim.Queued, "outranked:x3"); !d.Wake.Equal(h.now.Add(2*time.Minute)) || !strings.Contains(d.Reason.Text, "x3") {
		t.Errorf("it wakes at %s because %q, want two minutes later, because of x3", d.Wake, d.Reason.Text)
	}
	h.at(ten.Add(time.Minute))
	h.take(expected)
	h.is(expected, claim.Accepted, "")
	if woken := h.at(ten.Add(3 * time.Minute)); len(woken) != 1 {
		t.Fatalf("%d were woken, want the one that gave way", len(woken))
	}
	h.take(mine)
	h.is(mine, claim.Queued, "cap:day")
}

// Nobody waits for a ghost.
func TestWhoDoesNotComeIsNotWaitedFor(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*house)
		at      time.Duration // after the slot
	}{
		"it never comes": {func(*house) {}, 15 * time.Minute},
		"it has ended": {func(h *house) {
			d := claim.Send{Intent: slot("x3", ten), State: claim.Suppressed, Changed: h.now}
			d.ID = d.Intent.SendID("test")
			h.must(h.store.End(context.Background(), d))
		}, time.Minute},
		"it is on the list, and has ended": {func(h *house) {
			h.now = night
			h.take(wish("a2", "o-9", ten.Add(time.Hour)))
			d := h.is(wish("a2", "o-9", ten.Add(time.Hour)), claim.Queued, "quiet-hours")
			d.State, d.Wake = claim.Expired, time.Time{}
			h.must(h.store.End(context.Background(), d))
		}, 15 * time.Minute},
		"it is on the list, and nothing of it is stored": {func(h *house) {
			h.must(h.store.UpdateContact(context.Background(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
				return c.WithWaiting(frequency.Waiting{Campaign: "a2", Version: 1, Occasion: "o-9", Order: "o-9", NotAfter: ten.Add(time.Hour)}, ten)
			}))
		}, 15 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, aPolicy())
			h.now = ten
			c.prepare(h)
			h.now = ten.Add(c.at)
			mine := wish("b1", "o-1", ten.Add(20*time.Hour))
			h.take(mine)
			h.is(mine, claim.Accepted, "")
			if got := h.waits(); got != "" {
				t.Errorf("%q wait by the list, want nobody: ghosts are struck off", got)
			}
		})
	}
}

// A better one that cannot go, for whatever reason, is in nobody's way.
func TestABetterOneThatFailsStopsNobody(t *testing.T) {
	h := newHouse(t, aPolicy())
	h.now = night
	worse, better := wish("b1", "o-1", morning.Add(40*time.Hour)), wish("a2", "o-2", morning.Add(40*time.Hour))
	h.take(worse)
	h.take(better)
	h.at(morning)
	h.policy.Messages.Messages["a2"] = h.policy.Messages.Messages["none"] // tampered with: it cannot be written
	h.take(worse)
	h.is(worse, claim.Accepted, "")
	h.is(better, claim.Queued, "quiet-hours")
}

func TestABetterOneThatSESPutsOffKeepsThePlace(t *testing.T) {
	h := newHouse(t, aPolicy())
	h.now = night
	worse, better := wish("b1", "o-1", morning.Add(40*time.Hour)), wish("a2", "o-2", morning.Add(40*time.Hour))
	h.take(worse)
	h.take(better)
	h.at(morning)
	h.asked = func(message.Mail) error { return &ses.Wait{Code: "TooManyRequestsException"} }
	h.take(worse)
	if d := h.is(better, claim.Queued, "ses:TooManyRequestsException"); !d.ReservationKept {
		t.Error("the better one does not keep its slot")
	}
	h.is(worse, claim.Queued, "outranked:a2")
	h.take(worse) // again, and nobody is asked a second time for it
	h.is(worse, claim.Queued, "cap:day")
}

// A service message that obeys no caps gives way to nobody, and costs no read.
func TestWhatObeysNothingGivesWayToNobody(t *testing.T) {
	h := newHouse(t, aPolicy())
	h.now = night
	h.take(wish("a2", "o-2", morning.Add(40*time.Hour)))
	h.take(wish("sorry", "o-1", morning))
	h.is(wish("sorry", "o-1", morning), claim.Accepted, "")
	if got := h.waits(); got != "a2" {
		t.Errorf("%q wait by the list, want the promotion", got)
	}
}

func TestWhoGaveWayTooLongEndsOutranked(t *testing.T) {
	h := newHouse(t, aPolicy())
	h.now = ten.Add(time.Minute)
	mine := wish("a2", "o-1", ten.Add(4*time.Minute))
	h.take(mine)
	h.is(mine, claim.Queued, "outranked:x3")
	h.at(ten.Add(3 * time.Minute))
	h.take(mine)
	h.is(mine, claim.Outranked, "outranked:x3")
	if got := h.waits(); got != "" {
		t.Errorf("%q wait by the list, want nobody", got)
	}
}

// The list is a hint: where it cannot be written, all goes its way.
func TestWithoutTheListAllGoesItsWay(t *testing.T) {
	h := newHouse(t, aPolicy())
	h.Reader.Customers = forgetful{h.store}
	h.now = night
	worse, better := wish("b1", "o-1", morning.Add(40*time.Hour)), wish("a2", "o-2", morning.Add(40*time.Hour))
	h.take(worse)
	h.take(better)
	h.at(morning)
	h.take(worse)
	h.take(better)
	h.is(worse, claim.Accepted, "")
	h.is(better, claim.Queued, "cap:day")
}

type forgetful struct{ *dynamo.Store }

func (forgetful) UpdateContact(context.Context, shop.CustomerID, func(frequency.Contact) (frequency.Contact, bool)) error {
	return errors.New("not today")
}

// Two orders in the quiet hours, one thanks in the morning.
func TestTwoThanksBecomeOne(t *testing.T) {
	h := newHouse(t, aPolicy())
	h.now = night
	first, second := wish("thanks", "o-1", morning.Add(40*time.Hour)), wish("thanks", "o-2", morning.Add(41*time.Hour))
	h.take(first)
	h.take(second)
	h.at(morning)
	h.take(first)
	h.take(second)
	speaker := h.is(first, claim.Accepted, "")
	silent := h.is(second, claim.Outranked, "merged")
	if len(h.sent) != 1 || !strings.Contains(h.sent[0].Text, "also for o-2") {
		t.Errorf("SES took %d messages, want one that names both orders: %v", len(h.sent), h.sent)
	}
	if len(speaker.Also) != 1 || speaker.Also[0] != "o-2" || !strings.Contains(string(speaker.Explained), `"also":["o-2"]`) {
		t.Errorf("the speaker's record is %+v, want it to name o-2", speaker)
	}
	if !strings.Contains(silent.Reason.Text, string(speaker.ID)) || silent.Intent != second {
		t.Errorf("the other's record is %+v, want it to say who speaks for it", silent)
	}
	if got := h.waits(); got != "" {
		t.Errorf("%q wait by the list, want nobody", got)
	}
	if woken := h.at(morning.Add(time.Hour)); len(woken) != 0 {
		t.Errorf("%d were woken an hour later, want none", len(woken))
	}
}

// What keeps a slot of its own, or a coupon, is never merged; and what one
// attempt said for another order, the next says too.
func TestWhatSESPutsOffStillSpeaksForBoth(t *testing.T) {
	h := newHouse(t, aPolicy())
	h.now = night
	first, second, third := wish("thanks", "o-1", morning.Add(40*time.Hour)), wish("thanks", "o-2", morning.Add(41*time.Hour)), wish("thanks", "o-3", morning.Add(42*time.Hour))
	h.take(first)
	h.take(second)
	h.at(morning)
	h.asked = func(message.Mail) error { return &ses.Wait{Code: "TooManyRequestsException"} }
	h.take(first)
	if d := h.is(first, claim.Queued, "ses:TooManyRequestsException"); !d.ReservationKept {
		t.Fatal("the speaker does not keep its slot")
	}
	h.is(second, claim.Outranked, "merged")
	h.asked = nil
	h.must(h.store.UpdateContact(context.Background(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
		return c.WithWaiting(decide.Hint(first), h.now) // a hint that came late
	}))
	h.take(third) // comes by itself: the first, whose slot is kept, is not merged into it
	h.is(third, claim.Accepted, "")
	h.at(morning.Add(time.Minute))
	h.take(first)
	h.is(first, claim.Accepted, "")
	if len(h.sent) != 2 || strings.Contains(h.sent[0].Text, "also") || !strings.Contains(h.sent[1].Text, "also for o-2") {
		t.Errorf("SES took %v, want the third by itself, and then one for the first two", h.sent)
	}
}

// Between the look at it and the claim, the other went by itself.
func TestWhatWentMeanwhileIsNotMerged(t *testing.T) {
	h := newHouse(t, aPolicy())
	h.now = night
	first, second := wish("thanks", "o-1", morning.Add(40*time.Hour)), wish("thanks", "o-2", morning.Add(41*time.Hour))
	h.take(first)
	h.take(second)
	h.at(morning)
	h.Claims = &meanwhile{Store: h.store, do: func() {
		d := h.send(second)
		d.State, d.Wake = claim.Capped, time.Time{}
		h.must(h.store.End(context.Background(), d))
	}}
	h.take(first)
	h.is(first, claim.Accepted, "")
	h.is(second, claim.Capped, "quiet-hours")
	if len(h.sent) != 1 || strings.Contains(h.sent[0].Text, "also") {
		t.Errorf("SES took %v, want one message, for the first order alone", h.sent)
	}
}

// meanwhile does something just before the first claim.
type meanwhile struct {
	*dynamo.Store
	do func()
}

func (m *meanwhile) Claim(ctx context.Context, c claim.Claim) error {
	if m.do != nil {
		m.do()
		m.do = nil
	}
	return m.Store.Claim(ctx, c)
}

// Whatever merged it, a message that has to wait for the account's rate speaks
// for nobody yet; and when its turn has come, for all.
func TestWhatWaitsForItsTurnSpeaksForNobodyYet(t *testing.T) {
	h := newHouse(t, aPolicy())
	h.now = night
	first, second := wish("thanks", "o-1", morning.Add(40*time.Hour)), wish("thanks", "o-2", morning.Add(41*time.Hour))
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
		t.Errorf("it waits, and speaks for %v already", d.Also)
	}
	h.is(second, claim.Queued, "quiet-hours")
	h.Pace = nil
	h.take(second)
	h.is(second, claim.Accepted, "")
	h.is(first, claim.Outranked, "merged")
}
