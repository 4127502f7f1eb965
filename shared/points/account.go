package points

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"regulars/shared/shop"
)

// Account is a customer's points: the ledger, and the points that orders hold.
// It is immutable; its methods return another.
type Account struct {
	Ledger Ledger                `json:"ledger,omitempty"`
	Held   map[shop.OrderID]Hold `json:"held,omitempty"`
}

// Hold is the points that are held for an order while its customer pays. They
// are still in the balance.
type Hold struct {
	Points int       `json:"points"`
	At     time.Time `json:"at"` // when they were held
	Until  time.Time `json:"until"`
}

// Free returns how many points the customer can spend on an order at now: the
// active points, less those that are held for other orders. It is never below
// zero.
func (a Account) Free(order shop.OrderID, now time.Time) int {
	free := a.Ledger.At(now).Active - a.HeldAt(now)
	if own := a.Held[order]; own.Until.After(now) {
		free += own.Points
	}
	return max(0, free)
}

// HeldAt returns how many points are held at now.
func (a Account) HeldAt(now time.Time) (n int) {
	for _, hold := range a.Held {
		if hold.Until.After(now) {
			n += hold.Points
		}
	}
	return n
}

// Hold holds points for an order until the given time, in place of those that
// it held before; 0 releases them. It removes the holds of other orders that
// have lapsed. It fails with [ErrShort].
func (a Account) Hold(order shop.OrderID, points int, until, now time.Time) (Account, error) {
	if free := a.Free(order, now); points > free {
		return a, fmt.Errorf("hold points for order %s: %w: %d are free, %d are needed", order, ErrShort, free, points)
	}
	a.Held = maps.Clone(a.Held)
	maps.DeleteFunc(a.Held, func(of shop.OrderID, hold Hold) bool { return of == order || !hold.Until.After(now) })
	if points > 0 {
		if a.Held == nil {
			a.Held = map[shop.OrderID]Hold{}
		}
		a.Held[order] = Hold{Points: points, At: shop.Millis(now), Until: shop.Millis(until)}
	}
	if len(a.Held) == 0 {
		a.Held = nil
	}
	return a, nil
}

// Spend spends points on an order that was placed, once. Points that the order
// holds are spent as of the time at which they were held: it does not matter if
// they expired while the customer paid, or a refund took some back; the balance
// can fall below zero then. If the hold has lapsed, the points are spent if
// they are still free, else it fails with [ErrShort].
func (a Account) Spend(order shop.OrderID, points int, now time.Time) (Account, error) {
	id := "spend/" + string(order)
	if _, there := a.Ledger.entry(id); there {
		return a.Hold(order, 0, now, now)
	}
	if own := a.Held[order]; own.Until.After(now) && own.Points >= points {
		a, err := a.Hold(order, 0, now, now)
		a.Ledger = a.Ledger.put(Entry{ID: id, Kind: Spend, At: own.At, Points: -points, Order: order})
		return a, err
	}
	if free := a.Free(order, now); points > free {
		return a, fmt.Errorf("spend points on order %s: %w: %d are free, %d are needed", order, ErrShort, free, points)
	}
	return a.add(order, Entry{ID: id, Kind: Spend, At: now, Points: -points, Order: order}, now)
}

// GiveBack gives back points that were spent on an order, because units of it
// were returned. ref is the return's ID; the same one again changes nothing.
// The points live as long as new ones.
func (a Account) GiveBack(order shop.OrderID, ref string, points int, lives time.Duration, now time.Time) (Account, error) {
	return a.add(order, Entry{
		ID: cause("return", order, ref), Kind: Return, At: now, Points: points, Order: order, Until: now.Add(lives),
	}, now)
}

// Grant adds the points that an offer grants with an order. They become active
// together with those that the order earns.
func (a Account) Grant(order shop.OrderID, by string, points int, s Scheme, now time.Time) (Account, error) {
	return a.add(order, Entry{
		ID: grantOf(order, by), Kind: Grant, At: now, Points: points, Order: order, Active: now.Add(s.Pending), Until: now.Add(s.Lives),
	}, now)
}

// Ungrant takes back some of the points that an offer granted with an order,
// because of a return. If it granted none, nothing changes. If they are only in
// sums by now, the latest sums become smaller; the caller makes sure then that
// each return is counted once.
func (a Account) Ungrant(order shop.OrderID, by, ref string, points int, now time.Time) (Account, error) {
	grant, there := a.Ledger.entry(grantOf(order, by))
	if !there {
		a.Ledger = a.Ledger.lessGranted(points)
		return a, nil
	}
	id := cause("take_back", order, by+"/"+ref)
	return a.add(order, Entry{ID: id, Kind: TakeBack, At: now, Points: -points, Order: order, Lot: grant.ID}, now)
}

func grantOf(order shop.OrderID, by string) string { return cause("grant", order, by) }

// cause returns the ID of the entry that something about an order caused. A
// slash in the order's ID is escaped, so that two causes have different IDs.
func cause(kind string, order shop.OrderID, what string) string {
	return kind + "/" + strings.NewReplacer("%", "%25", "/", "%2F").Replace(string(order)) + "/" + what
}

// add adds an entry unless there is one of its ID, and releases the order's
// hold.
func (a Account) add(order shop.OrderID, e Entry, now time.Time) (Account, error) {
	a, err := a.Hold(order, 0, now, now)
	if err != nil {
		return a, err
	}
	if _, there := a.Ledger.entry(e.ID); there {
		return a, nil
	}
	a.Ledger, err = a.Ledger.Add(e)
	return a, err
}
