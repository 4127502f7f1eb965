package shop

import (
	"maps"
	"math"
	"testing"
	"time"
)

func TestAccount(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 11, 20, hour, 0, 0, 0, time.UTC) }
	gbp := func(minor int64) Money { return Money{minor, "GBP"} }
	placed := &Placed{Total: gbp(10000)}
	euro := &Placed{Total: gbp(10000), Rate: &Rate{gbp(10000), Money{11700, "EUR"}}}
	edit := func(hour int, worth Worth) map[string]Edit {
		return map[string]Edit{"e": {At: at(hour), Units: map[ProductID]int{"P": 1}, Worth: worth}}
	}
	four := Worth{Price: gbp(4000)}
	for name, c := range map[string]struct {
		order Order
		due   int64
		back  map[string]int64
		gone  bool
	}{
		"an order":       {Order{Placed: placed}, 10000, nil, false},
		"an edit":        {Order{Placed: placed, Edits: edit(9, four)}, 6000, nil, false},
		"with tax":       {Order{Placed: placed, Edits: edit(9, Worth{gbp(3333), gbp(667)})}, 6000, nil, false},
		"tax included":   {Order{Placed: &Placed{Total: gbp(10000), TaxIncluded: true}, Edits: edit(9, Worth{gbp(4000), gbp(667)})}, 6000, nil, false},
		"every unit":     {Order{Placed: placed, Edits: edit(9, Worth{Price: gbp(10000)})}, 0, nil, true},
		"more than due":  {Order{Placed: placed, Edits: edit(9, Worth{Price: gbp(10001)})}, 0, nil, true},
		"with its money": {Order{Placed: placed, Edits: edit(9, four), Refunds: map[string]Refund{"e": {at(9), gbp(3000)}}}, 10000, map[string]int64{"e": 3000}, false},
		"its money later": {
			Order{Placed: placed, Paid: at(8), Edits: edit(9, four), Refunds: map[string]Refund{"a": {at(10), gbp(3000)}, "b": {at(11), gbp(1500)}}},
			6000,
			map[string]int64{"a": 0, "b": 500},
			false,
		},
		"other money later": {
			Order{Placed: placed, Paid: at(10), Edits: edit(9, four), Refunds: map[string]Refund{"a": {at(11), gbp(1000)}}},
			6000,
			map[string]int64{"a": 1000},
			false,
		},
		"unpaid units that come back": {
			Order{Placed: placed, Returns: map[string]Return{"r": {At: at(9), Worth: four}}}, 6000, nil, false,
		},
		"the customer's currency": {Order{Placed: euro, Refunds: map[string]Refund{"a": {at(9), Money{11700, "EUR"}}}}, 10000, map[string]int64{"a": 10000}, true},
		"an unknown currency":     {Order{Placed: euro, Refunds: map[string]Refund{"a": {at(9), Money{11700, "USD"}}}}, 10000, map[string]int64{"a": 0}, false},
		"a free order":            {Order{Placed: &Placed{Total: gbp(0)}}, 0, nil, false},
		"a cancelled order":       {Order{Placed: placed, Cancel: &Cancel{}}, 10000, nil, true},
	} {
		due, back := c.order.Account()
		if due != c.due || !maps.Equal(back, c.back) || c.order.Gone() != c.gone {
			t.Errorf("%s: Account = %d, %v, Gone = %t, want %d, %v, %t", name, due, back, c.order.Gone(), c.due, c.back, c.gone)
		}
	}
	if (Order{}).Gone() || !(Order{Cancel: &Cancel{}}).Gone() {
		t.Error("an order that was not placed yet is gone only if it was cancelled")
	}
}

func TestPortion(t *testing.T) {
	for _, c := range [][4]int64{
		{11700, 10000, 11700, 10000},
		{1, 1, 2, 1},
		{1, 1, 3, 0},
		{2, 1, 3, 1},
		{0, 5, 7, 0},
		{1e13, 1e13, 1e13, 1e13},
		{1e13, 1e13, 1, 0},
		{math.MaxInt64, 3, 2, 0},
	} {
		if got := Portion(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("Portion(%d, %d, %d) = %d, want %d", c[0], c[1], c[2], got, c[3])
		}
	}
}
