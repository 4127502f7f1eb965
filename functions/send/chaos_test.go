package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// With random failures: every intent ends once, no customer gets a promotion
// twice or more than the cap allows, and every reservation and coupon belongs
// to a message that was sent or may have been sent.
func TestRandomFailuresLoseAndDuplicateNothing(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := newStorm(t, seed)
			for range 120 {
				w.step(t)
			}
			w.calm(t)
			w.check(t)
		})
	}
}

const stormUses = 8

// storm is a queue of intents, workers and a clock, with random failures.
type storm struct {
	*bench
	random  *rand.Rand
	mu      sync.Mutex // guards random, which SES uses too
	intents []campaign.Intent
	queue   []queuedIntent
}

// queuedIntent is an intent on the queue.
type queuedIntent struct {
	intent   campaign.Intent
	received int
}

func newStorm(t *testing.T, seed uint64) *storm {
	t.Helper()
	w := &storm{bench: newBench(t, budget(stormUses, 2)), random: rand.New(rand.NewPCG(2026, seed))}
	for _, customer := range []shop.CustomerID{"c-0", "c-1", "c-2"} {
		must(t, w.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{aRegular(customer)}}))
		for _, c := range []shop.CampaignID{"winter", "winter", "winter", "plain", "plain", "earned", "late", "late", "sorry", "sorry"} {
			w.intents = append(w.intents, anIntent(c, customer, fmt.Sprint("run-", len(w.intents))))
		}
	}
	for _, i := range w.intents {
		w.queue = append(w.queue, queuedIntent{intent: i})
	}
	w.ses.answer = func(content.Mail) answer {
		odds := []answer{accepts, accepts, accepts, accepts, refuses, busy, busy, paused, lostTaken, lostUntaken, diesBefore, diesAfter}
		return odds[w.pick(len(odds))]
	}
	return w
}

func (w *storm) pick(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.IntN(n)
}

func (w *storm) step(t *testing.T) {
	t.Helper()
	switch w.pick(8) {
	case 0:
		w.clock.pass(time.Duration(w.pick(20)) * time.Minute)
		w.tick(t)
	case 1: // an intent is put on the queue a second time
		w.queue = append(w.queue, queuedIntent{intent: w.intents[w.pick(len(w.intents))]})
	case 2: // a late SES event
		if taken := w.ses.all(); len(taken) > 0 {
			w.raise(t, taken[w.pick(len(taken))])
		}
	case 3:
		if w.pick(2) == 0 {
			w.faults.Lose([]string{"TransactWriteItems", "UpdateItem", "PutItem"}[w.pick(3)], 1+w.pick(3))
		} else {
			w.faults.Refuse([]string{"TransactWriteItems", "UpdateItem", "PutItem"}[w.pick(3)], 1, "InternalServerError")
		}
	default:
		w.work(t, 1+w.pick(4))
	}
}

// work starts that many workers, each of which takes one message from the
// queue.
func (w *storm) work(t *testing.T, workers int) {
	t.Helper()
	var at []queuedIntent
	for len(at) < workers && len(w.queue) > 0 {
		n := w.pick(len(w.queue))
		m := w.queue[n]
		m.received++
		at = append(at, m)
		w.queue = append(w.queue[:n:n], w.queue[n+1:]...)
	}
	failed := make([]bool, len(at))
	together(len(at), func(n int) { failed[n] = !w.deliver(t, at[n].intent, fmt.Sprint(at[n].received)) })
	for n, m := range at {
		if failed[n] {
			w.queue = append(w.queue, m)
		}
	}
}

// tick does the work of settle for one minute.
func (w *storm) tick(t *testing.T) {
	t.Helper()
	now := w.clock.Now()
	for _, d := range w.due(t) {
		needed := d.Class == shop.ClassService || d.Class == shop.ClassRecovery
		why := claim.Reason{Code: "unknown", Text: "the attempt is unconfirmed"}
		var err error
		switch d.State {
		case claim.Queued:
			w.queue = append(w.queue, queuedIntent{intent: d.Intent})
			d.Wake = now.Add(10 * time.Minute)
			err = w.store.End(t.Context(), d)
		case claim.Sending:
			if d.Unconfirmed++; needed && d.Unconfirmed < 3 {
				err = w.store.Wait(t.Context(), d, why, now, now)
			} else {
				err = w.store.Lose(t.Context(), d, why, now)
			}
		}
		if err != nil && !errors.Is(err, dynamo.ErrConflict) {
			t.Log("the clock tries again later:", err)
		}
	}
}

