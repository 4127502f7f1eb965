package checkout_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"regulars/shared/checkout"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// redeemedWith returns a redeemed order that was priced with the deals and paid
// with points, as it is read from the store.
func redeemedWith(t interface{ Fatal(...any) }, cart pricing.Cart, points int, deals ...pricing.Deal) checkout.Redemption {
	wanted := checkout.Redemption{Order: "o-1", Customer: "ann", Quote: pricing.Price(cart, deals), Points: points}
	for _, taken := range wanted.Quote.Taken {
		for _, d := range deals {
			if d.ID == taken.Deal {
				wanted.Deals = append(wanted.Deals, checkout.DealOf(d, wanted.Quote.Lines))
			}
		}
	}
	r, _, err := checkout.Redemption{Order: "o-1"}.Hold(wanted, noon)
	if err == nil {
		r, _, err = r.Redeem(noon)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	var stored checkout.Redemption
	if err == nil {
		err = json.Unmarshal(text, &stored)
	}
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// The refund is what was paid, less what the customer would have paid for the
// units that stay.
func TestReturnPaysBackWhatTheKeptUnitsWouldNotHaveCost(t *testing.T) {
	deal := func(d pricing.Deal) []pricing.Deal {
		d.ID, d.Margin = "deal", pricing.NoFloor
		return []pricing.Deal{d}
	}
	one := func(id string, units int, price int64) pricing.Line {
		return pricing.Line{ID: id, Product: shop.ProductID(id), Units: units, Price: price}
	}
	type step struct {
		line  string
		units int
		paid  int64
	}
	for name, c := range map[string]struct {
		lines []pricing.Line
		deals []pricing.Deal
		steps []step
	}{
		"buy one, get one: the paid one first": {
			[]pricing.Line{one("a", 1, 1000), one("b", 1, 600)},
			deal(pricing.Deal{Bundle: &pricing.Bundle{Buy: 1, Get: 1, Percent: 10_000}}),
			[]step{{"a", 1, 400}, {"b", 1, 600}},
		},
		"buy one, get one: the free one first": {
			[]pricing.Line{one("a", 1, 1000), one("b", 1, 600)},
			deal(pricing.Deal{Bundle: &pricing.Bundle{Buy: 1, Get: 1, Percent: 10_000}}),
			[]step{{"b", 1, 0}, {"a", 1, 1000}},
		},
		"buy two of one kind, get one: one after the other": {
			[]pricing.Line{one("a", 3, 900)},
			deal(pricing.Deal{Bundle: &pricing.Bundle{Buy: 2, Get: 1, Percent: 10_000}}),
			[]step{{"a", 1, 0}, {"a", 1, 900}, {"a", 1, 900}},
		},
		"one unit free: one of two": {
			[]pricing.Line{one("a", 2, 900)},
			deal(pricing.Deal{Unit: "a", Units: 1}),
			[]step{{"a", 1, 900}, {"a", 1, 0}},
		},
		"the lower tier is reached": {
			[]pricing.Line{one("a", 1, 6000), one("b", 1, 5000)},
			deal(pricing.Deal{Tiers: []pricing.Tier{{From: 5000, Percent: 500}, {From: 10_000, Percent: 1000}}}),
			[]step{{"b", 1, 9900 - 5700}, {"a", 1, 5700}},
		},
		"no tier is reached, and less would be left than was paid": {
			[]pricing.Line{one("a", 1, 9900), one("b", 1, 100)},
			deal(pricing.Deal{Tiers: []pricing.Tier{{From: 10_000, Amount: 2000}}}),
			[]step{{"b", 1, 0}, {"a", 1, 8000}},
		},
		"the minimum is not reached": {
			[]pricing.Line{one("a", 2, 1000)},
			deal(pricing.Deal{Percent: 1000, Minimum: 2000}),
			[]step{{"a", 1, 800}, {"a", 1, 1000}},
		},
		"an amount stays whole": {
			[]pricing.Line{one("a", 2, 1000)},
			deal(pricing.Deal{Amount: 500}),
			[]step{{"a", 1, 1000}, {"a", 1, 500}},
		},
		"a percentage": {
			[]pricing.Line{one("a", 3, 333)},
			deal(pricing.Deal{Percent: 1000}),
			[]step{{"a", 1, 300}, {"a", 1, 300}, {"a", 1, 300}},
		},
		"a gift is not charged": {
			[]pricing.Line{one("a", 2, 1000)},
			deal(pricing.Deal{Gift: &pricing.Gift{Product: "tea", Worth: 300}, Minimum: 2000}),
			[]step{{"a", 1, 1000}, {"a", 1, 1000}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := redeemedWith(t, pricing.Cart{Currency: "EUR", Lines: c.lines}, 0, c.deals...)
			for i, s := range c.steps {
				id := fmt.Sprint("r-", i)
				next, _, err := r.Return(id, map[string]int{s.line: s.units}, noon)
				if err != nil {
					t.Fatal(err)
				}
				if got := next.Returns[id].Paid; got != s.paid {
					t.Errorf("step %d: %d is paid back, want %d", i, got, s.paid)
				}
				r = next
			}
		})
	}
}

// dealFor draws a deal of any kind, on all lines or on some.
func dealFor(t *rapid.T, id shop.OfferID) pricing.Deal {
	d := pricing.Deal{ID: id, Class: string(id), Rank: rapid.IntRange(0, 3).Draw(t, "rank"), Margin: pricing.NoFloor}
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		d.Percent = rapid.IntRange(1, 10_000).Draw(t, "percent")
	case 1:
		d.Amount = rapid.Int64Range(1, 2000).Draw(t, "amount")
	case 2:
		d.Tiers = []pricing.Tier{{From: 500, Percent: 500}, {From: 3000, Amount: 1000}}
	case 3:
		d.Bundle = &pricing.Bundle{Buy: rapid.IntRange(1, 3).Draw(t, "buy"), Get: rapid.IntRange(1, 2).Draw(t, "get"), Percent: 10_000}
	case 4:
		d.Unit, d.Units = "p0", 1
	case 5:
		d.Gift = &pricing.Gift{Product: "tea", Worth: 300}
	}
	if rapid.Bool().Draw(t, "minimum") {
		d.Minimum = rapid.Int64Range(0, 4000).Draw(t, "least")
	}
	if rapid.Bool().Draw(t, "some lines") {
		d.On = func(l pricing.Line) bool { return l.Product != "p1" }
	}
	return d
}

// All parts of an order add up to its money, its tax and its points, whatever it
// was priced with and in whatever sequence its units come back. No part is below
// zero, none has more tax than money, and two sequences end with the same sums.
func TestReturnsOfRepricedOrdersAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cart := pricing.Cart{Currency: "EUR", TaxAdded: rapid.Bool().Draw(t, "tax is added")}
		for i := range rapid.IntRange(1, 3).Draw(t, "lines") {
			cart.Lines = append(cart.Lines, pricing.Line{
				ID: fmt.Sprint(i), Product: shop.ProductID(fmt.Sprint("p", i)), Units: rapid.IntRange(1, 4).Draw(t, "units"),
				Price: rapid.Int64Range(1, 2000).Draw(t, "price"), TaxRate: rapid.SampledFrom([]int{0, 700, 2000}).Draw(t, "tax"),
			})
		}
		deals := []pricing.Deal{dealFor(t, "first"), dealFor(t, "second")}
		points := 0
		if rapid.Bool().Draw(t, "points") {
			points = rapid.IntRange(1, 500).Draw(t, "with")
			deals = append(deals, pricing.Deal{ID: checkout.PointsDeal, Tender: true, Amount: scheme.Spend.WorthOf(points), Margin: pricing.NoFloor})
			points = scheme.Spend.Cost(offOf(pricing.Price(cart, deals), checkout.PointsDeal))
		}
		order := redeemedWith(t, cart, points, deals...)
		var paid, tax int64
		for _, l := range order.Quote.Lines {
			paid, tax = paid+l.Net, tax+l.Tax
			if order.Quote.TaxAdded {
				paid += l.Tax
			}
		}
		for range 2 {
			r := order
			var sum checkout.Return
			for n := 0; r.State != checkout.Returned; n++ {
				id, units := fmt.Sprint("r-", n), map[string]int{}
				for _, l := range cart.Lines {
					if back := rapid.IntRange(0, l.Units).Draw(t, "back"); back > 0 {
						units[l.ID] = back
					}
				}
				if n > 20 || len(units) == 0 {
					units = nil // all that is left
				}
				next, _, err := r.Return(id, units, noon)
				if errors.Is(err, checkout.ErrUnknownLine) {
					continue
				} else if err != nil {
					t.Fatal(err)
				}
				part := next.Returns[id]
				if part.Paid < 0 || part.Tax < 0 || part.Points < 0 || part.Tax > part.Paid {
					t.Fatalf("a part is %+v", part)
				}
				sum.Paid, sum.Tax, sum.Points = sum.Paid+part.Paid, sum.Tax+part.Tax, sum.Points+part.Points
				r = next
			}
			if sum.Paid != paid || sum.Tax != tax || sum.Points != points {
				t.Fatalf("in all %d with %d tax and %d points are given back, want %d, %d and %d", sum.Paid, sum.Tax, sum.Points, paid, tax, points)
			}
		}
	})
}

