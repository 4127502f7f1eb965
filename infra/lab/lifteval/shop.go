package main

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"regulars/infra/demo"
	"regulars/shared/lift"
	"regulars/shared/shop"
)

const (
	length = 60  // days of an experiment
	past   = 180 // days before it, whose orders correct the difference
)

// history is one customer of the demo's shop: what they had bought in the past
// before the experiment, and what they did on each of its days.
type history struct {
	before lift.Customer // OrdersBefore and NetBefore only
	days   []day         // oldest first
}

// day is what a customer did on one day of the experiment, 0 to length-1.
type day struct {
	at          int
	orders, net int64
}

// demoShop returns the customers of the demo who had ordered before its last days,
// sorted by ID. These last days are the experiment.
func demoShop() ([]history, error) {
	now := time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)
	story, err := demo.Tell(now)
	if err != nil {
		return nil, err
	}
	folded, err := demo.Fold(slices.Concat(story.History, story.Live))
	if err != nil {
		return nil, err
	}
	end := now.Truncate(24 * time.Hour)
	start := end.AddDate(0, 0, -length)
	since := start.AddDate(0, 0, -past)
	known := map[shop.CustomerID]*history{}
	for _, o := range folded.Orders {
		if o.Placed != nil && o.Placed.At.Before(start) {
			known[o.Customer] = &history{}
		}
	}
	for _, o := range folded.Orders {
		h := known[o.Customer]
		if h == nil || o.Placed == nil || o.Cancel != nil {
			continue
		}
		book := func(at time.Time, orders, net int64) {
			switch {
			case at.Before(since) || !at.Before(end):
			case at.Before(start):
				h.before.OrdersBefore += orders
				h.before.NetBefore += net
			default:
				h.days = append(h.days, day{int(at.Sub(start) / (24 * time.Hour)), orders, net})
			}
		}
		due, refunds := o.Account()
		book(o.Placed.At, 1, due)
		for ref, amount := range refunds {
			book(o.Refunds[ref].At, 0, -amount)
		}
	}
	var customers []history
	for _, id := range slices.Sorted(maps.Keys(known)) {
		h := known[id]
		slices.SortFunc(h.days, func(a, b day) int {
			return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.orders, b.orders), cmp.Compare(a.net, b.net))
		})
		customers = append(customers, *h)
	}
	return customers, nil
}
