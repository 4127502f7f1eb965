package points

import (
	"cmp"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Balance is what a ledger says at one moment.
type Balance struct {
	Sum     int       // of its statement: Active + Pending
	Active  int       // can be spent; below zero is a debt
	Pending int       // still within a return window
	Next    int       // of the active points, those that expire first …
	Expires time.Time // … then; zero where there are none
}

// At returns the balance at now, with what has expired by then taken off. Every
// entry counts, also one whose time is a little ahead of now: clocks differ, and
// nobody may spend twice because of it.
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

// Statement returns the ledger with its own lines: what has expired by now, and
// what was corrected. Their sum is the balance.
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

// lot is an entry that brought points, and what is left of them.
type lot struct {
	Entry
	left   int
	excess int       // was taken back although it had not brought it
	taken  time.Time // back, last
}

// over reports whether the lot's time is over.
func (l lot) over(now time.Time) bool { return !l.Until.After(now) }

// replay spends what the ledger spent: from the lots that were active then, those
// that expire first at the front. What no lot covers is owed; a lot that becomes
// active pays it first. What was taken back of a lot counts as if it had never
// brought it, so that it does not matter when that was told. It returns the lots
// in the ledger's order, what is owed at now, and now, at least that of the last
// entry.
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
	awake := slices.Clone(soonest) // by the time from which they can be spent
	slices.SortStableFunc(awake, func(a, b *lot) int { return cmp.Or(a.from().Compare(b.from()), cmp.Compare(a.ID, b.ID)) })
	wake := func(by time.Time) {
		for len(awake) > 0 && !awake[0].from().After(by) {
			paid := min(debt, awake[0].left)
			debt -= paid
			awake[0].left -= paid
			awake = awake[1:]
		}
	}
	for _, e := range l {
		if e.Kind != Spend {
			continue
		}
		wake(e.At)
		owed := -e.Points
		for len(soonest) > 0 && (soonest[0].left == 0 || soonest[0].over(e.At)) { // for good: spends come by their time
			soonest = soonest[1:]
		}
		for _, lot := range soonest {
			if owed == 0 {
				break
			}
			if !lot.from().After(e.At) && !lot.over(e.At) {
				n := min(owed, lot.left)
				lot.left -= n
				owed -= n
			}
		}
		debt += owed
	}
	wake(now)
	return lots, debt, now
}

// lots returns what each entry brought, less what was taken back of it, in the
// ledger's order.
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
			lots[i].taken = back.At // the last, in the ledger's order
		}
	}
	for i := range lots {
		lot := &lots[i]
		lot.excess = max(0, -lot.left)
		lot.left = max(0, lot.left)
	}
	return lots
}

// Earned returns what the order earned, less what was taken back of it.
func (l Ledger) Earned(order shop.OrderID) int {
	for _, lot := range l.lots() {
		if lot.ID == lotOf(order) {
			return lot.left
		}
	}
	return 0
}
