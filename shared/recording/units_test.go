package recording

import (
	"strings"
	"testing"
)

// The read and write units that each event costs in the tables of orders and
// customers; docs/decisions/0029 has them as well. The catalogue's come on top:
// see TestReadAndWriteUnitsOfLiveCountersAreLimited.
func TestReadAndWriteUnitsOfAnOrderEvent(t *testing.T) {
	h := newFixture(t)
	var read, write float64
	h.store.Meter = func(table string, r, w float64) {
		if table == h.tables.Customers || table == h.tables.Orders {
			read, write = read+r, write+w
		}
	}
	address := func(order, address string) string {
		return strings.ReplaceAll(placed(order, "c-1", map[string]int{"P": 2}), "c-1@example.com", address)
	}
	for _, c := range []struct {
		name, event string
		read, write float64 // at most
	}{
		{"the first order of a customer, and its mark as counted", placed("o-1", "c-1", map[string]int{"P": 2}), 5, 7},
		{"the same event again", placed("o-1", "c-1", map[string]int{"P": 2}), 2, 0},
		{"the second order", placed("o-2", "c-1", map[string]int{"P": 2}), 2, 4},
		{"a shipment", happened("order.shipped", "13", ""), 2, 1},
		{"a delay", happened("order.delayed", "14", `,'until':'2026-11-27'`), 4, 6},
		{"the delivery that resolves it", happened("order.delivered", "15", ""), 4, 6},
		{"an order with another address", address("o-3", "new@example.com"), 5, 8},
		{"an opt-out", event("consent.withdrawn", `{'version':'1','customer':{'id':'c-1'},'topic':'promotions','occurred_at':'2026-11-21T12:00:00Z'}`), 2, 1},
	} {
		read, write = 0, 0
		h.takes(t, c.event)
		t.Logf("%-54s %4.1f read units, %4.1f write units", c.name, read, write)
		if read > c.read || write > c.write {
			t.Errorf("%s cost %g read and %g write units, want at most %g and %g", c.name, read, write, c.read, c.write)
		}
	}
}
