package live

import (
	"cmp"
	"hash/fnv"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Bounds of what one order changes.
const (
	MostRows = 8  // rows that an order changes
	mostNew  = 12 // products of an order that are counted
	window   = 10 // earlier products that are counted with them
)

// Entry is what one order counts, and how much of it has been added to the
// rows. The zero Entry counts nothing yet.
type Entry struct {
	At   time.Time        `json:"at,omitzero"`    // time of the order: sets its weight
	Rows []shop.ProductID `json:"rows,omitempty"` // the rows that it changes
	New  []shop.ProductID `json:"new,omitempty"`  // products of the order that the customer had never bought
	With []shop.ProductID `json:"with,omitempty"` // products of earlier orders

	// Steps are the changes so far: the first counts the order, later ones take
	// back returned products. Done is how many of them every row has.
	Steps []Step `json:"steps,omitempty"`
	Done  int    `json:"done,omitempty"`
}

// Step is one change of what an order counts.
type Step struct {
	Recorded time.Time        `json:"told"`           // when the step was added
	Back     []shop.ProductID `json:"back,omitempty"` // products of New that no longer count; none in the first step
}

// Bought is an order with the products of which at least one unit was kept.
type Bought struct {
	Order shop.OrderID
	At    time.Time
	Kept  []shop.ProductID
}

// Count returns the entry of an order that was not counted yet. before are the
// customer's other orders, newest first; older are products that they bought
// before all of these. An order without a kept product that is new to the
// customer counts nothing.
func Count(now time.Time, order Bought, before []Bought, older map[shop.ProductID]bool) Entry {
	had := map[shop.ProductID]bool{}
	var with []shop.ProductID
	for _, b := range before {
		for _, p := range drawn(order.Order, b.Kept) {
			if !had[p] {
				had[p] = true
				with = append(with, p)
			}
		}
	}
	fresh := slices.DeleteFunc(drawn(order.Order, order.Kept), func(p shop.ProductID) bool { return had[p] || older[p] })
	fresh, with = fresh[:min(len(fresh), mostNew)], with[:min(len(with), window)]
	if len(fresh) == 0 {
		return Entry{}
	}
	// Half of the rows are those of the order; more if earlier orders give fewer
	// than the other half.
	own := min(len(fresh), max(MostRows/2, MostRows-len(with)))
	rows := slices.Concat(fresh[:own], with[:min(len(with), MostRows-own)])
	return Entry{At: order.At, Rows: rows, New: fresh, With: with, Steps: []Step{{Recorded: now.UTC().Truncate(time.Second)}}}
}

// drawn returns the products in an arbitrary order that is always the same for
// one order of the shop: each product once, without empty IDs.
func drawn(order shop.OrderID, products []shop.ProductID) []shop.ProductID {
	lot := func(p shop.ProductID) uint64 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(order))
		_, _ = h.Write([]byte{0})
		_, _ = h.Write([]byte(p))
		return mixed(h.Sum64())
	}
	out := slices.DeleteFunc(slices.Clone(products), func(p shop.ProductID) bool { return p == "" })
	slices.SortFunc(out, func(a, b shop.ProductID) int { return cmp.Or(cmp.Compare(lot(a), lot(b)), cmp.Compare(a, b)) })
	return slices.Compact(out)
}

// mixed spreads differences in the last byte over all bits (SplitMix64; Steele
// et al., OOPSLA 2014): FNV alone does not.
func mixed(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// TakeBack returns the entry after it is known which products of the order were
// kept. Returned products stop counting for good: a return cannot be undone.
func (e Entry) TakeBack(now time.Time, kept []shop.ProductID) Entry {
	gone := e.returned(len(e.Steps))
	var back []shop.ProductID
	for _, p := range e.New {
		if !gone[p] && !slices.Contains(kept, p) {
			back = append(back, p)
		}
	}
	if len(back) > 0 {
		e.Steps = append(slices.Clone(e.Steps), Step{Recorded: now.UTC().Truncate(time.Second), Back: back})
	}
	return e
}

// returned returns the products that were taken back in the first n steps.
func (e Entry) returned(n int) map[shop.ProductID]bool {
	gone := map[shop.ProductID]bool{}
	for _, s := range e.Steps[:n] {
		for _, p := range s.Back {
			gone[p] = true
		}
	}
	return gone
}

// Change is what one step of one order adds to one row.
type Change struct {
	Row    shop.ProductID
	Mark   string
	Bought Tally                    // customers of the product itself; 0: unchanged
	With   map[shop.ProductID]Tally // customers of both
}

// Pending returns the changes of the steps that are not done. They can be added
// in any order and repeatedly: each has its mark.
func (e Entry) Pending(order shop.OrderID) (all []Change) {
	for n := min(e.Done, len(e.Steps)); n < len(e.Steps); n++ {
		for _, row := range e.Rows {
			c := e.change(row, n)
			if c.Bought != 0 || len(c.With) > 0 {
				c.Mark = Mark(order, n, e.Steps[n].Recorded)
				all = append(all, c)
			}
		}
	}
	return all
}

// change returns what the n-th step adds to a row: the counts after it, less
// the counts before it.
func (e Entry) change(row shop.ProductID, n int) Change {
	c := Change{Row: row, With: map[shop.ProductID]Tally{}}
	e.add(&c, row, e.returned(n+1), +1)
	if n > 0 {
		e.add(&c, row, e.returned(n), -1)
	}
	for p, t := range c.With {
		if t == 0 {
			delete(c.With, p)
		}
	}
	return c
}

// add adds all that the order counts for a row, except for the products in
// gone.
func (e Entry) add(c *Change, row shop.ProductID, gone map[shop.ProductID]bool, sign int) {
	one := tally(e.At, sign)
	isNew := slices.Contains(e.New, row)
	if isNew && gone[row] {
		return
	}
	if isNew {
		c.Bought += one
		for _, p := range e.With {
			c.With[p] += one
		}
	}
	for _, p := range e.New {
		if p != row && !gone[p] {
			c.With[p] += one
		}
	}
}
