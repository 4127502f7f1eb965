// Package trial measures recommenders on past orders: what a customer bought up
// to some moment goes in, a list comes out, and the order they placed next says
// how good the list was.
//
//	set := …                                  // customers up to a moment, and what they bought next
//	report, err := trial.Run(ctx, set, []trial.Entry{{Method: m, Modes: trial.Both}}, trial.Options{})
//
// Two questions are asked, apart, because a message's reasons differ:
//
//   - [Next]: what is in the next order, things bought before included?
//   - [New]: what is in the next order that the customer never bought?
//
// Of the order only what somebody had bought before is asked for, since nothing
// else can be foretold; a customer of whose order nothing is left is not counted.
//
// Of each list the first K are looked at, and measured as package judge says. Each
// measure is a mean over customers, with a 95 % interval by bootstrap over
// customers, and so is its difference to the first method.
//
// A method never sees an order that it is to foretell: it is given a [Past] and
// histories, which hold none.
package trial

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/shared/shop"
)

// Item is a place in [Past].Products. These are sorted by ID, so that of two
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

// Past is what a method may learn from.
type Past struct {
	Products  []shop.ProductID // ascending, each once; some may be in no order
	Customers []Customer       // by ID; each has an order
	Now       time.Time        // later than every order in it
}

// Case is one question: what comes after Before?
type Case struct {
	Customer string
	Before   []Order // oldest first
	Next     []Item  // the order to foretell, ascending, never empty
}

// Set is orders made ready for a trial.
type Set struct {
	Past
	Cases []Case   // by customer
	Notes []string // what was left out and how it was split, one sentence each
}

// Check returns an error where the set breaks what its types promise: a mistake
// of who made it.
func (s *Set) Check() error {
	if len(s.Cases) == 0 {
		return fmt.Errorf("no customer has an order to foretell: %d customers, none with orders on both sides", len(s.Customers))
	}
	if !slices.IsSorted(s.Products) {
		return fmt.Errorf("the products are not sorted")
	}
	check := func(who string, orders []Order) error {
		for i, o := range orders {
			if i > 0 && o.At.Before(orders[i-1].At) {
				return fmt.Errorf("customer %s: orders out of order", who)
			}
			if !o.At.Before(s.Now) {
				return fmt.Errorf("customer %s: an order at %v, which is not before %v", who, o.At, s.Now)
			}
			if !ascending(o.Items, len(s.Products)) {
				return fmt.Errorf("customer %s: items %v, want each once, ascending, of %d products", who, o.Items, len(s.Products))
			}
		}
		return nil
	}
	for _, c := range s.Customers {
		if err := check(c.ID, c.Orders); err != nil {
			return err
		}
	}
	for _, c := range s.Cases {
		if err := check(c.Customer, c.Before); err != nil {
			return err
		}
		if len(c.Next) == 0 || !ascending(c.Next, len(s.Products)) {
			return fmt.Errorf("customer %s: next order %v, want items, each once, ascending", c.Customer, c.Next)
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

// Acquaint adds the customers who are asked about, with what they had ordered by
// then, to those who are learned from: a night of learning knows everybody. Of
// an ID that is there already nothing is added.
func (s *Set) Acquaint() {
	for _, c := range s.Cases {
		at, known := slices.BinarySearchFunc(s.Customers, c.Customer, func(k Customer, id string) int { return strings.Compare(k.ID, id) })
		if !known {
			s.Customers = slices.Insert(s.Customers, at, Customer{c.Customer, c.Before})
		}
	}
	s.Notes = append(s.Notes, "Also learned from what the customers asked about had ordered before.")
}

// Bought returns how many customers of the past bought each product, and how
// many of them did so at since or later.
func (p *Past) Bought(since time.Time) (ever, lately []int) {
	ever, lately = make([]int, len(p.Products)), make([]int, len(p.Products))
	seen, seenLately := make([]int, len(p.Products)), make([]int, len(p.Products))
	for i, c := range p.Customers {
		for _, o := range c.Orders {
			for _, item := range o.Items {
				if seen[item] != i+1 {
					seen[item] = i + 1
					ever[item]++
				}
				if seenLately[item] != i+1 && !o.At.Before(since) {
					seenLately[item] = i + 1
					lately[item]++
				}
			}
		}
	}
	return ever, lately
}

// Asked returns the cases of a question, with what it asks for in Next: of that
// order what somebody had bought before, and in mode New what the customer had
// not. Cases of which nothing is left are not asked.
func (s *Set) Asked(mode Mode) []Case {
	sold, _ := s.Bought(s.Now)
	return s.asked(sold, mode)
}

func (s *Set) asked(sold []int, mode Mode) []Case {
	var out []Case
	for _, c := range s.Cases {
		had := map[Item]bool{}
		if mode == New {
			had = bought(c.Before)
		}
		var wanted []Item
		for _, item := range c.Next {
			if !had[item] && sold[item] > 0 {
				wanted = append(wanted, item)
			}
		}
		if len(wanted) > 0 {
			c.Next = wanted
			out = append(out, c)
		}
	}
	return out
}
