package profile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"regulars/shared/shop"
)

// ErrContradiction is wrapped by the error of [Merge] if a fact contradicts
// what never changes in an order: the shop's ID of its customer, and the time at
// which it was placed.
var ErrContradiction = errors.New("the event contradicts the order")

// Merge returns order with fact added; at is when the fact happened.
//
// Merge is idempotent, commutative and associative: facts may come twice, late
// or in any sequence, and the resulting order is the same. For that, each part
// of an order keeps one winner:
//
//   - customer: the shop's own ID, from any fact; or else the guest of the latest
//     revision
//   - placed: the latest revision
//   - paid, shipped, delivered, cancelled: the earliest
//   - each parcel: what is in it, and its earliest delivery
//   - delayed: the latest
//   - edits, returns and refunds: the earliest of each ID; of refunds at one
//     time, the largest, because part of a refund can succeed later
//
// A parcel, an edit or a return that names lines gets the products of the lines
// as soon as the order is known: see [shop.Placed.Items].
//
// Of two facts that are equal by this rule, the one whose JSON sorts first
// wins, which is arbitrary and stable. Merge changes none of its arguments. It
// fails with [ErrContradiction], or if the kind is unknown.
func Merge(order shop.Order, fact shop.OrderFact, at time.Time) (shop.Order, error) {
	at = shop.Millis(at)
	order.ID = fact.Order
	order, err := named(order, fact)
	if err != nil {
		return shop.Order{}, err
	}
	switch fact.Kind {
	case shop.OrderPlaced:
		if order.Placed != nil && !order.Placed.At.Equal(fact.Placed.At) {
			return shop.Order{}, fmt.Errorf("the order was placed at another time than the event says: %w", ErrContradiction)
		}
		known := order.Placed
		order.Placed = winner(known, fact.Placed, func(a, b *shop.Placed) int { return b.Revision.Compare(a.Revision) })
		order.Placed = withItems(order.Placed, known, fact.Placed)
	case shop.OrderPaid:
		order.Paid = earliest(order.Paid, at)
	case shop.OrderShipped:
		order.Shipped = earliest(order.Shipped, at)
		order.Parcels = withParcel(order.Parcels, fact)
	case shop.OrderDelivered:
		if fact.Parcel == nil {
			order.Delivered = earliest(order.Delivered, at)
		}
		order.Parcels = withParcel(order.Parcels, fact)
	case shop.OrderDelayed:
		order.Delay = winner(order.Delay, fact.Delay, func(a, b *shop.Delay) int { return b.At.Compare(a.At) })
	case shop.OrderCancelled:
		order.Cancel = winner(order.Cancel, fact.Cancel, func(a, b *shop.Cancel) int { return a.At.Compare(b.At) })
	case shop.OrderEdited:
		order.Edits = joined(order.Edits, fact.Ref, fact.Edit, func(a, b *shop.Edit) int { return a.At.Compare(b.At) })
	case shop.OrderReturned:
		order.Returns = joined(order.Returns, fact.Ref, fact.Return, func(a, b *shop.Return) int { return a.At.Compare(b.At) })
	case shop.OrderRefunded:
		order.Refunds = joined(order.Refunds, fact.Ref, fact.Refund, func(a, b *shop.Refund) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(b.Amount.Minor, a.Amount.Minor))
		})
	default:
		return shop.Order{}, fmt.Errorf("order %s: unknown kind of event %q", fact.Order, fact.Kind)
	}
	return withProducts(order), nil
}

// named returns the order with the customer that the fact names, if its name
// counts. A customer has an ID of the shop, or is the guest of an address. An ID
// counts more than a guest. Of two guests of one order, that of the later
// revision counts: the customer has corrected the address. A later event, such
// as a shipment, never names a guest: it repeats an address, in its own spelling
// or not, of a customer whom the order names.
func named(order shop.Order, fact shop.OrderFact) (shop.Order, error) {
	switch {
	case fact.Customer == "" || fact.Customer.IsGuest() && fact.Placed == nil:
	case !fact.Customer.IsGuest():
		if known := order.Customer; known != "" && !known.IsGuest() && known != fact.Customer {
			return order, fmt.Errorf("the order belongs to another customer than the event says: %w", ErrContradiction)
		}
		order.Customer, order.Named = fact.Customer, time.Time{}
	case order.Customer == "" || order.Customer.IsGuest():
		by := fact.Placed.Revision.Compare(order.Named)
		if by > 0 || order.Customer == "" || by == 0 && fact.Customer < order.Customer {
			order.Customer, order.Named = fact.Customer, fact.Placed.Revision
		}
	}
	return order, nil
}

// withParcel returns a copy of known with what the fact says of its parcel, if it
// is about one.
func withParcel(known map[string]shop.Parcel, fact shop.OrderFact) map[string]shop.Parcel {
	if fact.Parcel == nil {
		return known
	}
	known = maps.Clone(known)
	if known == nil {
		known = map[string]shop.Parcel{}
	}
	p, said := known[fact.Ref], *fact.Parcel
	if len(p.Units) == 0 || len(said.Units) > 0 && bytes.Compare(canonical(said.Units), canonical(p.Units)) < 0 {
		p.Units = said.Units
	}
	if !said.Delivered.IsZero() {
		p.Delivered = earliest(p.Delivered, shop.Millis(said.Delivered))
	}
	known[fact.Ref] = p
	return known
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// winner returns the one of the two that sorts first by compare, then by its
// JSON.
func winner[T any](known, added *T, compare func(a, b *T) int) *T {
	if known == nil {
		return added
	}
	by := compare(added, known)
	if by == 0 {
		by = bytes.Compare(canonical(added), canonical(known))
	}
	if by < 0 {
		return added
	}
	return known
}

// joined returns a copy of known with the winner of added and known[ref] under
// ref.
func joined[T any](known map[string]T, ref string, added *T, compare func(a, b *T) int) map[string]T {
	known = maps.Clone(known)
	if known == nil {
		known = map[string]T{}
	}
	if old, ok := known[ref]; ok {
		added = winner(&old, added, compare)
	}
	known[ref] = *added
	return known
}

// canonical returns v's JSON: encoding/json sorts the keys of maps, so equal
// values give equal bytes.
func canonical(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("profile: " + err.Error()) // callers pass plain data only
	}
	return b
}
