// Package recording stores events of orders, customers, products, carts and consents
// in orders, profiles, the catalogue and contacts, and puts the intents that they
// raise on the queues of the functions send, journey and plan. The function record and
// the backtest (infra/ops/backtest) run it.
package recording

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/campaign"
	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/inputfault"
	"regulars/shared/intake"
	"regulars/shared/metric"
	"regulars/shared/profile"
	"regulars/shared/queue"
	"regulars/shared/recommend"
	"regulars/shared/recommend/live"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

type store interface {
	Order(context.Context, shop.OrderID) (dynamo.Order, dynamo.Rev, error)
	ProfileAbout(context.Context, shop.CustomerID, []shop.ProductID) (profile.Profile, dynamo.Rev, error)
	Profile(context.Context, shop.CustomerID) (profile.Profile, dynamo.Rev, error)
	SaveFold(context.Context, dynamo.Fold) error
}

// erasures stores which customers were erased; [dynamo.Store] does so.
type erasures interface {
	ErasedAt(ctx context.Context, name string) (time.Time, error)
	SaveErasedOrder(ctx context.Context, stub dynamo.Order, rev dynamo.Rev) error
}

type catalogue interface {
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
	RecordProduct(context.Context, shop.Product, dynamo.News) ([]campaign.Start, error)
	SaveListing(context.Context, shop.Listing, dynamo.News) ([]campaign.Start, error)
	Count(context.Context, []live.Change) error
}

// Queue takes messages as values that become JSON; [queue.Queue] does.
type Queue interface {
	Put(ctx context.Context, values ...any) error
}

// Recorder works with the tables and queues of its fields. Many goroutines may use it at
// once.
type Recorder struct {
	Orders  store
	Shop    catalogue
	Intents Queue // send's queue
	Entries Queue // journey's queue
	Runs    Queue // plan's queue
	Dead    *queue.Queue
	Policy  func(context.Context) (shoppolicy.Policy, error)
	Metrics metric.Writer
	Now     func() time.Time

	Contacts contactchange.Keeper
	Erasures erasures
	Name     func(shop.CustomerID) string // the keyed hash under which an erasure is stored
}

// Handle records a batch of EventBridge events. Events about one customer, order or
// product are recorded in their order, the others at the same time. A refused event
// goes to the dead-letter queue with its faults. A failed one is delivered again;
// recording an event twice has the same result as recording it once.
func (h *Recorder) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	return queue.SideBySide(ctx, batch, h.Dead, h.Now, h.read, h.record)
}

// received is a message that was read.
type received struct {
	id     string // of the message
	events []shop.Event
}

// read reads the events of a message, and says what they are about.
func (h *Recorder) read(ctx context.Context, m events.SQSMessage) (received, []string, error) {
	parsed, err := intake.ParseFor([]byte(m.Body), h.Now(), func() (intake.Shop, error) {
		inForce, err := h.Policy(ctx)
		return intake.Shop{Currency: inForce.Shop.Currency, URL: inForce.Shop.URL}, err
	})
	if refusal := (*intake.Refusal)(nil); errors.As(err, &refusal) {
		return received{}, nil, &queue.Refused{Faults: refusal.Faults}
	} else if err != nil {
		return received{}, nil, err
	}
	if parsed.Ignored != "" {
		slog.InfoContext(ctx, "an event was ignored", "message_id", m.MessageId, "reason", parsed.Ignored)
	}
	return received{m.MessageId, parsed.Events}, about(parsed.Events), nil
}

func (h *Recorder) record(ctx context.Context, r received) error {
	for _, about := range byOrder(r.events) {
		if err := h.Take(ctx, about); errors.Is(err, profile.ErrContradiction) {
			return &queue.Refused{Faults: []inputfault.Fault{{Path: "/detail", Fault: err.Error()}}}
		} else if err != nil {
			return fmt.Errorf("record the event: %w", err)
		}
		switch fact := about[0].Fact.(type) {
		case shop.ProductFact:
			h.checkLinks(ctx, r.id, fact.Product)
		case shop.ListingFact:
			if all := fact.Listing.Products; len(all) > 0 { // the others have their links on the same hosts
				h.checkLinks(ctx, r.id, all[0])
			}
		}
	}
	return nil
}

