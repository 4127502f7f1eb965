package points

import (
	"cmp"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Balance is the sums of a ledger at one time.
type Balance struct {
	Sum     int       // of its statement: Active + Pending
	Active  int       // can be spent; negative if refunds took back points that were spent
	Pending int       // still within a return window
	Next    int       // of the active points, those that expire first, at Expires
	Expires time.Time // zero if there are none
}

// At returns the balance at now, without what has expired by then. Every entry
// counts, even one whose time is a little after now: clocks differ, and a
// customer must not spend points twice because of that.
func (l Ledger) At(now time.Time) (b Balance) {
	lots, debt, now := l.replay(now)
	for _, lot := range lots {
		switch {
		case lot.left == 0 || lot.over(now):
		case lot.from().After(now):
			b.Pending += lot.left
		default:
			b.Active += lot.left
			if b.Expires.IsZero() || lot.Until.Before(b.Expires) {
				b.Expires, b.Next = lot.Until, 0
			}
			if lot.Until.Equal(b.Expires) {
				b.Next += lot.left
			}
		}
	}
	b.Active -= debt
	if b.Next = min(b.Next, max(b.Active, 0)); b.Next == 0 {
		b.Expires = time.Time{}
	}
	b.Sum = b.Active + b.Pending
	return b
}

// Lapse is active points that expire at one time.
type Lapse struct {
	Points int
	Until  time.Time
}

// Lapses returns the active points at now by the time at which they expire, soonest
// first. Their sum is not above what can be spent: [Balance.Active].
func (l Ledger) Lapses(now time.Time) (all []Lapse) {
	lots, debt, now := l.replay(now)
	slices.SortStableFunc(lots, func(a, b lot) int { return a.Until.Compare(b.Until) })
	for _, lot := range lots {
		if lot.left == 0 || lot.over(now) || lot.from().After(now) {
			continue
		}
		paid := min(debt, lot.left)
		debt -= paid
		if left := lot.left - paid; left > 0 {
			all = append(all, Lapse{left, lot.Until})
		}
	}
	return all
}

// Statement returns the ledger with the entries that it computes itself: what
// has expired by now, and what was corrected. The sum of all is the balance.
func (l Ledger) Statement(now time.Time) Ledger {
	all := slices.Clone(l)
	lots, _, now := l.replay(now)
	for _, lot := range lots {
		if lot.excess > 0 {
			all = append(all, Entry{ID: "correct/" + lot.ID, Kind: Correct, At: lot.taken, Points: lot.excess, Order: lot.Order, Lot: lot.ID})
		}
		if lot.left > 0 && lot.over(now) {
			all = append(all, Entry{ID: "expire/" + lot.ID, Kind: Expire, At: lot.Until, Points: -lot.left, Order: lot.Order, Lot: lot.ID})
		}
	}
	slices.SortFunc(all, byTime)
	return all
}

// lot is an entry that added points, and how many are left of them.
type lot struct {
	Entry
	left   int
	excess int       // how many more were taken back than the entry added
	taken  time.Time // when the last were taken back
}

// over reports whether the lot has expired at now.
func (l lot) over(now time.Time) bool { return !l.Until.After(now) }

// replay takes each spend of the ledger from the lots that were active at its
// time, those that expire first at the front. What no lot covers is a debt,
// which the next lots that become active pay. Points that were taken back count
// as if the lot had never had them, so the order in which the facts came in
// makes no difference. It returns the lots in the ledger's order, the debt at
// now, and now or the time of the latest entry if that is later.
func (l Ledger) replay(now time.Time) (lots []lot, debt int, at time.Time) {
	for _, e := range l {
		if e.At.After(now) {
			now = e.At
		}
	}
	lots = l.lots()
	soonest := make([]*lot, len(lots)) // by the time at which they expire
	for i := range lots {
		soonest[i] = &lots[i]
	}
	slices.SortStableFunc(soonest, func(a, b *lot) int { return a.Until.Compare(b.Until) })
	inactive := slices.Clone(soonest) // those that are not active yet, by the time from which they are
	slices.SortStableFunc(inactive, func(a, b *lot) int { return cmp.Or(a.from().Compare(b.from()), cmp.Compare(a.ID, b.ID)) })
	activate := func(by time.Time) {
		for len(inactive) > 0 && !inactive[0].from().After(by) {
			paid := min(debt, inactive[0].left)
			debt -= paid
			inactive[0].left -= paid
			inactive = inactive[1:]
		}
	}
	for _, e := range l {
		if e.Kind != Spend {
			continue
		}
		at := e.end()
		activate(at)
		owed := -e.Points
		for len(soonest) > 0 && (soonest[0].left == 0 || soonest[0].over(at)) { // it is not needed again: the spends are in the order of time
			soonest = soonest[1:]
		}
		for _, lot := range soonest {
			if owed == 0 {
				break
			}
			if !lot.from().After(at) && !lot.over(at) {
				n := min(owed, lot.left)
				lot.left -= n
				owed -= n
			}
		}
		debt += owed
	}
	activate(now)
	return lots, debt, now
}

// lots returns the points that each entry added, less those that were taken
// back, in the ledger's order.
func (l Ledger) lots() (lots []lot) {
	at := map[string]int{} // by the entry's ID
	for _, e := range l {
		if e.brings() {
			at[e.ID] = len(lots)
			lots = append(lots, lot{Entry: e, left: e.Points})
		}
	}
	for _, back := range l {
		if i, there := at[back.Lot]; there && back.Kind == TakeBack {
			lots[i].left += back.Points
			lots[i].taken = back.At // the last one wins: the ledger is in the order of time
		}
	}
	for i := range lots {
		lot := &lots[i]
		lot.excess = max(0, -lot.left)
		lot.left = max(0, lot.left)
	}
	return lots
}

// Earned returns the points that the order earned, less those that were taken
// back.
func (l Ledger) Earned(order shop.OrderID) int {
	for _, lot := range l.lots() {
		if lot.ID == lotOf(order) {
			return lot.left
		}
	}
	return 0
}

// PendingOf returns the points that the order earned and that cannot be spent
// yet at now.
func (l Ledger) PendingOf(order shop.OrderID, now time.Time) int {
	lots, _, now := l.replay(now)
	for _, lot := range lots {
		if lot.ID == lotOf(order) && lot.from().After(now) && !lot.over(now) {
			return lot.left
		}
	}
	return 0
}
