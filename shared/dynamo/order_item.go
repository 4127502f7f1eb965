package dynamo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/campaign"
	"regulars/shared/recommend/live"
	"regulars/shared/shop"
)

type orderKey struct {
	Order shop.OrderID `dynamodbav:"order"`
}

func keyOfOrder(id shop.OrderID) orderKey { return orderKey{id} }

type orderItem struct {
	orderKey
	Rev  Rev  `dynamodbav:"rev"`
	Body body `dynamodbav:"body"`
}

// Order is an order with the intents that its events raised, by kind of event.
// They are stored before they are put on a queue, so that a repetition of the
// event raises the same intents (docs/decisions/0003). A kind in the map was
// evaluated, though it may have raised no intents.
type Order struct {
	shop.Order
	Raised map[shop.OrderKind][]campaign.Intent `json:"raised,omitempty"`

	// Counted is what the order adds to the live counters, and which part of that
	// was added. It is stored before anything is added, for the same reason.
	Counted live.Entry `json:"counted,omitzero"`
}

// Intents returns the intents that the order raised, each once. A kind of event
// can list those of earlier kinds as well, because its message raised them.
func (o Order) Intents() (all []campaign.Intent) {
	for _, kind := range slices.Sorted(maps.Keys(o.Raised)) {
		for _, intent := range o.Raised[kind] {
			if !slices.ContainsFunc(all, intent.SameSend) {
				all = append(all, intent)
			}
		}
	}
	return all
}

// Stub returns what is kept of an order after its customer was erased at that
// time: its ID, so that later events of it are known and dropped, and which
// intents it raised, for the reconciliation.
func (o Order) Stub(at time.Time) Order {
	stub := Order{Order: shop.Order{ID: o.ID, Erased: shop.Millis(at)}}
	for kind, intents := range o.Raised {
		if stub.Raised == nil {
			stub.Raised = map[shop.OrderKind][]campaign.Intent{}
		}
		for _, i := range intents {
			i.Customer, i.Cause = shop.ErasedPrefix, ""
			stub.Raised[kind] = append(stub.Raised[kind], i)
		}
	}
	return stub
}

// OutdatedStub is [Order.Stub] for an order that the shop keeps no longer.
func (o Order) OutdatedStub(at time.Time) Order {
	stub := o.Stub(at)
	stub.Outdated = true
	return stub
}

func orderItemOf(o Order) orderItem {
	b, rev := bodyOf(o)
	return orderItem{orderKey: keyOfOrder(o.ID), Rev: rev, Body: b}
}

func (it orderItem) order() (o Order, err error) {
	if err = it.Body.read(&o); err != nil {
		return Order{}, fmt.Errorf("order %s: %w", it.Order, err)
	}
	return o, nil
}

// Order returns the order and its revision; the zero Order and an empty
// revision if none is stored.
func (s *Store) Order(ctx context.Context, id shop.OrderID) (Order, Rev, error) {
	it, err := s.orderItem(ctx, id)
	if err != nil {
		return Order{}, "", fmt.Errorf("read order %s: %w", id, err)
	}
	if it.Rev == "" {
		return Order{}, "", nil
	}
	o, err := it.order()
	return o, it.Rev, err
}

func (s *Store) orderItem(ctx context.Context, id shop.OrderID) (it orderItem, err error) {
	m, err := s.get(ctx, s.tables.Orders, keyOfOrder(id))
	if err != nil {
		return it, err
	}
	return it, unmarshal(m, &it)
}

// Orders calls visit with the orders of one page, for learning and for people.
// It returns the cursor of the next page. An error of visit ends the listing.
func (s *Store) Orders(ctx context.Context, page Page, visit func(shop.Order) error) (Cursor, error) {
	in := &dynamodb.ScanInput{TableName: &s.tables.Orders}
	next, err := s.scan(ctx, in, page, func(m item) error {
		var it orderItem
		if err := unmarshal(m, &it); err != nil {
			return err
		}
		o, err := it.order()
		if err != nil {
			return err
		}
		return visit(o.Order)
	})
	if err != nil {
		return "", fmt.Errorf("list orders: %w", err)
	}
	return next, nil
}
