package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/fault"
	"regulars/shared/frequency"
	"regulars/shared/intake"
	"regulars/shared/metric"
	"regulars/shared/policy"
	"regulars/shared/profile"
	"regulars/shared/queue"
	"regulars/shared/recommend"
	"regulars/shared/recommend/live"
	"regulars/shared/shop"
)

type store interface {
	Order(context.Context, shop.OrderID) (dynamo.Order, dynamo.Rev, error)
	Profile(context.Context, shop.CustomerID) (profile.Profile, dynamo.Rev, error)
	SaveFold(context.Context, dynamo.Fold) error
}

type catalogue interface {
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
	SaveProduct(context.Context, shop.Product) error
	Count(context.Context, []live.Change) error
}

type contacts interface {
	Contact(context.Context, shop.CustomerID) (frequency.Contact, dynamo.Rev, error)
	UpdateContact(context.Context, shop.CustomerID, func(frequency.Contact) (frequency.Contact, bool)) error
	UpdateProfile(context.Context, shop.CustomerID, func(profile.Profile) (profile.Profile, bool)) error
}

type handler struct {
	orders   store
	shop     catalogue
	contacts contacts
	intents  *queue.Queue
	dead     *queue.Queue
	policy   func(context.Context) (policy.Policy, error)
	metrics  metric.Writer
	now      func() time.Time
}

// Handle takes a batch of EventBridge events. What is refused goes to the dead
// letters with its faults; what fails comes again, and is then a repetition
// that changes nothing twice.
func (h *handler) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	return queue.Each(ctx, batch, h.dead, h.now, h.record)
}

func (h *handler) record(ctx context.Context, m events.SQSMessage) error {
	parsed, err := intake.Parse([]byte(m.Body), h.now())
	if refusal := (*intake.Refusal)(nil); errors.As(err, &refusal) {
		return &queue.Refused{Faults: refusal.Faults}
	} else if err != nil {
		return err
	}
	if parsed.Ignored != "" {
		slog.InfoContext(ctx, "ignored an event", "message", m.MessageId, "because", parsed.Ignored)
	}
	for _, event := range parsed.Events {
		if err := h.take(ctx, event); errors.Is(err, profile.ErrContradiction) {
			return &queue.Refused{Faults: []fault.Fault{{Path: "/detail", Fault: err.Error()}}}
		} else if err != nil {
			return fmt.Errorf("record event %s: %w", event.ID, err)
		}
	}
	return nil
}

func (h *handler) take(ctx context.Context, event shop.Event) error {
	switch fact := event.Fact.(type) {
	case shop.OrderFact:
		return h.order(ctx, event, fact)
	case shop.CustomerFact:
		return h.contacts.UpdateProfile(ctx, fact.Customer, func(p profile.Profile) (profile.Profile, bool) {
			return p.WithCustomerFact(fact, event.At), true
		})
	case shop.ProductFact:
		return h.shop.SaveProduct(ctx, fact.Product)
	case shop.ConsentFact:
		return h.contacts.UpdateContact(ctx, fact.Customer, func(c frequency.Contact) (frequency.Contact, bool) {
			changed := c.WithConsent(fact.Topic, fact.Given, event.At)
			return changed, !reflect.DeepEqual(changed, c)
		})
	default:
		return &queue.Refused{Faults: []fault.Fault{{Path: "/detail-type", Fault: fmt.Sprintf("record does not take %T", fact)}}}
	}
}

// contention bounds how often one event is folded anew because its order or its
// customer's profile changed meanwhile; then the message comes again.
const contention = 8

// order folds one fact into its order and its customer's profile, and raises
// the intents that it gives rise to.
//
// The intents are stored with the order, in the same transaction, before they
// are put on the queue. So a repetition, whether of the queue or of the
// producer, raises the same ones again whatever the profile says by then, and
// none is forgotten when this dies between the two.
func (h *handler) order(ctx context.Context, event shop.Event, fact shop.OrderFact) error {
	for range contention {
		saved, raised, err := h.fold(ctx, event, fact)
		if errors.Is(err, dynamo.ErrConflict) {
			continue
		}
		if err != nil {
			return err
		}
		values := make([]any, len(raised))
		for i, intent := range raised { // also one whose time is over: send ends it, with the reason
			values[i] = intent
		}
		if err := h.intents.Put(ctx, values...); err != nil {
			return err
		}
		return h.count(ctx, saved)
	}
	return fmt.Errorf("order %s changed %d times while it was folded: %w", fact.Order, contention, dynamo.ErrConflict)
}

// fold returns what it saved, and the intents of this kind of event for this order.
func (h *handler) fold(ctx context.Context, event shop.Event, fact shop.OrderFact) (next dynamo.Fold, raised []campaign.Intent, err error) {
	old, rev, err := h.orders.Order(ctx, fact.Order)
	if err != nil {
		return next, nil, err
	}
	merged, err := profile.Merge(old.Order, fact, event.At)
	if err != nil {
		return next, nil, err
	}
	next = dynamo.Fold{Order: merged, Raised: old.Raised, Counted: old.Counted, OrderRev: rev, Customer: merged.Customer}
	if merged.Customer == "" { // nobody's yet: a guest without an address, or a refund that came first
		return next, nil, h.orders.SaveFold(ctx, next)
	}
	before, rev, err := h.orders.Profile(ctx, merged.Customer)
	if err != nil {
		return next, nil, err
	}
	rules, err := h.policy(ctx)
	if err != nil {
		return next, nil, err
	}
	next.Profile, next.ProfileRev = before.Update(old.Order, merged, fact), rev
	next.Profile.Points.Ledger = rules.Points.Fold(before.Points.Ledger, merged)
	if next.Profile.ServiceIssues[fact.Order].Worsens(before.ServiceIssues[fact.Order]) {
		if err := h.hurt(ctx, &next); err != nil {
			return next, nil, err
		}
	}
	var asked bool
	raised, asked = old.Raised[fact.Kind]
	if !asked {
		if raised, next.Raised, err = h.raiseAll(ctx, event, fact, old, next.Profile); err != nil {
			return next, nil, err
		}
	}
	if !rules.Shop.NoCounters {
		next.Counted = counted(h.now(), old.Counted, merged, next.Profile)
	}
	return next, raised, h.orders.SaveFold(ctx, next)
}

// hurt has the fold change the contact too: a promotion that was decided before
// the trouble was known is not claimed any more, but decided anew.
func (h *handler) hurt(ctx context.Context, f *dynamo.Fold) error {
	contact, rev, err := h.contacts.Contact(ctx, f.Customer)
	contact = contact.WithServiceIssue()
	f.Contact, f.ContactRev = &contact, rev
	return err
}
