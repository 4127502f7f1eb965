package fitting_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/customervalue/fitting"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// buyers draws profiles with orders.
func buyers(t *rapid.T) (all []profile.Profile) {
	for i := range rapid.IntRange(0, 40).Draw(t, "customers") {
		p := profile.Profile{ID: shop.CustomerID(fmt.Sprint("c", i))}
		for range rapid.IntRange(0, 4).Draw(t, "orders") {
			p.Orders = append(p.Orders, profile.Visit{
				At:  noon.Add(-time.Duration(rapid.IntRange(1, 20_000).Draw(t, "hours")) * time.Hour),
				Net: shop.Money{Minor: int64(rapid.IntRange(0, 9999).Draw(t, "minor")), Currency: rapid.SampledFrom([]shop.Currency{"GBP", "EUR"}).Draw(t, "currency")},
			})
		}
		all = append(all, p)
	}
	return all
}

func learnerOf(most int) *fitting.Learner {
	l := fitting.NewLearner(noon)
	l.Fit(most)
	l.ByClocks(func(profile.Profile) *time.Location { return time.UTC })
	return l
}

func encoded(t rapid.TB, l *fitting.Learner) string {
	t.Helper()
	body, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// Learners of any parts of the customers, merged in any order after they were stored, are
// the learner of all, byte for byte, and so are the model and the report.
func TestLearnersOfPartsMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 50).Draw(t, "most")
		all, parts := learnerOf(most), make([]*fitting.Learner, rapid.IntRange(1, 5).Draw(t, "parts"))
		for i := range parts {
			parts[i] = learnerOf(most)
		}
		for _, p := range buyers(t) {
			all.Add(p)
			parts[rapid.IntRange(0, len(parts)-1).Draw(t, "part")].Add(p)
		}
		merged := learnerOf(most)
		for _, part := range rapid.Permutation(parts).Draw(t, "order") {
			again := learnerOf(most)
			if err := json.Unmarshal([]byte(encoded(t, part)), again); err != nil {
				t.Fatal(err)
			}
			merged.Merge(again)
		}
		if got, want := encoded(t, merged), encoded(t, all); got != want {
			t.Fatalf("merged: %s, want %s", got, want)
		}
		if got, want := merged.Report(), all.Report(); !reflect.DeepEqual(got, want) || !reflect.DeepEqual(merged.Model(), all.Model()) {
			t.Fatalf("report: %+v, want %+v", got, want)
		}
	})
}

// A model that is fitted to a sample counts all customers, and projects what it expects of
// the sample to all.
func TestReportOfASampleIsOfAllCustomers(t *testing.T) {
	whole, half := learnerOf(9000), learnerOf(1500)
	for i, p := range shopOf(3000) {
		p.ID = shop.CustomerID(fmt.Sprint("c", i))
		whole.Add(p)
		half.Add(p)
	}
	all, some := whole.Report(), half.Report()
	sum := 0
	for _, n := range some.Alive {
		sum += n
	}
	if some.Customers != all.Customers || sum != all.Customers || all.Fitted != 0 || some.Fitted < 700 || some.Fitted > 1500 {
		t.Errorf("a sample of %d: %d customers, %d of them by probability, want %d", some.Fitted, some.Customers, sum, all.Customers)
	}
	if off := some.Expected/all.Expected - 1; off < -.1 || off > .1 {
		t.Errorf("%v orders are expected from a sample, %v from all", some.Expected, all.Expected)
	}
}

// On Online Retail a model that is fitted to a sample of 400 or more of 3,370 customers
// predicts the next quarter of all about as well as one that is fitted to all.
func TestForecastsOfASample(t *testing.T) {
	at := time.Date(2011, 9, 11, 0, 0, 0, 0, time.UTC)
	people := profilesOf(onlineRetail(t), "GBP")
	var all judged
	for _, most := range []int{9000, 2000, 1000, 500} {
		l := fitting.NewLearner(at)
		l.Fit(most)
		for _, p := range people {
			l.Add(asOf(p, at))
		}
		m := l.Model()
		j := judge(m, people, at)
		t.Logf("fitted to %d customers: bias %+.1f %%, absolute error %.4f, deviance %.4f", m.Ordering.Customers, 100*j.bias, j.absolute, j.deviance)
		if most == 9000 {
			all = j
		}
		if j.deviance > 1.02*all.deviance {
			t.Errorf("fitted to %d customers: a deviance of %.4f, more than 2 %% above %.4f", m.Ordering.Customers, j.deviance, all.deviance)
		}
	}
}