func (w *storm) raise(t *testing.T, m content.Mail) {
	t.Helper()
	id := shop.SendID(m.Tags["send_id"])
	for _, i := range w.intents {
		if i.SendID("test") == id {
			state := []claim.State{claim.Accepted, claim.Delivered}[w.pick(2)]
			if _, _, err := w.store.Raise(t.Context(), i.Customer, id, state, "ses", w.clock.Now()); err != nil {
				t.Log("SES delivers the event again later:", err)
			}
		}
	}
}

// calm lets SES accept all messages and time pass until all sends have ended.
func (w *storm) calm(t *testing.T) {
	t.Helper()
	w.ses.always(accepts)
	for hour := range 32 { // each intent expires after 24
		for range 2 * len(w.queue) {
			w.work(t, 1)
		}
		if hour > 26 && len(w.queue) == 0 && len(w.due(t)) == 0 {
			return
		}
		w.clock.pass(time.Hour)
		w.tick(t)
	}
	t.Fatalf("not all sends ended: %d messages are on the queue, %d sends are due", len(w.queue), len(w.due(t)))
}

func (w *storm) check(t *testing.T) {
	t.Helper()
	taken, promotions := map[shop.SendID]int{}, map[string]int{}
	for _, m := range w.ses.all() {
		taken[shop.SendID(m.Tags["send_id"])]++
		if m.Tags["class"] == "promotion" {
			promotions[m.To]++
		}
		if code, state := w.coupon(t, m); code != "" && state != "issued" {
			t.Errorf("the coupon of an accepted message is %q, want issued: send %s", state, m.Tags["send_id"])
		}
	}
	for _, n := range promotions {
		if n > promotionsPerWeek {
			t.Errorf("a customer got %d promotions in a week, want at most %d", n, promotionsPerWeek)
		}
	}
	ends, coupons := map[claim.State]int{}, 0
	reservations := map[shop.SendID]bool{}
	for _, i := range w.intents {
		id := i.SendID("test")
		d, err := w.store.Send(t.Context(), i.Customer, id)
		if err != nil {
			t.Errorf("an intent of %s has no record: %v", i.Campaign, err)
			continue
		}
		ends[d.State]++
		sent := d.State.Sent() || d.State == claim.Lost
		once := d.Class == shop.ClassPromotion || d.Class == shop.ClassPromise
		switch n := taken[id]; {
		case !d.State.Ended():
			t.Errorf("a send of %s is still %s", i.Campaign, d.State)
		case d.State.Sent() && n == 0:
			t.Errorf("a send of %s is %s, but SES never accepted it", i.Campaign, d.State)
		case !sent && n > 0:
			t.Errorf("a send of %s is %s (%s), but SES accepted it %d times", i.Campaign, d.State, d.Reason.Code, n)
		case once && n > 1, n > 3:
			t.Errorf("SES accepted a message of %s %d times", i.Campaign, n)
		}
		if sent {
			reservations[id] = true
			if d.Coupon != nil {
				coupons++
			}
		}
	}
	for _, customer := range []shop.CustomerID{"c-0", "c-1", "c-2"} {
		c, _, err := w.store.Contact(t.Context(), customer)
		must(t, err)
		for _, e := range c.Ledger {
			if !reservations[e.Send] {
				t.Errorf("a reservation of %s belongs to no message that was sent", customer)
			}
			delete(reservations, e.Send)
		}
	}
	if len(reservations) > 0 {
		t.Errorf("%d messages were sent without a reservation", len(reservations))
	}
	if left := w.left(t); left+coupons != stormUses {
		t.Errorf("%d coupons are issued and %d uses are left, want %d in all", coupons, left, stormUses)
	}
	t.Logf("SES accepted %d of %d messages; the sends are %v", len(w.ses.all()), w.ses.calls, ends)
}
