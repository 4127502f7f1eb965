package variant_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/lift"
	"regulars/shared/shop"
	"regulars/shared/variant"
)

var began = time.Date(2026, 9, 1, 2, 10, 0, 0, time.UTC)

func nightAt(n int) time.Time { return began.AddDate(0, 0, n) }

// ordered returns a batch in which of 1,000 customers of each variant these many ordered.
func ordered(counts ...int) (b variant.Batch) {
	for _, count := range counts {
		var a lift.Arm
		for i := range 1000 {
			a.Add(lift.Customer{Orders: int64(max(0, min(1, count-i)))})
		}
		b = append(b, a)
	}
	return b
}

// Whatever the nights find, a customer who was assigned keeps their variant and their
// batch.
func TestACustomerWhoWasAssignedKeepsTheirVariant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := shop.CustomerID(rapid.StringN(1, 8, -1).Draw(t, "customer"))
		since := rapid.SampledFrom([]time.Time{{}, began.AddDate(-1, 0, 0), nightAt(3).Add(time.Hour), nightAt(30)}).Draw(t, "first order")
		var a variant.Allocation
		index, batch, assigned := 0, time.Time{}, false
		for n := range 70 {
			good := rapid.IntRange(60, 400).Draw(t, "orders")
			a = a.Next(nightAt(n), []string{"a", "b"}, []variant.Batch{ordered(100, good)}, 1000)
			if since.After(nightAt(n)) {
				continue // not a customer yet
			}
			now, as, open := a.Of("weekly", id, since)
			if assigned && (now != index || !as.Equal(batch)) {
				t.Fatalf("night %d: variant %d of batch %s, was %d of %s", n, now, as, index, batch)
			}
			index, batch, assigned = now, as, assigned || open
		}
		if !assigned {
			t.Fatalf("the customer is not assigned after 70 nights")
		}
	})
}

// Each night assigns one of 56 waves of the customers who were there; a new customer is
// assigned by the night before their first order.
func TestCustomersAreAssignedInWaves(t *testing.T) {
	var a variant.Allocation
	for n := range variant.Waves {
		a = a.Next(nightAt(n), []string{"a", "b"}, nil, 1000)
		count := 0
		for i := range 2000 {
			if _, _, open := a.Of("weekly", id(i), began.AddDate(0, -1, 0)); open {
				count++
			}
		}
		if want := 2000 * (n + 1) / variant.Waves; count < want-100 || count > want+100 {
			t.Errorf("after night %d, %d of 2000 are assigned, want about %d", n, count, want)
		}
	}
	if _, _, open := a.Of("weekly", "c-new", nightAt(5).Add(time.Minute)); !open {
		t.Error("a new customer is not assigned")
	}
	if again := a.Next(nightAt(60), []string{"a", "b"}, nil, 1000); len(again.Nights) != variant.Waves {
		t.Errorf("%d nights, want no further one: all waves are assigned and the shares are the same", len(again.Nights))
	}
}

func TestNext(t *testing.T) {
	names := []string{"a", "b"}
	first := variant.Allocation{}.Next(nightAt(0), names, nil, 1000)
	if !slices.Equal(first.Nights[0].Shares, []int{5000, 5000}) || !first.Began(names).Equal(began) {
		t.Errorf("the first night is %+v", first.Nights)
	}
	better := []variant.Batch{ordered(100, 200)}
	for phrase, c := range map[string]struct {
		at     int
		names  []string
		found  []variant.Batch
		nights int
		shares []int
	}{
		"shares stay for a week":               {6, names, better, 2, []int{5000, 5000}},
		"then they follow the better variant":  {7, names, better, 2, []int{1000, 9000}},
		"a small change is none":               {7, names, []variant.Batch{ordered(100, 100)}, 2, []int{5000, 5000}},
		"other names are another experiment":   {7, []string{"a", "c"}, better, 1, []int{5000, 5000}},
		"a night that runs twice is one night": {0, names, better, 1, []int{5000, 5000}},
	} {
		next := first.Next(nightAt(c.at), c.names, c.found, 1000)
		if last := next.Nights[len(next.Nights)-1]; len(next.Nights) != c.nights || !slices.Equal(last.Shares, c.shares) {
			t.Errorf("%s: %d nights, the last with %v, want %d and %v", phrase, len(next.Nights), last.Shares, c.nights, c.shares)
		}
	}
	if len(first.Nights) != 1 {
		t.Error("Next changed its receiver")
	}
	if other := first.Next(nightAt(7), []string{"a", "c"}, nil, 1000); !other.Began(names).IsZero() {
		t.Error("an experiment with other names began with these")
	}
}

func ExampleAllocation_Of() {
	a := variant.Allocation{Names: []string{"a", "b"}, Nights: []variant.Night{
		{From: began, Shares: []int{5000, 5000}}, {From: nightAt(1), Shares: []int{1000, 9000}},
	}}
	for _, first := range []time.Time{began.AddDate(-1, 0, 0), nightAt(0).Add(time.Hour), nightAt(9)} {
		index, batch, assigned := a.Of("weekly", "c-2", first)
		fmt.Println(index, batch.Format(time.DateOnly), assigned)
	}
	// Output:
	// 0 0001-01-01 false
	// 0 2026-09-01 true
	// 0 2026-09-02 true
}
