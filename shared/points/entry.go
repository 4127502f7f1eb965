package points

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Kind is the kind of an entry.
type Kind string

const (
	Earn     Kind = "earn"      // by an order; above 0
	Grant    Kind = "grant"     // by an offer; above 0. It does not count towards a tier
	Spend    Kind = "spend"     // on an order; below 0
	Return   Kind = "return"    // of points that were spent on an order whose units were returned; above 0
	TakeBack Kind = "take_back" // of points that an earn or grant had added; below 0

	// Computed by the ledger, in a [Ledger.Statement] only.
	Expire  Kind = "expire"  // of points that were not spent in time; below 0
	Correct Kind = "correct" // of points that were taken back beyond those that were added; above 0
)

// Entry is one line of a ledger. The points that an earn, grant or return adds
// are a lot.
type Entry struct {
	ID     string       `json:"id"` // names the cause; each cause has one entry
	Kind   Kind         `json:"kind"`
	At     time.Time    `json:"at"`     // when the cause happened; for a sum, the beginning of its period
	Points int          `json:"points"` // with their sign
	Order  shop.OrderID `json:"order,omitempty"`

	To     time.Time `json:"to,omitzero"`      // for a sum of several entries: the end of its period, see [Ledger.Summed]
	Active time.Time `json:"active,omitzero"`  // for earn and grant: from then on they can be spent
	Until  time.Time `json:"until,omitzero"`   // for earn, grant and return: they expire then
	Rate   int64     `json:"rate,omitempty"`   // for earn: minor units that earn one point
	Unpaid bool      `json:"unpaid,omitempty"` // for earn: the order is not paid, so the points are pending whatever Active says
	Lot    string    `json:"lot,omitempty"`    // for take_back, expire and correct: the ID of the entry that added the points
}

var (
	// ErrShort means that fewer points are free than an order holds or spends.
	ErrShort = errors.New("there are too few points")

	// ErrEntry means that an entry has faults, or contradicts one of the same ID.
	ErrEntry = errors.New("this is no entry of a ledger of points")
)

// brings reports whether the entry adds points, as a lot.
func (e Entry) brings() bool { return e.Kind == Earn || e.Kind == Grant || e.Kind == Return }

// never is a time after every other one.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// from returns the time from which the entry's points can be spent.
func (e Entry) from() time.Time {
	if e.Unpaid {
		return never
	}
	if e.Active.After(e.At) {
		return e.Active
	}
	return e.At
}

func (e Entry) check() error {
	switch {
	case e.ID == "" || e.At.IsZero():
		return fmt.Errorf("%w: it needs an ID and a time", ErrEntry)
	case !e.brings() && e.Kind != Spend && e.Kind != TakeBack:
		return fmt.Errorf("%w: %s: the kind %q cannot be added to a ledger", ErrEntry, e.ID, e.Kind)
	case e.brings() && e.Points <= 0 || !e.brings() && e.Points >= 0:
		return fmt.Errorf("%w: %s: %s of %d points has the wrong sign", ErrEntry, e.ID, e.Kind, e.Points)
	case e.brings() && !e.Until.After(e.from()):
		return fmt.Errorf("%w: %s: its points expire before they can be spent", ErrEntry, e.ID)
	}
	return nil
}

// Ledger is a customer's entries in the order of their times, those of one time
// in the order of their IDs. It is immutable; its methods return another.
type Ledger []Entry

func byTime(a, b Entry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) }

// Add returns the ledger with e added. If it has an entry of that ID already,
// nothing changes, because events come twice.
//
// It fails with [ErrEntry] if the sign or the times of e contradict its kind,
// or the entry of that ID is another, and with [ErrShort] if e spends more than
// is active at its time. A spend is added at the time of the latest entry if
// its own is earlier: it was decided on all of them.
func (l Ledger) Add(e Entry) (Ledger, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	e.At, e.Active, e.Until = shop.Millis(e.At), shop.Millis(e.Active), shop.Millis(e.Until)
	if old, there := l.entry(e.ID); there {
		if old.Kind != e.Kind || old.Points != e.Points || old.Order != e.Order {
			return nil, fmt.Errorf("%w: the ledger has %s already, as %s of %d", ErrEntry, e.ID, old.Kind, old.Points)
		}
		return l, nil
	}
	if lot, there := l.entry(e.Lot); e.Kind == TakeBack && (!there || !lot.brings()) {
		return nil, fmt.Errorf("%w: %s: no entry added the points that it takes back", ErrEntry, e.ID)
	}
	if e.Kind == Spend {
		if n := len(l); n > 0 && l[n-1].At.After(e.At) { // another function's clock is ahead
			e.At = l[n-1].At
		}
		if active := l.At(e.At).Active; active < -e.Points {
			return nil, fmt.Errorf("%w: %d are active, %d are needed", ErrShort, max(0, active), -e.Points)
		}
	}
	return l.put(e), nil
}

// put returns the ledger with e, in place of the entry of its ID if there is
// one.
func (l Ledger) put(e Entry) Ledger {
	others := slices.DeleteFunc(slices.Clone(l), func(old Entry) bool { return old.ID == e.ID })
	at, _ := slices.BinarySearchFunc(others, e, byTime)
	return slices.Insert(others, at, e)
}

func (l Ledger) entry(id string) (Entry, bool) {
	for _, e := range l {
		if e.ID == id {
			return e, true
		}
	}
	return Entry{}, false
}
