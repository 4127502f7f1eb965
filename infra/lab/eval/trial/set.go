// Package trial measures recommenders on past orders: a method gets a
// customer's orders up to a time and returns a list of products, and the order
// that the customer placed next shows how good the list was.
//
//	set := …                                  // customers up to a time, and what they bought next
//	report, err := trial.Run(ctx, set, []trial.Entry{{Method: m, Modes: trial.Both}}, trial.Options{})
//
// There are two modes, measured separately, because a message has different
// reasons for them:
//
//   - [Next]: what is in the next order, products bought before included?
//   - [New]: what is in the next order that the customer never bought?
//
// Only products that a customer had bought before the cut are to be predicted,
// since a method cannot know others. A customer whose order has no such product
// is not counted.
//
// The first K of each list are measured as package judge says. Each measure is
// a mean over customers, with a 95 % interval by bootstrap over customers; so
// is its difference from the first method.
//
// A method never sees an order that it is to predict: it gets a [Past] and
// histories, which do not contain it.
package trial

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/shared/shop"
)

// Item is an index into [Past].Products. These are sorted by ID, so of two
// items the smaller one has the smaller ID.
type Item = int32

// Order is one order of a customer.
type Order struct {
	At    time.Time
	Items []Item // each once, ascending
}

// Customer is one customer with their orders, oldest first.
type Customer struct {
	ID     string
	Orders []Order
}

// Past is the data that a method may learn from.
type Past struct {
	Products  []shop.ProductID // ascending, each once; some may be in no order
	Customers []Customer       // by ID; each has an order
	Now       time.Time        // later than every order in it

	// Catalogue is what the shop's catalogue says of its products today; nil if
	// there is no catalogue. All of them are in Products.
	Catalogue map[shop.ProductID]shop.Product

	Progress Progress // gets the steps of [Method].Fit; nil: not reported. [Run] sets it
}

// Case is one customer's order to predict from the orders before it.
type Case struct {
	Customer string
	Before   []Order   // oldest first
	Next     []Item    // the order to predict, ascending, never empty
	At       time.Time // when it is predicted, after Before; zero: at [Past].Now
}

// history returns Before as a method gets it: moved so that At is now. So the
// time since an order is right, while all methods predict at one time.
func (c Case) history(now time.Time) []Order {
	if c.At.IsZero() || c.At.Equal(now) {
		return c.Before
	}
	moved := slices.Clone(c.Before)
	for i := range moved {
		moved[i].At = moved[i].At.Add(now.Sub(c.At))
	}
	return moved
}

// Set is orders prepared for a trial.
type Set struct {
	Past
	Cases []Case   // by customer
	Notes []string // how the orders were split and what was left out, one sentence each

	all bool // see CountAll
}

// CountAll makes products that no customer had bought before the cut count as
// wanted, as published figures of next-basket methods do. No method can predict
// them, so every measure becomes lower.
func (s *Set) CountAll() {
	s.all = true
	s.Notes = append(s.Notes, "All products of an order count as wanted, also those that no customer had bought before, as in published figures.")
}

// Check returns an error if the set breaks the rules of its types: a mistake of
// the code that made it.
func (s *Set) Check() error {
	if len(s.Cases) == 0 {
		return fmt.Errorf("no customer has an order to predict: %d customers, none with orders before and after the cut", len(s.Customers))
	}
	if !slices.IsSorted(s.Products) {
		return fmt.Errorf("the products are not sorted")
	}
	check := func(orders []Order, now time.Time) error {
		for i, o := range orders {
			if i > 0 && o.At.Before(orders[i-1].At) {
				return errors.New("orders out of order")
			}
			if !o.At.Before(now) {
				return fmt.Errorf("an order at %v, which is not before %v", o.At, now)
			}
			if !ascending(o.Items, len(s.Products)) {
				return fmt.Errorf("%d items of order %d, want each once, ascending, of %d products", len(o.Items), i, len(s.Products))
			}
		}
		return nil
	}
	for i, c := range s.Customers {
		if err := check(c.Orders, s.Now); err != nil {
			return fmt.Errorf("customer %d: %w", i, err)
		}
	}
	for i, c := range s.Cases {
		at := c.At
		if at.IsZero() {
			at = s.Now
		}
		if err := check(c.Before, at); err != nil {
			return fmt.Errorf("case %d: %w", i, err)
		}
		if at.After(s.Now) {
			return fmt.Errorf("case %d: predicted at %v, which is after %v", i, at, s.Now)
		}
		if len(c.Next) == 0 || !ascending(c.Next, len(s.Products)) {
			return fmt.Errorf("case %d: %d items in the next order, want each once, ascending", i, len(c.Next))
		}
	}
	return nil
}

func ascending(items []Item, products int) bool {
	for i, item := range items {
		if item < 0 || int(item) >= products || i > 0 && item <= items[i-1] {
			return false
		}
	}
	return true
}

// LearnFromCases adds the customers of the cases, with their orders before the
// one to predict, to those that methods learn from: a night learns from all
// customers. Customers whose ID is already there are not added.
func (s *Set) LearnFromCases() {
	known := make(map[string]bool, len(s.Customers))
	for _, c := range s.Customers {
		known[c.ID] = true
	}
	for _, c := range s.Cases {
		if !known[c.Customer] {
			s.Customers = append(s.Customers, Customer{c.Customer, c.Before})
		}
	}
	slices.SortFunc(s.Customers, func(a, b Customer) int { return strings.Compare(a.ID, b.ID) })
	s.Notes = append(s.Notes, "Also learned from the earlier orders of the customers whose order is predicted.")
}

// Bought returns how many customers of the past bought each product, and how
// many of them did so at since or later.
func (p *Past) Bought(since time.Time) (ever, recently []int) {
	ever, recently = make([]int, len(p.Products)), make([]int, len(p.Products))
	seen, seenRecently := make([]int, len(p.Products)), make([]int, len(p.Products))
	for i, c := range p.Customers {
		for _, o := range c.Orders {
			for _, item := range o.Items {
				if seen[item] != i+1 {
					seen[item] = i + 1
					ever[item]++
				}
				if seenRecently[item] != i+1 && !o.At.Before(since) {
					seenRecently[item] = i + 1
					recently[item]++
				}
			}
		}
	}
	return ever, recently
}

// CasesFor returns the cases of a mode, with only the products to predict in
// Next: those that a customer had bought before the cut (after [Set.CountAll]
// any), and in mode New those that this customer had not. Cases without such a
// product are left out. All of them are to be predicted at s.Now: the orders of
// a case with another time are moved.
func (s *Set) CasesFor(mode Mode) []Case {
	sold, _ := s.Bought(s.Now)
	return s.casesFor(sold, mode)
}

func (s *Set) casesFor(sold []int, mode Mode) []Case {
	var out []Case
	for _, c := range s.Cases {
		had := map[Item]bool{}
		if mode == New {
			had = bought(c.Before)
		}
		var wanted []Item
		for _, item := range c.Next {
			if !had[item] && (s.all || sold[item] > 0) {
				wanted = append(wanted, item)
			}
		}
		if len(wanted) > 0 {
			c.Next, c.Before, c.At = wanted, c.history(s.Now), time.Time{}
			out = append(out, c)
		}
	}
	return out
}
