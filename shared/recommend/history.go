package recommend

import (
	"cmp"
	"math"
	"slices"
	"time"

	"regulars/shared/shop"
)

// History is what one customer bought, in any order. Of more than
// [LongestHistory] products the newest are looked at.
type History struct{ Items []Bought }

// LongestHistory bounds the work for one customer.
const LongestHistory = 200

// Bought is one product in a customer's history.
type Bought struct {
	Product  shop.ProductID
	Orders   int       // how many of their orders had it, 1 or more; cancelled ones do not count
	Units    int       // net of returned ones; 0 or less: all of it went back
	First    time.Time // their first order with it; zero where it is not known: then no rhythm is told
	Last     time.Time // their latest
	Since    int       // how many orders they placed after that one
	Returned bool      // some of it came back, or they complained about it
}

// unwelcome reports whether the customer will not want to hear of it.
func (b Bought) unwelcome() bool { return b.Returned || b.Units <= 0 }

// every returns the customer's own mean time between two orders with it; 0
// where they bought it once, or nobody knows since when.
func (b Bought) every() time.Duration {
	if b.Orders < 2 || b.First.IsZero() || !b.Last.After(b.First) {
		return 0
	}
	return b.Last.Sub(b.First) / time.Duration(b.Orders-1)
}

// strength says how much the item tells of this customer: more with each order
// that had it, less with each that came after without it.
func (b Bought) strength() float64 {
	return math.Log2(1+float64(b.Orders)) * math.Pow(decay, float64(min(b.Since, 100)))
}

// decay is what is left of an item's strength after one more order.
const decay = 0.95

// anchored is how many times stronger an item of the order at hand is.
const anchored = 4

// known is a history in order, strongest first, each product once.
type known struct {
	items  []weighted
	bought map[shop.ProductID]bool // all of it, also what is too long ago for items
}

// weighted is an item with what it tells of the customer; a power of 0 tells
// nothing, for it went back.
type weighted struct {
	Bought
	power float64
}

// know puts a history in order. Ties of strength go to the newest, then by ID.
func know(h History, anchor []shop.ProductID) known {
	items := merged(h.Items)
	k := known{bought: make(map[shop.ProductID]bool, len(items))}
	for _, b := range items {
		k.bought[b.Product] = true
	}
	if len(items) > LongestHistory {
		slices.SortFunc(items, func(a, b Bought) int {
			return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Product, b.Product))
		})
		items = items[:LongestHistory]
	}
	k.items = make([]weighted, 0, len(items))
	for _, b := range items {
		w := weighted{b, b.strength()}
		switch {
		case b.unwelcome():
			w.power = 0
		case slices.Contains(anchor, b.Product):
			w.power *= anchored
		}
		k.items = append(k.items, w)
	}
	slices.SortFunc(k.items, func(a, b weighted) int {
		return cmp.Or(cmp.Compare(b.power, a.power), b.Last.Compare(a.Last), cmp.Compare(a.Product, b.Product))
	})
	return k
}

// merged returns a copy in which each product is once.
func merged(items []Bought) []Bought {
	at := make(map[shop.ProductID]int, len(items))
	out := make([]Bought, 0, len(items))
	for _, b := range items {
		if b.Product == "" || b.Orders < 1 {
			continue
		}
		i, twice := at[b.Product]
		if !twice {
			at[b.Product] = len(out)
			out = append(out, b)
			continue
		}
		o := &out[i]
		o.Orders, o.Units, o.Since = o.Orders+b.Orders, o.Units+b.Units, min(o.Since, b.Since)
		if b.First.Before(o.First) {
			o.First = b.First
		}
		if b.Last.After(o.Last) {
			o.Last = b.Last
		}
		o.Returned = o.Returned || b.Returned
	}
	return out
}

// Sources returns the n products of the history that tell most of the customer,
// strongest first: the rows to read before [Candidates]. Those of the order at
// hand (anchor) come first; those that went back never. About 20 are enough.
func Sources(h History, n int, anchor ...shop.ProductID) []shop.ProductID {
	k := know(h, anchor)
	var out []shop.ProductID
	for _, b := range k.items {
		if len(out) >= n || b.power == 0 {
			break
		}
		out = append(out, b.Product)
	}
	return out
}
