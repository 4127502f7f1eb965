package training

import (
	"slices"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/recommend/learning"
	"regulars/shared/shop"
)

// Customer is what a customer ordered.
type Customer struct {
	ID      string
	Orders  []recommend.Order // oldest first, without cancelled ones; each with a time
	Earlier []recommend.Sum   // the products of older orders
	Older   int               // how many orders Earlier sums
	First   time.Time         // the time of the first of these
}

// History returns what the customer bought, as the engine takes it at send
// time.
func (c Customer) History() recommend.History {
	h := recommend.HistoryOf(c.Orders, c.Earlier...)
	h.Orders += c.Older
	return h
}

// Purchases returns what the customer bought and kept. The times of the orders
// that Earlier sums are not known; they all get the time of the first.
func (c Customer) Purchases() (all []learning.Purchase) {
	for _, s := range c.Earlier {
		if s.Units > s.Returned {
			all = append(all, learning.Purchase{Product: s.Product, At: c.First})
		}
	}
	for _, o := range c.Orders {
		for _, line := range o.Lines {
			if line.Units > line.Returned {
				all = append(all, learning.Purchase{Product: line.Product, At: o.At})
			}
		}
	}
	return all
}

// before returns the customer as they were at a time.
func (c Customer) before(at time.Time) Customer {
	c.Orders = c.Orders[:c.since(at)]
	return c
}

// since returns the index of the first order at a time or later.
func (c Customer) since(at time.Time) int {
	i, _ := slices.BinarySearchFunc(c.Orders, at, func(o recommend.Order, at time.Time) int { return o.At.Compare(at) })
	return i
}

// next returns the time of the first order at a time or later of which the
// customer kept something, and the products that they kept; none if there is no
// such order.
func (c Customer) next(at time.Time) (ordered time.Time, kept []shop.ProductID) {
	for _, o := range c.Orders[c.since(at):] {
		for _, line := range o.Lines {
			if line.Units > line.Returned && !slices.Contains(kept, line.Product) {
				kept = append(kept, line.Product)
			}
		}
		if len(kept) > 0 {
			return o.At, kept
		}
	}
	return time.Time{}, nil
}