// byOrder returns the events of a message with those of one order together, in
// the order in which they stand there. Every other event is alone.
func byOrder(all []shop.Event) (groups [][]shop.Event) {
	at := map[shop.OrderID]int{}
	for _, event := range all {
		fact, ok := event.Fact.(shop.OrderFact)
		if i, known := at[fact.Order]; ok && known {
			groups[i] = append(groups[i], event)
			continue
		}
		if ok {
			at[fact.Order] = len(groups)
		}
		groups = append(groups, []shop.Event{event})
	}
	return groups
}

// Take records events of one order, or one other event.
func (h *Recorder) Take(ctx context.Context, events []shop.Event) error {
	event := events[0]
	switch fact := event.Fact.(type) {
	case shop.OrderFact:
		return h.order(ctx, fact.Order, events)
	case shop.CustomerFact:
		if gone, err := h.erased(ctx, fact.Customer, event.At); err != nil || gone {
			return err
		}
		return h.Contacts.Update(ctx, fact.Customer, func(p profile.Profile) profile.Profile { return p.WithCustomerFact(fact, event.At) })
	case shop.ContactFact:
		return h.contact(ctx, fact, event.At)
	case shop.CartFact:
		return h.cart(ctx, event, fact)
	case shop.ProductFact:
		return h.product(ctx, func(news dynamo.News) ([]campaign.Start, error) { return h.Shop.RecordProduct(ctx, fact.Product, news) })
	case shop.ListingFact:
		return h.product(ctx, func(news dynamo.News) ([]campaign.Start, error) { return h.Shop.SaveListing(ctx, fact.Listing, news) })
	case shop.ConsentFact:
		if err := h.knowsTopics(ctx, "/detail/topic", fact.Topic); err != nil {
			return err
		}
		return h.Contacts.Consent(ctx, fact, event.At)
	case shop.EraseFact, shop.ExportFact:
		return nil // Shopify's rule delivers its webhooks here as well; the function privacy takes these
	default:
		return &queue.Refused{Faults: []inputfault.Fault{{Path: "/detail-type", Fault: fmt.Sprintf("record does not take %T", fact)}}}
	}
}

// order folds all facts of a message into their order and its customer's
// profile, and puts the intents that they raise on send's queue. It folds again
// if another call changed the order, the profile or a contact, [dynamo.Attempts]
// times at most; after that the message is delivered again.
//
// The intents are stored with the order, in the same transaction, before they
// are put on the queue. So the same event again, from the queue or from the
// producer, raises the same intents, whatever the profile contains by then; and
// no intent is lost if the function dies between the two writes.
func (h *Recorder) order(ctx context.Context, id shop.OrderID, events []shop.Event) error {
	var saved dynamo.Fold
	var raised []campaign.Intent
	err := dynamo.Retry(ctx, nil, func() (err error) {
		saved, raised, err = h.fold(ctx, id, events)
		return err
	})
	if errors.Is(err, errOutdated) {
		slog.InfoContext(ctx, "an event of an order that is older than the shop keeps orders was dropped", "order", id)
		return nil
	}
	if errors.Is(err, errErased) {
		slog.InfoContext(ctx, "an event of an erased customer's order was dropped", "order", id)
		return nil
	}
	if errors.Is(err, dynamo.ErrConflict) {
		return fmt.Errorf("order %s was changed by other calls %d times; retry: %w", id, dynamo.Attempts, err)
	}
	if err != nil {
		return err
	}
	var messages, entries []any
	for _, intent := range raised { // expired ones too: send ends them, with the reason
		if intent.Enters {
			entries = append(entries, intent)
		} else {
			messages = append(messages, intent)
		}
	}
	if err := h.Intents.Put(ctx, messages...); err != nil {
		return err
	}
	if err := h.Entries.Put(ctx, entries...); err != nil {
		return err
	}
	return h.count(ctx, saved)
}

