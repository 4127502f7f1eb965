package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/anishathalye/porcupine"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// worker changes the customer's sends as the functions do, sometimes with an
// old fence.
type worker struct {
	*history
	id     int
	random *rand.Rand
	client *dynamotest.Lossy
	store  *dynamo.Store
	known  [mostSends]sendState // as last read, perhaps long ago
}

func (h *history) worker(id int, random *rand.Rand, turn func()) *worker {
	w := &worker{history: h, id: id, random: random}
	w.client = &dynamotest.Lossy{Client: h.client, Random: random, Turn: turn, Wire: &h.wire, Name: h.tables.Sends + string(h.customer)}
	w.store = dynamo.New(w.client, h.tables)
	w.store.Pause = func(context.Context, int) error { turn(); return nil }
	return w
}

func (w *worker) run() {
	for range tasksEach {
		w.task(w.random.IntN(mostSends))
	}
}

func (w *worker) task(i int) {
	switch n := w.random.IntN(10); {
	case n == 0:
		w.consent()
		return
	case n == 1:
		w.raise(i)
		return
	case n > 2 && !w.readSend(i): // else it uses what it read before
		return
	}
	d := w.known[i]
	switch d.state {
	case "":
		if w.random.IntN(5) == 0 {
			w.park(i)
		} else {
			w.claim(i)
		}
	case claim.Queued:
		if w.random.IntN(4) == 0 && d.attempt > 0 {
			w.outcome("refuse", i)
		} else {
			w.claim(i)
		}
	case claim.Sending:
		w.outcome([]string{"accepted", "wait", "wait", "lose", "refuse"}[w.random.IntN(5)], i)
	default:
		w.raise(i)
	}
}

// do makes one operation and records it. An operation that failed after a lost
// answer has an unknown outcome: it may have been made, or may be made later.
func (w *worker) do(c call, operation func(ctx context.Context) (answer, error)) answer {
	w.client.Lost = 0
	from := w.tick()
	a, err := operation(context.Background())
	if err != nil && !errors.Is(err, dynamo.ErrConflict) && !errors.Is(err, dynamo.ErrNotFound) && !errors.Is(err, dynamotest.ErrLost) {
		w.fail(fmt.Errorf("%s: %w", c, err)) // an error that the test has not injected
	}
	if w.client.Lost > 0 && !a.ok || errors.Is(err, dynamotest.ErrLost) {
		a = answer{unknown: true}
	}
	if a.unknown && (c.kind == "read contact" || c.kind == "read send") {
		return a // it shows nothing
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock++
	w.operations = append(w.operations, porcupine.Operation{ClientId: w.id, Input: c, Call: from, Output: a, Return: w.clock})
	return a
}

func (w *worker) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = errors.Join(w.broken, err)
}

func (w *worker) tick() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock++
	return w.clock
}

// fresh returns a number that this history has not used before.
func (w *worker) fresh() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unique++
	return w.unique
}

func (w *worker) readContact() (contactState, frequency.Contact, dynamo.Rev, bool) {
	var contact frequency.Contact
	var rev dynamo.Rev
	a := w.do(call{kind: "read contact"}, func(ctx context.Context) (a answer, err error) {
		contact, rev, err = w.store.Contact(ctx, w.customer)
		return answer{ok: err == nil, contact: contactOf(contact, rev)}, err
	})
	return a.contact, contact, rev, !a.unknown
}

func (w *worker) readSend(i int) bool {
	a := w.do(call{kind: "read send", send: i}, func(ctx context.Context) (answer, error) {
		d, err := w.store.Send(ctx, w.customer, sendNamed(i))
		return answer{ok: err == nil || errors.Is(err, dynamo.ErrNotFound), send: sendOf(d)}, err
	})
	if !a.unknown {
		w.known[i] = a.send
	}
	return !a.unknown
}

