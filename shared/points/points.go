// Package points keeps a customer's loyalty points: an append-only ledger, from
// which everything else is worked out.
//
// Points are earned by an order and are pending until its return window is over;
// then they are active and can be spent, those that expire soonest first; what
// is not spent by its time expires. A return takes back what the returned goods
// had earned. Nothing is ever changed or removed: the balance is the sum of the
// ledger, always, and every number that a customer sees can be traced to its
// entries.
//
//	earn 120 (order 7, active from 3 March, until 3 March next year)   +120
//	spend (order 9)                                                    −100
//	take back (order 7, a return)                                       −30
//	                                                          balance   −10
//
// A balance can fall below zero, as here, where points were spent that a return
// takes back: what is earned next pays for it first. Nobody can spend then.
package points

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Kind says what an entry is.
type Kind string

const (
	Earn     Kind = "earn"      // for an order, or a gift of the shop's; above 0
	Spend    Kind = "spend"     // on an order; below 0
	Return   Kind = "return"    // of points that were spent on an order that fell through; above 0
	TakeBack Kind = "take_back" // of what returned goods had earned; below 0
	Expire   Kind = "expire"    // of what was not spent by its time; below 0
)

// Entry is one line of a ledger.
type Entry struct {
	ID     string       `json:"id"` // names the cause, such as "earn/ORDER" or "take_back/ORDER/RETURN": one entry each, ever
	Kind   Kind         `json:"kind"`
	At     time.Time    `json:"at"`     // when it was written; never before the entry before it
	Points int          `json:"points"` // with its sign
	Order  shop.OrderID `json:"order,omitempty"`

	Active time.Time `json:"active,omitzero"` // for earn: they can be spent from then on
	Until  time.Time `json:"until,omitzero"`  // for earn and return: they expire then
	Lot    string    `json:"lot,omitempty"`   // for expire: the ID of the entry whose points expired
}

// Ledger is a customer's entries, in the order in which they were written.
type Ledger []Entry

// Balance is what a ledger says at one moment.
type Balance struct {
	Sum     int // of all entries, and of what has expired since: Active + Pending
	Active  int // can be spent; below zero is a debt
	Pending int // still within a return window
	Next    int // of the active points, those that expire first …
	Expires time.Time
}

var (
	// ErrShort means that fewer points are active than were to be spent.
	ErrShort = errors.New("there are too few points")

	// ErrEntry means that an entry cannot be part of a ledger.
	ErrEntry = errors.New("this is no entry of a ledger of points")
)

// Add returns the ledger with e at its end, and before it an entry for each lot
// that has expired by e.At. Adding what is there already, by its ID, changes
// nothing: events come twice. An e.At before the last entry's counts as that: a
// ledger goes forward only. The receiver is not changed.
//
// It fails with [ErrEntry] where the entry's sign or times contradict its kind,
// or its ID stands for something else already, and with [ErrShort] where more is
// spent than is active at e.At. Expiries are the ledger's own to write.
func (l Ledger) Add(e Entry) (Ledger, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	for _, old := range l {
		if old.ID == e.ID {
			if old.Kind != e.Kind || old.Points != e.Points || old.Order != e.Order {
				return nil, fmt.Errorf("%w: %s is there already, as %s of %d", ErrEntry, e.ID, old.Kind, old.Points)
			}
			return l, nil
		}
	}
	if n := len(l); n > 0 && e.At.Before(l[n-1].At) {
		e.At = l[n-1].At
	}
	if e.Kind == Spend {
		if active := l.At(e.At).Active; active < -e.Points {
			return nil, fmt.Errorf("%w: %d are active, %d were asked for", ErrShort, max(0, active), -e.Points)
		}
	}
	return append(l.Close(e.At), e), nil
}

// Close returns the ledger with an entry for each lot that has expired by now.
// It changes no balance: [Ledger.At] has taken it off already.
func (l Ledger) Close(now time.Time) Ledger {
	_, due, _ := l.replay(now)
	return append(slices.Clone(l), due...)
}

func (e Entry) check() error {
	positive := e.Kind == Earn || e.Kind == Return
	switch {
	case e.ID == "" || e.At.IsZero():
		return fmt.Errorf("%w: it needs an ID and a time", ErrEntry)
	case !slices.Contains([]Kind{Earn, Spend, Return, TakeBack}, e.Kind):
		return fmt.Errorf("%w: %s: the kind %q is not known", ErrEntry, e.ID, e.Kind)
	case positive && e.Points <= 0 || !positive && e.Points >= 0:
		return fmt.Errorf("%w: %s: %s of %d points has the wrong sign", ErrEntry, e.ID, e.Kind, e.Points)
	case positive && !e.Until.After(e.At), e.Kind == Earn && !e.Until.After(e.Active):
		return fmt.Errorf("%w: %s: its points would expire before they can be spent", ErrEntry, e.ID)
	}
	return nil
}

// At returns the balance at one moment, not before the last entry, with what has
// expired by then taken off, whether or not that was written yet (see
// [Ledger.Close]).
func (l Ledger) At(now time.Time) (b Balance) {
	lots, _, debt := l.replay(now)
	for _, lot := range lots {
		switch {
		case lot.left == 0:
		case lot.active.After(now):
			b.Pending += lot.left
		default:
			b.Active += lot.left
			if b.Expires.IsZero() || lot.until.Before(b.Expires) {
				b.Expires, b.Next = lot.until, 0
			}
			if lot.until.Equal(b.Expires) {
				b.Next += lot.left
			}
		}
	}
	b.Active -= debt
	b.Sum = b.Active + b.Pending
	return b
}

// lot is what is left of one entry that brought points.
type lot struct {
	id            string
	order         shop.OrderID
	active, until time.Time
	left          int
}

// replay goes through the ledger: what is left of each lot at now, the expiries
// that were not written down, and what is owed.
func (l Ledger) replay(now time.Time) (lots []lot, due Ledger, debt int) {
	expire := func(by time.Time) {
		for _, i := range soonest(lots) {
			if lot := &lots[i]; lot.left > 0 && !lot.until.After(by) {
				due = append(due, Entry{ID: "expire/" + lot.id, Kind: Expire, At: by, Points: -lot.left, Order: lot.order, Lot: lot.id})
				lot.left = 0
			}
		}
	}
	take := func(points int, from func(lot) bool) (owed int) {
		for _, i := range soonest(lots) {
			if lot := &lots[i]; from(*lot) {
				n := min(points, lot.left)
				lot.left -= n
				points -= n
			}
		}
		return points
	}
	for _, e := range l {
		active := func(l lot) bool { return !l.active.After(e.At) }
		switch e.Kind {
		case Earn, Return:
			paid := min(debt, e.Points)
			debt -= paid
			lots = append(lots, lot{e.ID, e.Order, e.Active, e.Until, e.Points - paid})
		case Spend:
			debt += take(-e.Points, active)
		case TakeBack: // from what the same order brought, then from anything that is active
			owed := take(-e.Points, func(l lot) bool { return l.order == e.Order })
			debt += take(owed, active)
		case Expire:
			take(-e.Points, func(l lot) bool { return l.id == e.Lot })
		}
	}
	expire(now)
	return lots, due, debt
}

// soonest returns the lots' places, those that expire first at the front.
func soonest(lots []lot) []int {
	order := make([]int, len(lots))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return lots[a].until.Compare(lots[b].until) })
	return order
}
