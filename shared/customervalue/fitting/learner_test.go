package fitting_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/customervalue/fitting"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func daysAgo(days float64) time.Time {
	return noon.Add(-time.Duration(days * 24 * float64(time.Hour)))
}

func gbp(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

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
		l := fitting.NewLearner(noon)
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
			if cut := daysAgo(fitting.Trial); i > 0 && v.At.After(cut) && p.Orders[0].At.Before(cut) {
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
	l := fitting.NewLearner(noon)
	for _, p := range shopOf(400) {
		l.Add(p)
	}
	without := l.Report()
	l = fitting.NewLearner(noon)
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

// A prospect contains the outlook that conditions use, and its numbers are in
// their ranges.
func TestProspect(t *testing.T) {
	learner := fitting.NewLearner(noon)
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

func BenchmarkOutlook(b *testing.B) {
	model := customervalue.Model{Ordering: customervalue.Ordering{Orders: asGifts}, Spending: customervalue.Spent{Spending: asBasket}, Currency: "GBP", Season: season()}
	p := shopOf(1)[0]
	for b.Loop() {
		model.Outlook(noon, p, "GBP")
	}
}