// claim reads the contact and claims the send. If the outcome is unknown, it
// mostly repeats the claim once.
func (w *worker) claim(i int) {
	read, contact, rev, ok := w.readContact()
	without := read
	without.reservations[i] = 0
	if !ok || without.used() >= reservationCap {
		return
	}
	d, n := w.known[i], w.fresh()
	c := call{kind: "claim", send: i, fence: claim.Fence{Attempt: d.attempt, Owner: d.owner}, claim: n, owner: fmt.Sprint("owner-", n), read: read}
	contact = contact.Without(sendNamed(i))
	contact.Ledger = append(contact.Ledger, frequency.Entry{Send: sendNamed(i), At: at(d.attempt + 1), Class: shop.ClassPromotion})
	tx := claim.Claim{Send: w.send(i), Contact: contact, ContactRev: rev}
	if c.absent = d.state == ""; !c.absent {
		tx.From = &c.fence
	}
	tx.Send.State, tx.Send.Attempt, tx.Send.Owner = claim.Sending, d.attempt+1, c.owner
	for range 2 {
		a := w.do(c, func(ctx context.Context) (answer, error) {
			err := w.store.Claim(ctx, tx)
			a := answer{ok: err == nil}
			var refused *dynamo.ClaimRefused
			if errors.As(err, &refused) {
				a.sendRefused, a.contactRefused = refused.Send, refused.Contact
				if refused.Send {
					a.send = sendOf(refused.Stored)
				}
			}
			return a, err
		})
		if a.ok {
			w.known[i] = sendState{state: claim.Sending, attempt: d.attempt + 1, owner: c.owner}
		}
		if !a.unknown || w.random.IntN(3) == 0 {
			return
		}
	}
}

func (w *worker) park(i int) {
	d := w.send(i)
	d.State, d.Wake, d.Changed = claim.Queued, at(1), at(w.fresh())
	w.do(call{kind: "park", send: i}, func(ctx context.Context) (answer, error) {
		err := w.store.End(ctx, d)
		return answer{ok: err == nil}, err
	})
}

// outcome writes the outcome of the attempt that the worker has read.
func (w *worker) outcome(kind string, i int) {
	d := w.send(i)
	d.State, d.Attempt, d.Owner = w.known[i].state, w.known[i].attempt, w.known[i].owner
	now := at(w.fresh())
	c := call{kind: kind, send: i, fence: claim.Fence{Attempt: d.Attempt, Owner: d.Owner}}
	w.do(c, func(ctx context.Context) (answer, error) {
		var err error
		switch kind {
		case "accepted":
			err = w.store.Accepted(ctx, d, "ses-1", now)
		case "wait":
			err = w.store.Wait(ctx, d, why, now, now)
		case "lose":
			err = w.store.Lose(ctx, d, why, now)
		case "refuse":
			err = w.store.Refuse(ctx, d, claim.Refused, why, now)
		}
		return answer{ok: err == nil}, err
	})
}

func (w *worker) raise(i int) {
	reported := []claim.State{claim.Accepted, claim.Delivered, claim.Bounced, claim.Complained}[w.random.IntN(4)]
	now := at(w.fresh())
	w.do(call{kind: "raise", send: i, reported: reported}, func(ctx context.Context) (answer, error) {
		d, raised, err := w.store.Raise(ctx, w.customer, sendNamed(i), reported, "ses-1", now)
		return answer{ok: raised, send: sendOf(d)}, err
	})
}

// consent merges a consent into the contact. A change that does not merge may
// be seen twice: the SDK repeats a write whose answer was lost and meets
// another call's write, and the store makes the change again on that.
func (w *worker) consent() {
	n := w.fresh()
	w.do(call{kind: "consent", consent: n}, func(ctx context.Context) (answer, error) {
		err := w.store.UpdateContact(ctx, w.customer, func(c frequency.Contact) (frequency.Contact, bool) {
			return c.WithConsent(shop.TopicPromotions, n%2 == 0, at(n)), true
		})
		return answer{ok: err == nil}, err
	})
}

func (w *worker) send(i int) claim.Send {
	return claim.Send{
		ID: sendNamed(i), Claimed: noon, Changed: noon, Class: shop.ClassPromotion,
		Intent: campaign.Intent{Campaign: "winter", Version: 1, Customer: w.customer, Occasion: fmt.Sprint(i)},
	}
}

// at returns the time for a number: contacts hold times, the model holds
// numbers.
func at(n int) time.Time { return noon.Add(time.Duration(n) * time.Millisecond) }

func contactOf(c frequency.Contact, rev dynamo.Rev) (s contactState) {
	s.stored = rev != ""
	if given, ok := c.Consents[shop.TopicPromotions]; ok {
		s.consent = int(given.At.Sub(noon) / time.Millisecond)
	}
	if !c.Refused.IsZero() {
		s.refused = int(c.Refused.Sub(noon) / time.Millisecond)
	}
	for i := range mostSends {
		for _, e := range c.Ledger {
			if e.Send == sendNamed(i) {
				s.reservations[i] = int(e.At.Sub(noon) / time.Millisecond)
			}
		}
	}
	return s
}

func sendOf(d claim.Send) sendState {
	return sendState{state: d.State, attempt: d.Attempt, owner: d.Owner, kept: d.ReservationKept}
}
