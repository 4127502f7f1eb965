package recording

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"regulars/shared/shop"
)

// timedFact is a fact about an order with the time at which it happened.
type timedFact struct {
	fact shop.OrderFact
	at   time.Time
}

// factsOf returns the facts that are stored in an order, one for each kind of
// event: of several returns or refunds, the first. Facts can be stored before
// the order's customer is known, for example a cancellation that comes before
// its order.
func factsOf(o shop.Order) (all []timedFact) {
	add := func(at time.Time, fact shop.OrderFact) {
		if !at.IsZero() {
			fact.Order = o.ID
			all = append(all, timedFact{fact, at})
		}
	}
	if o.Placed != nil {
		add(o.Placed.At, shop.OrderFact{Kind: shop.OrderPlaced, Placed: o.Placed})
	}
	add(o.Paid, shop.OrderFact{Kind: shop.OrderPaid})
	add(o.Shipped, shop.OrderFact{Kind: shop.OrderShipped})
	add(o.Arrived(), shop.OrderFact{Kind: shop.OrderDelivered})
	if o.Delay != nil {
		add(o.Delay.At, shop.OrderFact{Kind: shop.OrderDelayed, Delay: o.Delay})
	}
	if o.Cancel != nil {
		add(o.Cancel.At, shop.OrderFact{Kind: shop.OrderCancelled, Cancel: o.Cancel})
	}
	if ref, back, ok := first(o.Returns, func(r shop.Return) time.Time { return r.At }); ok {
		add(back.At, shop.OrderFact{Kind: shop.OrderReturned, Ref: ref, Return: &back})
	}
	if ref, paid, ok := first(o.Refunds, func(r shop.Refund) time.Time { return r.At }); ok {
		add(paid.At, shop.OrderFact{Kind: shop.OrderRefunded, Ref: ref, Refund: &paid})
	}
	return all
}

// first returns the earliest of all with its ID, of two at one time the one
// whose ID sorts first; ok is false if there is none.
func first[T any](all map[string]T, at func(T) time.Time) (ref string, earliest T, ok bool) {
	if len(all) == 0 {
		return "", earliest, false
	}
	ref = slices.MinFunc(slices.Collect(maps.Keys(all)), func(a, b string) int {
		return cmp.Or(at(all[a]).Compare(at(all[b])), cmp.Compare(a, b))
	})
	return ref, all[ref], true
}
