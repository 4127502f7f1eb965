package recording

import (
	"context"
	"errors"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// errErased means that an event is about an erased order, or came from before
// the erasure of its customer. It is acknowledged and dropped.
var errErased = errors.New("the customer was erased after the event")

// errOutdated means that an event is about an order that the shop does not keep any
// more (docs/decisions/0055). It is acknowledged and dropped: the profile has the
// order's effect, and nothing says any more what the event changes of it.
var errOutdated = errors.New("the order is older than the shop keeps orders")

// erased reports whether the customer was erased at that time or later.
func (h *Recorder) erased(ctx context.Context, customer shop.CustomerID, at time.Time) (bool, error) {
	erased, err := h.Erasures.ErasedAt(ctx, h.Name(customer))
	return err == nil && !erased.IsZero() && !at.After(erased), err
}

// dropErased fails with [errErased] if the fold's customer was erased after the
// order was placed or, if that is not known, after the last of the events. If it
// is known, the order is stored as erased, so that its later events are dropped
// too. A customer who orders after the erasure is taken as a new one.
func (h *Recorder) dropErased(ctx context.Context, f dynamo.Fold, events []shop.Event) error {
	at := events[0].At
	for _, event := range events[1:] {
		if event.At.After(at) {
			at = event.At
		}
	}
	placed := f.Order.Placed
	if placed != nil {
		at = placed.At
	}
	gone, err := h.erased(ctx, f.Customer, at)
	if err != nil || !gone {
		return err
	}
	if placed != nil {
		stub := dynamo.Order{Order: f.Order, Raised: f.Raised}.Stub(at)
		if err := h.Erasures.SaveErasedOrder(ctx, stub, f.OrderRev); err != nil {
			return err
		}
	}
	return errErased
}
