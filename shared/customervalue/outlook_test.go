package customervalue_test

import (
	"fmt"
	"math"
	"math/rand/v2"
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

// shopOf returns the profiles of n simulated customers.
func shopOf(n int) (people []profile.Profile) {
	random := rand.New(rand.NewPCG(5, 5))
	for i := range n {
		p := draw(random, asGifts, customervalue.Spending{P: 6, Q: 4, V: 1500}, 20+60*random.Float64(), 0)
		who := profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", i))}
		mean := int64(p.spent.Sum / float64(p.spent.Orders))
		for k := range p.Repeats + 1 {
			at := 0.0
			if k > 0 {
				at = p.Last * float64(k) / float64(p.Repeats)
			}
			who.Orders = append(who.Orders, profile.Visit{Order: shop.OrderID(fmt.Sprint(i, "-", k)), At: daysAgo(7 * (p.Age - at)), Net: gbp(mean)})
		}
		people = append(people, who)
	}
	return people
}

// The model does not depend on the order in which customers are added.
func TestLearner(t *testing.T) {
	people := shopOf(1500)
	learn := func(people []profile.Profile) (customervalue.Model, customervalue.Report) {
		l := customervalue.NewLearner(noon)
		for _, p := range people {
			l.Add(p)
		}
		return l.Model(), l.Report()
	}
	model, report := learn(people)
	if !model.Own() || model.Currency != "GBP" || len(model.Why) > 0 {
		t.Fatalf("Model = %+v, want the shop's own", model)
	}
	near(t, "the mean basket", model.Spending.Mean(customervalue.Baskets{}), 6*1500/3.0, 0.1)
	if report.Customers != 1500 || report.Trial == nil || report.Trial.Customers == 0 {
		t.Fatalf("Report = %+v, want 1500 customers and a trial", report)
	}
	actual := 0
	for _, p := range people {
		for i, v := range p.Orders {
			if cut := daysAgo(customervalue.Trial); i > 0 && v.At.After(cut) && p.Orders[0].At.Before(cut) {
				actual++
			}
		}
	}
	if report.Trial.Actual != actual {
		t.Errorf("the trial has %d actual orders, want %d", report.Trial.Actual, actual)
	}
	sum := 0
	for _, n := range report.Alive {
		sum += n
	}
	if sum != 1500 {
		t.Errorf("%d customers are in the bins, want 1500", sum)
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	again, _ := learn(people)
	if again.Ordering.Orders != model.Ordering.Orders || again.Spending.Spending != model.Spending.Spending {
		t.Errorf("customers in another order: %+v, want %+v", again, model)
	}

	young, few := learn(people[:50])
	if young.Own() || len(young.Why) != 2 || few.Trial != nil || few.WhyNot == "" || few.Customers != 50 {
		t.Errorf("with 50 customers: %+v, %+v, want a typical shop, no trial, and the reasons", young, few)
	}
}

// The orders that a profile only sums are taken to be evenly spread, so that a
// regular customer is in the trial with all of their orders.
func TestSummedOrdersAreEvenlySpreadInTheTrial(t *testing.T) {
	l := customervalue.NewLearner(noon)
	for _, p := range shopOf(400) {
		l.Add(p)
	}
	without := l.Report()
	l = customervalue.NewLearner(noon)
	for _, p := range shopOf(400) {
		l.Add(p)
	}
	p := profile.Profile{ID: "c-regular", Earlier: profile.Totals{Orders: 54, First: daysAgo(300), Net: map[shop.Currency]int64{"GBP": 5400}}} // every 5 days
	for days := 30; days > 0; days-- {
		p.Orders = append(p.Orders, profile.Visit{Order: shop.OrderID(fmt.Sprint(days)), At: daysAgo(float64(days)), Net: gbp(100)})
	}
	l.Add(p)
	r := l.Report()
	if r.Spread != 1 || r.Customers != 401 || r.Trial == nil || without.Trial == nil {
		t.Fatalf("Report = %+v, want 401 customers, one of them with spread orders, and a trial", r)
	}
	// 30 orders of known days, and of the 54 those in the 60 days before them.
	if got := r.Trial.Actual - without.Trial.Actual; got != 30+11 && got != 30+12 {
		t.Errorf("the regular customer has %d orders in the trial, want 41 or 42", got)
	}
}

func BenchmarkOutlook(b *testing.B) {
	model := customervalue.Model{Ordering: customervalue.Ordering{Orders: asGifts}, Spending: customervalue.Spent{Spending: asBasket}, Currency: "GBP", Season: season()}
	p := shopOf(1)[0]
	for b.Loop() {
		model.Outlook(noon, p, "GBP")
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

// A prospect contains the outlook that conditions use, and its numbers are in
// their ranges.
func TestProspect(t *testing.T) {
	learner := customervalue.NewLearner(noon)
	people := shopOf(600)
	for _, p := range people {
		learner.Add(p)
	}
	for name, model := range map[string]customervalue.Model{"a shop": learner.Model(), "no shop": {}} {
		for _, p := range people[:100] {
			got, any := model.Prospect(noon, p, "GBP")
			if !any || got.Outlook != model.Outlook(noon, p, "GBP") {
				t.Fatalf("%s: Prospect = %+v, %v, want the outlook in it", name, got, any)
			}
			if a := got.AliveRange; model.Own() != (a != nil) || a != nil && (got.Alive < a.Low || got.Alive > a.High) {
				t.Fatalf("%s: alive %v in %v", name, got.Alive, a)
			}
			if q := got.QuarterRange; q.Low > got.Quarter || q.High < got.Quarter-1 {
				t.Fatalf("%s: %v orders in %v", name, got.Quarter, q)
			}
			if y := got.YearRange; y.Low > y.High || y.Low > float64(got.Year.Minor) || y.High == 0 && got.Quarter > 0.2 {
				t.Fatalf("%s: %v in %v", name, got.Year, y)
			}
		}
	}
	damaged := learner.Model()
	damaged.Ordering.Covariance = [][]float64{{1}, {1, 2}, nil, {}}
	if got, _ := damaged.Prospect(noon, people[0], "GBP"); got.AliveRange != nil || damaged.Ordering.Bounds() != nil {
		t.Errorf("with a damaged covariance: %+v, want no range", got)
	}
	if _, any := (customervalue.Model{}).Prospect(noon, profile.Profile{}, "GBP"); any {
		t.Error("Prospect returned true for a customer without an order")
	}
}
