package customervalue_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/customervalue"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func daysAgo(days float64) time.Time {
	return noon.Add(-time.Duration(days * 24 * float64(time.Hour)))
}

func gbp(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

// folded returns the profile folded from the events of orders, in the given
// order.
func folded(t interface{ Fatal(...any) }, events []shop.OrderFact, at func(shop.OrderFact) time.Time) profile.Profile {
	var p profile.Profile
	orders := map[shop.OrderID]shop.Order{}
	for _, fact := range events {
		order, err := profile.Merge(orders[fact.Order], fact, at(fact))
		if err != nil {
			t.Fatal(err)
		}
		p = p.Update(orders[fact.Order], order, fact)
		orders[fact.Order] = order
	}
	return p
}

// Of returns the history of the orders themselves, for histories of any length
// and events in any order.
func TestOfIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var events []shop.OrderFact
		var kept []int // days ago, of orders that were not cancelled
		at := func(f shop.OrderFact) time.Time {
			if f.Placed != nil {
				return f.Placed.At
			}
			return f.Cancel.At
		}
		ago := rapid.SliceOfNDistinct(rapid.IntRange(1, 2000), 1, 60, rapid.ID[int]).Draw(t, "days ago")
		oldest := 0
		for _, days := range ago {
			id := shop.OrderID(fmt.Sprint("o-", days))
			events = append(events, shop.OrderFact{Order: id, Customer: "c-1", Kind: shop.OrderPlaced, Placed: &shop.Placed{At: daysAgo(float64(days)), Revision: daysAgo(float64(days)), Total: gbp(100)}})
			oldest = max(oldest, days)
		}
		for _, days := range ago {
			// The oldest is never cancelled here: the profile of a long history does not
			// keep whether it was.
			if days != oldest && rapid.IntRange(0, 3).Draw(t, "cancelled") == 0 {
				id := shop.OrderID(fmt.Sprint("o-", days))
				events = append(events, shop.OrderFact{Order: id, Customer: "c-1", Kind: shop.OrderCancelled, Cancel: &shop.Cancel{At: noon}})
			} else {
				kept = append(kept, days)
			}
		}
		last := oldest
		for _, days := range kept {
			last = min(last, days)
		}
		want := customervalue.History{Repeats: len(kept) - 1, Last: float64(oldest-last) / 7, Age: float64(oldest) / 7}
		for range 3 {
			events = rapid.Permutation(events).Draw(t, "events")
			p := folded(t, events, at)
			newest := 0 // kept orders among the newest 30
			for _, v := range p.Orders {
				if !v.Cancelled {
					newest++
				}
			}
			if newest == 0 {
				return // thirty cancelled orders in a row: the day of the last other one is not known
			}
			got, any := customervalue.Of(p, noon)
			if !any || got.Repeats != want.Repeats || math.Abs(got.Last-want.Last) > 1e-9 || math.Abs(got.Age-want.Age) > 1e-9 {
				t.Fatalf("Of = %+v, %v, want %+v", got, any, want)
			}
			if b := customervalue.BasketsOf(p, "GBP"); b.Orders != len(kept) || b.Sum != float64(100*len(kept)) {
				t.Fatalf("BasketsOf = %+v, want %d of 100 pence", b, len(kept))
			}
		}
	})
}

func TestOf(t *testing.T) {
	visit := func(days float64) profile.Visit { return profile.Visit{At: daysAgo(days), Net: gbp(1000)} }
	cancelled := func(days float64) profile.Visit { return profile.Visit{At: daysAgo(days), Cancelled: true} }
	for phrase, c := range map[string]struct {
		profile profile.Profile
		want    customervalue.History
		none    bool
	}{
		"no orders":                 {none: true},
		"only cancelled orders":     {profile: profile.Profile{Orders: []profile.Visit{cancelled(9)}}, none: true},
		"an order of tomorrow":      {profile: profile.Profile{Orders: []profile.Visit{visit(-1)}}, none: true},
		"one order":                 {profile: profile.Profile{Orders: []profile.Visit{visit(14)}}, want: customervalue.History{Age: 2}},
		"a cancelled one before it": {profile: profile.Profile{Orders: []profile.Visit{cancelled(70), visit(14)}}, want: customervalue.History{Age: 2}},
		"two at the same time":      {profile: profile.Profile{Orders: []profile.Visit{visit(14), visit(14)}}, want: customervalue.History{Repeats: 1, Age: 2}},
		"two, and one of tomorrow":  {profile: profile.Profile{Orders: []profile.Visit{visit(28), visit(14), visit(-1)}}, want: customervalue.History{Repeats: 1, Last: 2, Age: 4}},
		"older orders in sums only": {profile: profile.Profile{Earlier: profile.Totals{Orders: 5, First: daysAgo(70)}, Orders: []profile.Visit{visit(14)}}, want: customervalue.History{Repeats: 5, Last: 8, Age: 10}},
	} {
		t.Run(phrase, func(t *testing.T) {
			got, any := customervalue.Of(c.profile, noon)
			if any == c.none || math.Abs(got.Last-c.want.Last)+math.Abs(got.Age-c.want.Age) > 1e-9 || got.Repeats != c.want.Repeats {
				t.Errorf("Of = %+v, %v, want %+v", got, any, c.want)
			}
		})
	}
}

