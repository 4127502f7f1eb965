package shop

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"
	"time"
)

// Account returns what a placed order comes to, and what each refund of it paid
// back, by the refund's ID. Both are in minor units of the currency of the
// order's total, and never below zero; due less all refunds is what the customer
// has spent in the end, or less than zero if more was paid back than due. It does
// not look at the cancellation. It panics if the order was not placed.
//
// Units that left the order without money, in an edit or a return, lower due by
// their worth. If the customer had paid before that, the shop owes them this
// worth. The refund that pays it later names no units, so the first refunds
// without units are that payment, and are not subtracted a second time.
//
// A refund in the currency in which the customer paid is converted with the
// order's own [Rate]. A refund in any other currency counts as nothing, because
// this project does not know other rates.
func (o Order) Account() (due int64, refunds map[string]int64) {
	due = o.Placed.Total.Minor
	owed, units := int64(0), map[string]bool{}
	for ref, edit := range o.Edits {
		units[ref] = true
		o.settle(ref, edit.Worth, edit.At.UnixMilli(), &due, &owed)
	}
	for ref, back := range o.Returns {
		units[ref] = true
		o.settle(ref, back.Worth, back.At.UnixMilli(), &due, &owed)
	}
	due = max(due, 0)

	refunds = make(map[string]int64, len(o.Refunds))
	for _, ref := range slices.SortedFunc(maps.Keys(o.Refunds), func(a, b string) int {
		return cmp.Or(o.Refunds[a].At.Compare(o.Refunds[b].At), cmp.Compare(a, b))
	}) {
		paid := o.Placed.own(o.Refunds[ref].Amount)
		if !units[ref] {
			part := min(paid, owed)
			owed, paid = owed-part, paid-part
		}
		refunds[ref] = paid
	}
	return due, refunds
}

// settle subtracts a worth from due, and adds it to owed if the customer had
// paid by then. If the refund of the same ID paid money, the money counts alone.
func (o Order) settle(ref string, w Worth, at int64, due, owed *int64) {
	if _, paid := o.Refunds[ref]; paid {
		return
	}
	worth := o.Placed.own(w.Price)
	if !o.Placed.TaxIncluded {
		worth += o.Placed.own(w.Tax)
	}
	*due -= worth
	if !o.Paid.IsZero() && o.Paid.UnixMilli() <= at {
		*owed += worth
	}
}

// Gone reports whether nothing is left of the order: it was cancelled, or all
// its money was paid back, or all its units left it.
func (o Order) Gone() bool {
	if o.Cancel != nil || o.Placed == nil {
		return o.Cancel != nil
	}
	due, refunds := o.Account()
	var back int64
	for _, refund := range refunds {
		back += refund
	}
	return due == 0 && o.Placed.Total.Minor > 0 || back > 0 && back >= due
}

// Outdates reports whether later events of the order make a message about an
// event of this kind untrue. For example, an order that was cancelled, delivered
// or returned is not being got ready.
func (o Order) Outdates(kind OrderKind) bool {
	delivered := !o.Arrived().IsZero()
	switch kind {
	case OrderPlaced:
		return o.Gone() || delivered || len(o.Returns) > 0
	case OrderShipped, OrderDelayed:
		return o.Gone() || delivered
	case OrderPaid, OrderDelivered:
		return o.Gone()
	}
	return false
}

// Arrived returns when the customer had the whole order: when an event says so,
// or when the parcels that arrived had all of its units that edits left. It is
// zero if neither is known.
func (o Order) Arrived() time.Time {
	if !o.Delivered.IsZero() || o.Placed == nil {
		return o.Delivered
	}
	missing := o.Taken()
	for product, units := range missing {
		missing[product] = -units
	}
	for _, line := range o.Placed.Lines {
		missing[line.Product] += line.Units
	}
	parcels := slices.SortedFunc(maps.Values(o.Parcels), func(a, b Parcel) int { return a.Delivered.Compare(b.Delivered) })
	for _, parcel := range parcels {
		if parcel.Delivered.IsZero() {
			continue
		}
		for product, units := range parcel.Units {
			missing[product] -= units
		}
		if !slices.ContainsFunc(slices.Collect(maps.Values(missing)), func(units int) bool { return units > 0 }) {
			return parcel.Delivered
		}
	}
	return time.Time{}
}

// Taken returns the units that edits took out of the order, by product.
func (o Order) Taken() map[ProductID]int {
	taken := map[ProductID]int{}
	for _, edit := range o.Edits {
		for product, units := range edit.Units {
			taken[product] += units
		}
	}
	return taken
}

// own returns an amount in the order's own currency, in minor units: see
// [Order.Account].
func (p *Placed) own(m Money) int64 {
	switch {
	case m.Currency == p.Total.Currency:
		return m.Minor
	case p.Rate != nil && p.Rate.Seen.Currency == m.Currency:
		return Portion(m.Minor, p.Rate.Shop.Minor, p.Rate.Seen.Minor)
	}
	return 0
}

// Portion returns a × b ÷ c, rounded to the nearest, or 0 if it does not fit
// into an int64. Neither a nor b is negative, and c is above 0.
func Portion(a, b, c int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	low, carry := bits.Add64(low, uint64(c)/2, 0)
	if high += carry; high >= uint64(c) {
		return 0
	}
	quotient, _ := bits.Div64(high, low, uint64(c))
	if int64(quotient) < 0 {
		return 0
	}
	return int64(quotient)
}
