package main

import (
	"testing"
	"time"

	"regulars/shared/shop"
)

// Orders beyond those of the data are played as orders of other customers, the same
// each time.
func TestOrdersAreEnough(t *testing.T) {
	const n, length = 10_000, 5 * time.Minute
	s, err := newStory(noon, n, length, runs)
	if err != nil {
		t.Fatal(err)
	}
	again, err := newStory(noon, n, length, runs)
	if err != nil {
		t.Fatal(err)
	}
	orders, events := map[shop.OrderID]bool{}, map[shop.EventID]bool{}
	for i, event := range s.events {
		if events[event.ID] || event.ID != again.events[i].ID || !event.At.Equal(again.events[i].At) {
			t.Fatalf("event %d is %s, which is there twice or differs between two calls", i, event.ID)
		}
		events[event.ID] = true
		if event.At.Before(noon) || event.At.After(noon.Add(length+returned+refunded)) {
			t.Errorf("%s is at %s, want within %s plus the time of a return", event.ID, event.At, length)
		}
		if fact, ok := event.Fact.(shop.OrderFact); ok && fact.Kind == shop.OrderPlaced {
			orders[fact.Order] = true
		}
	}
	if len(orders) != n || len(s.orders) != n || s.customers < 1000 || s.returns < 500 {
		t.Errorf("newStory(%d) = %d orders, %d named, %d customers, %d returns", n, len(orders), len(s.orders), s.customers, s.returns)
	}
	for _, id := range s.orders {
		if !orders[id] {
			t.Fatalf("order %s is listed and not played", id)
		}
	}
}