// Summed orders in two currencies are left out: how many are in each is not
// known.
func TestBasketsOfTwoCurrencies(t *testing.T) {
	p := profile.Profile{
		Earlier: profile.Totals{Orders: 5, Net: map[shop.Currency]int64{"GBP": 900, "EUR": 100}},
		Orders:  []profile.Visit{{At: daysAgo(3), Net: gbp(500)}, {At: daysAgo(2), Net: shop.Money{Minor: 700, Currency: "EUR"}}, {At: daysAgo(1), Cancelled: true, Net: gbp(0)}},
	}
	if got, want := customervalue.BasketsOf(p, "GBP"), (customervalue.Baskets{Orders: 1, Sum: 500}); got != want {
		t.Errorf("BasketsOf = %+v, want %+v", got, want)
	}
	p.Earlier.Net = map[shop.Currency]int64{"GBP": 1000}
	if got, want := customervalue.BasketsOf(p, "GBP"), (customervalue.Baskets{Orders: 6, Sum: 1500}); got != want {
		t.Errorf("BasketsOf = %+v, want %+v", got, want)
	}
}

// The zero model uses a typical shop and the customer's own mean order.
func TestOutlookWithoutAModel(t *testing.T) {
	p := profile.Profile{Orders: []profile.Visit{{At: daysAgo(60), Net: gbp(3000)}, {At: daysAgo(30), Net: gbp(5000)}}}
	got := customervalue.Model{}.Outlook(noon, p, "GBP")
	h, _ := customervalue.Of(p, noon)
	if got.Alive != customervalue.Typical.Alive(h) || got.Quarter != customervalue.Typical.Expected(h, customervalue.Quarter) {
		t.Errorf("Outlook = %+v, want that of a typical shop", got)
	}
	if want := int64(math.Round(4000 * customervalue.Typical.Expected(h, customervalue.Year))); got.Year != gbp(want) {
		t.Errorf("Year = %v, want %d", got.Year, want)
	}
	damaged := customervalue.Model{Ordering: customervalue.Ordering{Orders: customervalue.Orders{R: math.NaN(), Alpha: 1, A: 1, B: 1, Leaving: customervalue.AfterAny}}}
	if damaged.Outlook(noon, p, "GBP") != got {
		t.Error("a damaged model is used")
	}
	if euros := (customervalue.Model{}).Outlook(noon, p, "EUR"); euros.Year.Minor != 0 {
		t.Errorf("in euros: %+v, want no spending", euros)
	}
}

func ExampleModel_Outlook() {
	model := customervalue.Model{
		Ordering: customervalue.Ordering{Orders: customervalue.Orders{R: 0.73, Alpha: 7.4, A: 0.3, B: 3, Leaving: customervalue.AfterAny}},
		Spending: customervalue.Spent{Spending: customervalue.Spending{P: 6, Q: 4, V: 1500}},
		Currency: "GBP",
	}
	ann := profile.Profile{Orders: []profile.Visit{{At: daysAgo(120), Net: gbp(4200)}, {At: daysAgo(92), Net: gbp(3800)}, {At: daysAgo(61), Net: gbp(4000)}}}
	o := model.Outlook(noon, ann, "GBP")
	fmt.Printf("active with %.0f %%, %.1f orders in 90 days, %.0f pounds a year, late by %.1f gaps\n",
		100*o.Alive, o.Quarter, float64(o.Year.Minor)/100, o.Late)
	// Output:
	// active with 83 %, 1.1 orders in 90 days, 163 pounds a year, late by 1.9 gaps
}
