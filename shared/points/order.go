package points

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Fold returns the ledger with the points that the order, as far as it is
// known, has earned and lost. Points follow the money: the order earns by what
// the customer pays, a refund takes back what its amount had earned, and a
// cancellation takes back all. Both amounts are those of [shop.Order.Account],
// as in customer.spent. The points of an order that is not paid stay pending and
// count for no tier, unless the scheme says that orders earn when they are placed.
// Returned products take back nothing until they are refunded, unless the event
// says that they need not be paid.
//
// The rate and the times are those under which the order first earned; a later
// change of the scheme does not change them. The order may be folded twice, and
// its facts may come in any order. If the shop has edited the order, its
// entries are those of its present total.
func (s Scheme) Fold(l Ledger, o shop.Order) Ledger {
	entries := s.of(l, o)
	if len(entries) == 0 && !l.has(o.ID) {
		return l
	}
	folded := slices.DeleteFunc(slices.Clone(l), func(e Entry) bool { return e.of(o.ID) })
	folded = append(folded, entries...)
	slices.SortFunc(folded, byTime)
	return folded
}

// lotOf returns the ID of the entry by which the order earns.
func lotOf(order shop.OrderID) string { return "earn/" + string(order) }

// of reports whether the entry earns the order's points or takes some of them
// back.
func (e Entry) of(order shop.OrderID) bool { return e.ID == lotOf(order) || e.Lot == lotOf(order) }

func (l Ledger) has(order shop.OrderID) bool {
	return slices.ContainsFunc(l, func(e Entry) bool { return e.of(order) })
}

// of returns the entries of an order, one for each cause; none if it earns
// nothing.
func (s Scheme) of(l Ledger, o shop.Order) (entries []Entry) {
	if o.Placed == nil || o.Customer == "" {
		return nil
	}
	id, total := lotOf(o.ID), o.Placed.Total
	earn, booked := l.entry(id)
	if !booked {
		at := shop.Millis(o.Placed.At)
		if at.Before(s.Since) {
			return nil
		}
		earn = Entry{ID: id, Kind: Earn, At: at, Order: o.ID, Active: shop.Millis(at.Add(s.Pending)), Until: shop.Millis(at.Add(s.Lives)), Rate: s.Earn[total.Currency], Unpaid: !s.Placed}
	}
	earn.Unpaid = earn.Unpaid && o.Paid.IsZero()
	due, refunds := o.Account()
	if earn.Points = earned(due, earn.Rate); earn.Points == 0 {
		return nil
	}
	entries = append(entries, earn)
	back := func(cause string, at time.Time, points int) {
		if points > 0 {
			entries = append(entries, Entry{ID: cause, Kind: TakeBack, At: shop.Millis(at), Points: -points, Order: o.ID, Lot: id})
		}
	}
	left := due // after the refunds so far, so that their fractions of a point add up
	for _, ref := range slices.SortedFunc(maps.Keys(refunds), func(a, b string) int {
		return cmp.Or(o.Refunds[a].At.Compare(o.Refunds[b].At), cmp.Compare(a, b))
	}) {
		before := earned(left, earn.Rate)
		left = max(0, left-refunds[ref])
		back(cause("refund", o.ID, ref), o.Refunds[ref].At, before-earned(left, earn.Rate))
	}
	if o.Cancel != nil {
		back("cancel/"+string(o.ID), o.Cancel.At, earn.Points)
	}
	return entries
}
