// Package replay runs a shop's policy over its past orders, on a clock that it moves,
// with the code that the functions run: recording stores each event of an order and
// raises its intents, planning plans each run, dispatch decides, claims and "sends",
// journeyadvance and sendoutcome wake what waits. The tables are in memory, and SES
// accepts every message.
//
// What it cannot know it leaves as it is today: the catalogue with its prices, stock
// and what was learned, and the names and addresses of customers. Carts, changes of
// products, sign-ups and SES's later answers are not among the past orders, so the
// campaigns that they start have no messages here.
package replay

import (
	"container/heap"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/journeyadvance"
	"regulars/shared/planning"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/recording"
	"regulars/shared/sendoutcome"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Past is a shop's past, and the policy to try on it.
type Past struct {
	Policy   shoppolicy.Policy
	Model    recommend.Model
	Items    map[shop.ProductID]recommend.Item
	Orders   []shop.Order
	Profiles []profile.Profile                     // as they are today, for what no order says of a customer
	Contacts map[shop.CustomerID]frequency.Contact // as they are today, for consents, wishes and suppression
	Mailbox  func(address string) shop.Mailbox     // names the mailbox of an address
	From, To time.Time                             // what happened in [From, To) is replayed
}

// Message is one message that would have been sent.
type Message struct {
	At       time.Time
	Send     shop.SendID
	Campaign shop.CampaignID
	Customer shop.CustomerID
	Class    shop.Class
	Language string
	Offer    shop.OfferID // of its coupon, or ""
	Value    shop.Money   // estimated value of the coupon
}

// Result is what a replay has done.
type Result struct {
	Sends    []claim.Send         // the last state of every send
	Messages []Message            // in the order of sending
	Held     map[Hold]int         // sends that waited at least once, by campaign and reason
	Left     map[shop.OfferID]int // uses left of each budget
	Events   int                  // replayed events of orders
}

// Hold says why sends of a campaign waited.
type Hold struct {
	Campaign shop.CampaignID
	Reason   string // a code
}

// world is the shop in memory, with the functions around it.
type world struct {
	past   Past
	now    time.Time
	store  *dynamo.Store
	wakes  times
	queues struct{ send, plan, journey *queue }

	recorder *recording.Recorder
	planner  *planning.Planner
	sender   *dispatch.Dispatcher
	settler  *sendoutcome.Recorder
	mover    *journeyadvance.Mover

	owners   int
	messages []Message
	claimed  map[shop.SendID]claim.Send // handed to SES next
	changes  []change                   // of contacts, the earliest first
	held     map[Hold]map[shop.SendID]bool
}

// Run replays the past. progress is told, now and then, up to which time it has come.
func Run(ctx context.Context, p Past, progress func(at time.Time)) (Result, error) {
	w, err := newWorld(ctx, p)
	if err != nil {
		return Result{}, err
	}
	events := w.events()
	if err := w.planner.Tick(ctx); err != nil { // the first tick: earlier runs are not planned
		return Result{}, err
	}
	runsUntil := w.past.From
	for next := 0; ; {
		if runsUntil.Before(w.past.To) && (len(w.wakes) == 0 || w.wakes[0].After(runsUntil)) {
			w.runs(runsUntil, runsUntil.Add(24*time.Hour))
			runsUntil = runsUntil.Add(24 * time.Hour)
			progress(runsUntil)
			continue
		}
		wakes := len(w.wakes) > 0 && w.wakes[0].Before(w.past.To)
		if next < len(events) && (!wakes || !events[next].At.After(w.wakes[0])) {
			w.now = later(w.now, events[next].At)
			if err := w.recorder.Take(ctx, events[next:next+1]); err != nil {
				return Result{}, fmt.Errorf("replay an event of %s: %w", events[next].At.UTC().Format(time.DateOnly), err)
			}
			next++
		} else if wakes {
			w.now = later(w.now, w.wakes[0])
			for len(w.wakes) > 0 && !w.wakes[0].After(w.now) {
				heap.Pop(&w.wakes)
			}
			if err := w.tick(ctx); err != nil {
				return Result{}, err
			}
		} else if runsUntil.Before(w.past.To) {
			continue
		} else {
			break
		}
		if err := w.drain(ctx); err != nil {
			return Result{}, err
		}
	}
	return w.result(ctx, len(events))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return shop.Millis(b)
	}
	return a
}

// runs notes when the campaigns have runs after a time and until another.
func (w *world) runs(after, until time.Time) {
	zones := []*time.Location{w.past.Policy.Shop.Location()}
	seen := map[string]bool{}
	for _, p := range w.past.Profiles {
		for _, zone := range p.Zones() {
			if !seen[zone] {
				seen[zone] = true
				if of, ok := shop.Zone(zone); ok {
					zones = append(zones, of)
				}
			}
		}
	}
	for _, c := range w.past.Policy.Started() {
		of := zones[:1]
		if c.Clock == campaign.ByCustomer {
			of = zones
		}
		for _, run := range campaign.Due(c, after, until, of...) {
			w.wake(run.At)
		}
	}
}

// wake notes that something is due at a time: the next tick of the clock, which comes
// each full minute, does it.
func (w *world) wake(at time.Time) {
	if at.IsZero() {
		return
	}
	if tick := at.Truncate(time.Minute); !tick.Equal(at) {
		at = tick.Add(time.Minute)
	}
	heap.Push(&w.wakes, at)
}

// tick does what the clock's tick starts each minute, after what persons said until
// then.
func (w *world) tick(ctx context.Context) error {
	if err := w.change(ctx); err != nil {
		return err
	}
	for _, tick := range []func(context.Context) error{w.planner.Tick, w.mover.Tick, w.settler.Tick} {
		if err := tick(ctx); err != nil {
			return err
		}
	}
	return nil
}

// drain takes the messages of the queues until they are empty.
func (w *world) drain(ctx context.Context) error {
	for {
		if body := w.queues.plan.pop(); body != nil {
			if err := w.planner.Take(ctx, events.SQSMessage{Body: string(body)}); err != nil {
				return fmt.Errorf("plan: %w", err)
			}
		} else if body := w.queues.journey.pop(); body != nil {
			var entry campaign.Intent
			if err := json.Unmarshal(body, &entry); err != nil {
				return err
			}
			if err := w.mover.Enter(ctx, entry); err != nil {
				return fmt.Errorf("let a customer enter %s: %w", entry.Campaign, err)
			}
		} else if body := w.queues.send.pop(); body != nil {
			var intent campaign.Intent
			if err := json.Unmarshal(body, &intent); err != nil {
				return err
			}
			if err := w.sender.Take(ctx, intent, false); err != nil {
				return fmt.Errorf("send a message of %s: %w", intent.Campaign, err)
			}
		} else {
			return nil
		}
	}
}
