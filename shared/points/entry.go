package points

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Kind says what an entry is.
type Kind string

const (
	Earn     Kind = "earn"      // for an order; above 0
	Grant    Kind = "grant"     // by an offer; above 0. It counts towards no tier
	Spend    Kind = "spend"     // on an order; below 0
	Return   Kind = "return"    // of points that were spent on an order that fell through; above 0
	TakeBack Kind = "take_back" // of what an earn or grant had brought; below 0

	// The ledger's own, in a [Ledger.Statement] only.
	Expire  Kind = "expire"  // of what was not spent by its time; below 0
	Correct Kind = "correct" // of what was taken back beyond what was brought; above 0
)

// Entry is one line of a ledger. A lot is what an earn, grant or return brought.
type Entry struct {
	ID     string       `json:"id"` // names the cause; one entry each, ever
	Kind   Kind         `json:"kind"`
	At     time.Time    `json:"at"`     // of the cause
	Points int          `json:"points"` // with its sign
	Order  shop.OrderID `json:"order,omitempty"`

	Active time.Time `json:"active,omitzero"` // for earn and grant: they can be spent from then on
	Until  time.Time `json:"until,omitzero"`  // for earn, grant and return: they expire then
	Rate   int64     `json:"rate,omitempty"`  // for earn: minor units that earn one point
	Lot    string    `json:"lot,omitempty"`   // for take_back, expire and correct: the ID of the entry that brought the points
}

var (
	// ErrShort means that fewer points are to be had than were to be spent.
	ErrShort = errors.New("there are too few points")

	// ErrEntry means that an entry cannot be part of a ledger.
	ErrEntry = errors.New("this is no entry of a ledger of points")
)

// brings reports whether the entry is a lot.
func (e Entry) brings() bool { return e.Kind == Earn || e.Kind == Grant || e.Kind == Return }

// from is when the entry's points can be spent.
func (e Entry) from() time.Time {
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
		return fmt.Errorf("%w: %s: a ledger is given no %q", ErrEntry, e.ID, e.Kind)
	case e.brings() && e.Points <= 0 || !e.brings() && e.Points >= 0:
		return fmt.Errorf("%w: %s: %s of %d points has the wrong sign", ErrEntry, e.ID, e.Kind, e.Points)
	case e.brings() && !e.Until.After(e.from()):
		return fmt.Errorf("%w: %s: its points would expire before they can be spent", ErrEntry, e.ID)
	}
	return nil
}

// Ledger is a customer's entries by the time of their causes, by their IDs where
// that is equal. It is not changed once it was made; what adds to it returns
// another.
type Ledger []Entry

func byTime(a, b Entry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) }

// Add returns the ledger with e in its place. Adding what is there already, by
// its ID, changes nothing: events come twice.
//
// It fails with [ErrEntry] where the entry's sign or times contradict its kind,
// or its ID stands for something else already, and with [ErrShort] where more is
// spent than is active then. A spend is never before what it counted on.
func (l Ledger) Add(e Entry) (Ledger, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	e.At, e.Active, e.Until = shop.Millis(e.At), shop.Millis(e.Active), shop.Millis(e.Until)
	if old, there := l.entry(e.ID); there {
		if old.Kind != e.Kind || old.Points != e.Points || old.Order != e.Order {
			return nil, fmt.Errorf("%w: %s is there already, as %s of %d", ErrEntry, e.ID, old.Kind, old.Points)
		}
		return l, nil
	}
	if lot, there := l.entry(e.Lot); e.Kind == TakeBack && (!there || !lot.brings()) {
		return nil, fmt.Errorf("%w: %s: it takes back what nothing brought", ErrEntry, e.ID)
	}
	if e.Kind == Spend {
		if n := len(l); n > 0 && l[n-1].At.After(e.At) { // by another's clock: what it counted on counts here
			e.At = l[n-1].At
		}
		if active := l.At(e.At).Active; active < -e.Points {
			return nil, fmt.Errorf("%w: %d are active, %d were asked for", ErrShort, max(0, active), -e.Points)
		}
	}
	return l.put(e), nil
}

// put returns the ledger with e, in place of an entry of its ID.
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

// stamp is a time as it is stored.