// before returns the profile of the order's customer as it is stored, with what they
// bought of the order's products, and of those that the conditions of campaigns name.
func (h *Recorder) before(ctx context.Context, order shop.Order, inForce shoppolicy.Policy) (profile.Profile, dynamo.Rev, error) {
	var about []shop.ProductID
	if order.Placed != nil {
		for _, line := range order.Placed.Lines {
			about = append(about, line.Product)
		}
	}
	for _, c := range inForce.Started() {
		if len(c.On) == 0 {
			continue
		}
		named, all := c.If.Bought()
		if all {
			return h.Orders.Profile(ctx, order.Customer)
		}
		about = append(about, named...)
	}
	return h.Orders.ProfileAbout(ctx, order.Customer, about)
}

// fold merges the facts into the stored order, updates the customer's profile,
// and saves both. It returns what it saved, and the intents that the order has
// for these kinds of events.
func (h *Recorder) fold(ctx context.Context, id shop.OrderID, events []shop.Event) (next dynamo.Fold, raised []campaign.Intent, err error) {
	old, rev, err := h.Orders.Order(ctx, id)
	if err != nil {
		return next, nil, err
	}
	if old.Outdated {
		return next, nil, errOutdated
	}
	if !old.Erased.IsZero() {
		return next, nil, errErased
	}
	steps := []shop.Order{old.Order} // the order before and after each fact
	for _, event := range events {
		merged, err := profile.Merge(steps[len(steps)-1], event.Fact.(shop.OrderFact), event.At)
		if err != nil {
			return next, nil, err
		}
		steps = append(steps, merged)
	}
	merged := steps[len(events)]
	next = dynamo.Fold{Order: merged, Raised: old.Raised, Counted: old.Counted, OrderRev: rev, Customer: merged.Customer}
	if merged.Customer == "" { // the customer is not known yet: a guest without an address, or a refund before its order
		return next, nil, h.Orders.SaveFold(ctx, next)
	}
	inForce, err := h.Policy(ctx)
	if err != nil {
		return next, nil, err
	}
	before, rev, err := h.before(ctx, merged, inForce)
	if err != nil {
		return next, nil, err
	}
	if rev == "" { // a customer with a profile is not erased
		if err := h.dropErased(ctx, next, events); err != nil {
			return next, nil, err
		}
	}
	next.Profile, next.ProfileRev = before, rev
	for i, event := range events {
		if steps[i+1].Customer == merged.Customer {
			next.Profile = next.Profile.Update(steps[i], steps[i+1], event.Fact.(shop.OrderFact))
		}
	}
	next.Profile.Points.Ledger = inForce.Points.Update(before.Points.Ledger, old.Order, merged, next.Profile.WholeSince())
	if guest := old.Customer; guest != "" && guest != merged.Customer {
		stored := func(id shop.OrderID) (shop.Order, error) {
			o, _, err := h.Orders.Order(ctx, id)
			return o.Order, err
		}
		if next.Left, err = h.Contacts.Leave(ctx, nil, guest, old.Order, inForce.Points, stored); err != nil {
			return next, nil, err
		}
	}
	if err := h.Contacts.WithContacts(ctx, &next, before); err != nil {
		return next, nil, err
	}
	if err := h.endCarts(ctx, &next, old, before, inForce); err != nil {
		return next, nil, err
	}
	if raised, next.Raised, err = h.raiseAll(ctx, events, old, merged, next.Profile); err != nil {
		return next, nil, err
	}
	var tier []campaign.Intent
	tier, next.Raised = h.raiseTier(inForce, events, merged, before, next.Profile, next.Raised)
	raised = append(raised, tier...)
	if !inForce.Shop.NoCounters {
		next.Counted = counted(h.Now(), old.Counted, merged, next.Profile)
	}
	return next, raised, h.Orders.SaveFold(ctx, next)
}