// The same units, in one return or one by one in any sequence, bring the same
// sum, for deals whose discount never grows when a unit goes.
func TestSequenceOfReturnsMakesNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := []pricing.Line{
			{ID: "0", Product: "p0", Units: 1, Price: rapid.Int64Range(1, 2000).Draw(t, "price")},
			{ID: "1", Product: "p1", Units: 1, Price: rapid.Int64Range(1, 2000).Draw(t, "price")},
			{ID: "2", Product: "p2", Units: 1, Price: rapid.Int64Range(1, 2000).Draw(t, "price")},
		}
		deal := pricing.Deal{ID: "deal", Margin: pricing.NoFloor}
		if rapid.Bool().Draw(t, "bundle") {
			deal.Bundle = &pricing.Bundle{Buy: 1, Get: 1, Percent: 10_000}
		} else {
			deal.Amount = rapid.Int64Range(1, 3000).Draw(t, "amount")
		}
		order := redeemedWith(t, pricing.Cart{Currency: "EUR", Lines: lines}, 0, deal)
		back := func(steps ...map[string]int) (sum int64) {
			r := order
			for i, units := range steps {
				next, _, err := r.Return(fmt.Sprint(i), units, noon)
				if err != nil {
					t.Fatal(err)
				}
				sum, r = sum+next.Returns[fmt.Sprint(i)].Paid, next
			}
			return sum
		}
		first, second := map[string]int{"0": 1}, map[string]int{"1": 1}
		at, once, other := back(first, second), back(map[string]int{"0": 1, "1": 1}), back(second, first)
		if at != once || other != once {
			t.Fatalf("one by one %d and %d are paid back, at once %d", at, other, once)
		}
	})
}

func offOf(q pricing.Quote, deal shop.OfferID) int64 {
	for _, taken := range q.Taken {
		if taken.Deal == deal {
			return taken.Off
		}
	}
	return 0
}
