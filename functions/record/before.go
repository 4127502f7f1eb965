package main

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"regulars/shared/shop"
)

// told is one thing that an order knows, and when it happened.
type told struct {
	fact shop.OrderFact
	at   time.Time
}

// before returns what was told of an order while nobody knew whose it is: a
// cancellation can overtake its order. One for each kind of event, the first.
func before(o shop.Order) (all []told) {
	tell := func(at time.Time, fact shop.OrderFact) {
		if !at.IsZero() {
			fact.Order = o.ID
			all = append(all, told{fact, at})
		}
	}
	if o.Placed != nil {
		tell(o.Placed.At, shop.OrderFact{Kind: shop.OrderPlaced, Placed: o.Placed})
	}
	tell(o.Paid, shop.OrderFact{Kind: shop.OrderPaid})
	tell(o.Shipped, shop.OrderFact{Kind: shop.OrderShipped})
	tell(o.Delivered, shop.OrderFact{Kind: shop.OrderDelivered})
	if o.Delay != nil {
		tell(o.Delay.At, shop.OrderFact{Kind: shop.OrderDelayed, Delay: o.Delay})
	}
	if o.Cancel != nil {
		tell(o.Cancel.At, shop.OrderFact{Kind: shop.OrderCancelled, Cancel: o.Cancel})
	}
	if ref, back, ok := first(o.Returns, func(r shop.Return) time.Time { return r.At }); ok {
		tell(back.At, shop.OrderFact{Kind: shop.OrderReturned, Ref: ref, Return: &back})
	}
	if ref, paid, ok := first(o.Refunds, func(r shop.Refund) time.Time { return r.At }); ok {
		tell(paid.At, shop.OrderFact{Kind: shop.OrderRefunded, Ref: ref, Refund: &paid})
	}
	return all
}

// first returns the earliest of those, by their ID where two are of one time.
func first[T any](all map[string]T, at func(T) time.Time) (ref string, one T, ok bool) {
	if len(all) == 0 {
		return "", one, false
	}
	ref = slices.MinFunc(slices.Collect(maps.Keys(all)), func(a, b string) int {
		return cmp.Or(at(all[a]).Compare(at(all[b])), cmp.Compare(a, b))
	})
	return ref, all[ref], true
}
