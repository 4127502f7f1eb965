package points

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"regulars/shared/shop"
)

// Account is a customer's points: the ledger, and what checkouts have set aside
// of it. It is not changed once it was made; its methods return another.
type Account struct {
	Ledger Ledger                `json:"ledger,omitempty"`
	Held   map[shop.OrderID]Hold `json:"held,omitempty"`
}

// Hold is points that are set aside for an order while its customer pays. They
// are still the customer's, and in the balance.
type Hold struct {
	Points int       `json:"points"`
	At     time.Time `json:"at"` // they were there, and could be spent
	Until  time.Time `json:"until"`
}

// Free returns how many points the customer can spend on an order at now: what is
// active, less what is set aside for others. It is never below zero.
func (a Account) Free(order shop.OrderID, now time.Time) int {
	free := a.Ledger.At(now).Active - a.HeldAt(now)
	if own := a.Held[order]; own.Until.After(now) {
		free += own.Points
	}
	return max(0, free)
}

// HeldAt returns how many points are set aside at now.
func (a Account) HeldAt(now time.Time) (n int) {
	for _, hold := range a.Held {
		if hold.Until.After(now) {
			n += hold.Points
		}
	}
	return n
}

// Hold sets points aside for an order until then, in place of what was set aside
// for it before; 0 lets go of it. Holds that have lapsed are forgotten. It fails
// with [ErrShort].
func (a Account) Hold(order shop.OrderID, points int, until, now time.Time) (Account, error) {
	if free := a.Free(order, now); points > free {
		return a, fmt.Errorf("hold points for order %s: %w: %d are free, %d were asked for", order, ErrShort, free, points)
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

// Spend takes the points of an order that was placed. What is held for it is
// taken as of the time at which it was held: that they expire while the customer
// pays, or that a refund takes some back, is no reason to refuse them; what is
// missing then is owed. A hold that has lapsed is honoured as long as the points
// are still there: it fails with [ErrShort] where they are not.
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
		return a, fmt.Errorf("spend points on order %s: %w: %d are free, %d were asked for", order, ErrShort, free, points)
	}
	return a.add(order, Entry{ID: id, Kind: Spend, At: now, Points: -points, Order: order}, now)
}

// GiveBack returns points that were spent on an order of which a part, or all,
// came back under an ID of its own. They live as long as new ones.
func (a Account) GiveBack(order shop.OrderID, ref string, points int, lives time.Duration, now time.Time) (Account, error) {
	return a.add(order, Entry{
		ID: cause("return", order, ref), Kind: Return, At: now, Points: points, Order: order, Until: now.Add(lives),
	}, now)
}

// Grant gives the points that an offer brings with an order; they can be spent
// when those that the order earns can.
func (a Account) Grant(order shop.OrderID, by string, points int, s Scheme, now time.Time) (Account, error) {
	return a.add(order, Entry{
		ID: grantOf(order, by), Kind: Grant, At: now, Points: points, Order: order, Active: now.Add(s.Pending), Until: now.Add(s.Lives),
	}, now)
}

// Ungrant takes back points of what an offer granted with an order, because of a
// return; nothing where it granted nothing.
func (a Account) Ungrant(order shop.OrderID, by, ref string, points int, now time.Time) (Account, error) {
	grant, there := a.Ledger.entry(grantOf(order, by))
	if !there {
		return a, nil
	}
	id := cause("take_back", order, by+"/"+ref)
	return a.add(order, Entry{ID: id, Kind: TakeBack, At: now, Points: -points, Order: order, Lot: grant.ID}, now)
}

func grantOf(order shop.OrderID, by string) string { return cause("grant", order, by) }

// cause names an entry by what of an order caused it. A slash in the order's own
// name is written otherwise, so that no two causes have one name.
func cause(kind string, order shop.OrderID, what string) string {
	return kind + "/" + strings.NewReplacer("%", "%25", "/", "%2F").Replace(string(order)) + "/" + what
}

// add writes an entry unless it is there, and lets go of the order's hold.
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
