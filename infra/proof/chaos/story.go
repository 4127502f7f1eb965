package main

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"regulars/infra/demo"
	"regulars/shared/shop"
)

// story is the events that a trial plays.
type story struct {
	demo.Story              // the catalogue and the year before; its customers belong to the audiences too
	events     []shop.Event // in the order of playing, each at its time
	orders     []shop.OrderID
	customers  int
	returns    int
	runs       int
}

// run is a run of a campaign, at a share of the trial's length.
type run struct {
	campaign shop.CampaignID
	after    float64
}

// The runs of a trial, and of a calm one.
var (
	runs     = []run{{"weekly-picks", .35}, {"late", .55}, {"weekly-picks", .8}}
	calmRuns = []run{{"weekly-picks", .1}, {"weekly-picks", 1}}
)

// When an order is returned, after it was placed.
const (
	returned = 30 * time.Second
	refunded = 25 * time.Second // after the return
)

// newStory returns n orders, placed and paid evenly over length from start on, with
// their returns and the runs of these campaigns. They are the demo's orders, oldest first; when those
// are used up they begin again, as orders of other customers.
func newStory(start time.Time, n int, length time.Duration, runs []run) (story, error) {
	played, err := demo.Tell(start)
	if err != nil {
		return story{}, err
	}
	s := story{Story: played, runs: len(runs)}
	sales := salesOf(append(slices.Clone(played.History), played.Live...))
	customers := map[shop.CustomerID]bool{}
	for i := range n {
		round, sale := i/len(sales)+1, sales[i%len(sales)]
		at := start.Add(length * time.Duration(i) / time.Duration(n)).Truncate(time.Millisecond)
		for _, event := range sale.again(fmt.Sprintf("r%d-", round), at) {
			if event.Fact.(shop.OrderFact).Kind == shop.OrderReturned {
				s.returns++
			}
			s.events = append(s.events, event)
		}
		order := s.events[len(s.events)-1].Fact.(shop.OrderFact)
		s.orders = append(s.orders, order.Order)
		customers[order.Customer] = true
	}
	s.customers = len(customers)
	for i, run := range runs {
		at := start.Add(time.Duration(float64(length) * run.after)).Truncate(time.Second)
		s.events = append(s.events, shop.Event{
			ID: shop.EventID(fmt.Sprintf("run-%d", i)), At: at, Fact: shop.RunFact{Campaign: run.campaign, Run: at},
		})
	}
	slices.SortStableFunc(s.events, func(a, b shop.Event) int { return a.At.Compare(b.At) })
	return s, nil
}

// sale is one order of the demo with its returns.
type sale struct {
	placed shop.OrderFact
	at     time.Time
	backs  []shop.OrderFact
}

// salesOf returns the orders of the events, oldest first.
func salesOf(events []shop.Event) []*sale {
	by := map[shop.OrderID]*sale{}
	for _, event := range events {
		if fact, ok := event.Fact.(shop.OrderFact); ok && fact.Kind == shop.OrderPlaced {
			by[fact.Order] = &sale{placed: fact, at: event.At}
		}
	}
	sales := make([]*sale, 0, len(by))
	for _, event := range events {
		fact, ok := event.Fact.(shop.OrderFact)
		s := by[fact.Order]
		switch {
		case !ok || s == nil:
		case fact.Kind == shop.OrderPlaced:
			sales = append(sales, s)
		case fact.Kind == shop.OrderReturned || fact.Kind == shop.OrderRefunded:
			s.backs = append(s.backs, fact)
		}
	}
	slices.SortFunc(sales, func(a, b *sale) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.placed.Order, b.placed.Order)) })
	return sales
}

// addressOf returns the address that a customer gives with an order. A quarter of the
// customers share 50 mailboxes, which each order spells in its own way; a seventh of
// the others have another address with every other order.
func addressOf(customer shop.CustomerID, order shop.OrderID, own string) string {
	h, n := crc32.ChecksumIEEE([]byte(customer)), crc32.ChecksumIEEE([]byte(order))
	switch {
	case h%4 == 0 && n%2 == 0:
		return fmt.Sprintf("home-%d@example.com", h/4%50)
	case h%4 == 0:
		return fmt.Sprintf("Home-%d@Example.com", h/4%50)
	case h%7 == 0 && n%2 == 0:
		return "new-" + own
	}
	return own
}

// again returns the events of the sale for another customer at another time.
func (s *sale) again(prefix string, at time.Time) []shop.Event {
	mark := func(id string) string { return prefix + id }
	placed := *s.placed.Placed
	placed.At, placed.Revision = at, at
	placed.Customer.ID = shop.CustomerID(mark(string(placed.Customer.ID)))
	placed.Customer.Email = addressOf(placed.Customer.ID, s.placed.Order, mark(strings.TrimSpace(placed.Customer.Email)))
	fact := s.placed
	fact.Placed, fact.Order, fact.Customer = &placed, shop.OrderID(mark(string(fact.Order))), placed.Customer.ID
	events := []shop.Event{
		{ID: shop.EventID(mark(string(fact.Order))), At: at, Fact: fact},
		{ID: shop.EventID(fact.Order + "-paid"), At: at, Fact: shop.OrderFact{Kind: shop.OrderPaid, Order: fact.Order, Customer: fact.Customer}},
	}
	for _, back := range s.backs {
		back.Order, back.Customer, back.Ref = fact.Order, fact.Customer, mark(back.Ref)
		then := at.Add(returned)
		switch {
		case back.Return != nil:
			copied := *back.Return
			copied.At, back.Return = then, &copied
		case back.Refund != nil:
			then = then.Add(refunded)
			copied := *back.Refund
			copied.At, back.Refund = then, &copied
		}
		events = append(events, shop.Event{ID: shop.EventID(fmt.Sprintf("%s-%s-%s", fact.Order, back.Kind, back.Ref)), At: then, Fact: back})
	}
	return events
}
