package retention

import (
	"context"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// Orders stores orders; [dynamo.Store] does so.
type Orders interface {
	OrdersOf(context.Context, dynamo.Page, func(shop.Order) bool, func(dynamo.Order, dynamo.Rev) error) (dynamo.Cursor, error)
	SaveErasedOrder(context.Context, dynamo.Order, dynamo.Rev) error
}

// orders replaces the old orders of one page by stubs. Their effect on the profile
// stays.
func (j Job) orders(ctx context.Context, page dynamo.Page, begun time.Time, gone counts) (dynamo.Cursor, error) {
	limit := before(begun, j.Keep.Orders)
	old := func(o shop.Order) bool {
		at := begin(o)
		return o.Erased.IsZero() && !at.IsZero() && at.Before(limit)
	}
	return j.Orders.OrdersOf(ctx, page, old, func(o dynamo.Order, rev dynamo.Rev) error {
		return j.let(gone, "orders", func() error { return j.Orders.SaveErasedOrder(ctx, o.OutdatedStub(begun), rev) })
	})
}

// begin returns when an order was placed, or else the earliest time that is known
// of it; the zero time if there is none.
func begin(o shop.Order) (first time.Time) {
	if o.Placed != nil {
		return o.Placed.At
	}
	all := []time.Time{o.Named, o.Paid, o.Shipped, o.Delivered}
	if o.Cancel != nil {
		all = append(all, o.Cancel.At)
	}
	for _, r := range o.Returns {
		all = append(all, r.At)
	}
	for _, r := range o.Refunds {
		all = append(all, r.At)
	}
	for _, at := range all {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}
