package rivals

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/shop"
)

var now = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

// days returns an order placed ago days before now.
func days(ago int, items ...trial.Item) trial.Order {
	return trial.Order{At: now.AddDate(0, 0, -ago), Items: items}
}

// Products of the fixture, by index.
const (
	tea trial.Item = iota
	milk
	cake
	lamp
	bulb
)

// past has tea in 4 orders, milk in 3, cake in 2 recent ones, and lamp and bulb
// in 2 orders each of the same two customers.
func past() *trial.Past {
	return &trial.Past{
		Products: []shop.ProductID{"TEA", "TEA-MILK", "XCAKE", "XLAMP", "YBULB"},
		Now:      now,
		Customers: []trial.Customer{
			{ID: "a", Orders: []trial.Order{days(90, tea, milk), days(60, tea)}},
			{ID: "b", Orders: []trial.Order{days(80, tea, milk), days(50, tea)}},
			{ID: "c", Orders: []trial.Order{days(70, lamp, bulb)}},
			{ID: "d", Orders: []trial.Order{days(70, lamp), days(40, bulb)}},
			{ID: "e", Orders: []trial.Order{days(3, cake)}},
			{ID: "f", Orders: []trial.Order{days(2, cake), days(1, milk)}},
		},
	}
}

func fit(t *testing.T, e trial.Entry) {
	t.Helper()
	for _, m := range []trial.Method{e.Base, e.Method} {
		if m == nil {
			continue
		}
		if err := m.Fit(past()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRank(t *testing.T) {
	ease := &EASE{Lambda: 1}
	for name, c := range map[string]struct {
		entry   trial.Entry
		history []trial.Order
		mode    trial.Mode
		want    []trial.Item
	}{
		"popular: by orders, then by ID":             {trial.Entry{Method: &Popular{}}, nil, trial.Next, []trial.Item{tea, milk, cake, lamp, bulb}},
		"popular, new: bought products are left out": {trial.Entry{Method: &Popular{}}, []trial.Order{days(9, tea, lamp)}, trial.New, []trial.Item{milk, cake, bulb}},
		"popular of 14 days: no older orders":        {trial.Entry{Method: &Popular{Days: 14}}, nil, trial.New, []trial.Item{cake, milk}},
		"frequency: own first, ties by popularity":   {trial.Entry{Method: &Frequency{}}, []trial.Order{days(9, bulb, cake), days(8, bulb)}, trial.Next, []trial.Item{bulb, cake, tea, milk, lamp}},
		"co-purchase: the lamp's neighbours":         {trial.Entry{Method: &CoPurchase{Keep: 20}}, []trial.Order{days(9, lamp)}, trial.New, []trial.Item{bulb, tea, milk, cake}},
		"co-purchase: no history, popular products":  {trial.Entry{Method: &CoPurchase{Keep: 20}}, nil, trial.New, []trial.Item{tea, milk, cake, lamp, bulb}},
		"EASE: products that go with the lamp":       {trial.Entry{Method: ease}, []trial.Order{days(9, lamp)}, trial.New, []trial.Item{bulb, tea, milk, cake}},
		"EASE cut to one: tea leads to milk only":    {trial.Entry{Method: &CutEASE{EASE: ease, Keep: 1}, Base: ease}, []trial.Order{days(9, tea)}, trial.New, []trial.Item{milk, cake, lamp, bulb}},
		"personal: own products first":               {trial.Entry{Method: &PersonalEASE{EASE: ease, Like: 1, Popular: .01}, Base: ease}, []trial.Order{days(9, lamp)}, trial.Next, []trial.Item{lamp, bulb, tea, milk, cake}},
		"TIFU: own, then those of the nearest":       {trial.Entry{Method: &TIFU{Group: 2, Within: .9, Between: .7, Neighbours: 2, Own: .7}}, []trial.Order{days(9, lamp)}, trial.Next, []trial.Item{lamp, bulb, tea, milk, cake}},
		"TIFU, no history: those of all customers":   {trial.Entry{Method: &TIFU{Group: 2, Within: .9, Between: .7, Neighbours: 6, Own: .7}}, nil, trial.Next, []trial.Item{tea, bulb, cake, lamp, milk}},
	} {
		t.Run(name, func(t *testing.T) {
			fit(t, c.entry)
			got, err := c.entry.Rank(c.history, c.mode, 5)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("Rank(%v, %s) = %v, %v, want %v", c.history, c.mode, got, err, c.want)
			}
		})
	}
}

// A fit that takes long in a large shop says what it does.
func TestLongFitsReportTheirProgress(t *testing.T) {
	ease := &EASE{Lambda: 1}
	for name, c := range map[string]struct {
		method trial.Method
		want   string
	}{
		"co-purchase": {&CoPurchase{Keep: 20}, "counts pairs by product 4/5"},
		"EASE":        {ease, "step 2 of 3: inverts the matrix of 5 × 5 0/0"},
		"TIFU":        {&TIFU{Group: 2, Within: .9, Between: .7, Neighbours: 2, Own: .7}, "computes the customers' vectors 5/6"},
		"TIFU, tuned": {&TunedTIFU{TIFU: published}, "tries 180 settings on the past's last orders 59/720"},
	} {
		t.Run(name, func(t *testing.T) {
			var seen []string
			p := past()
			if name == "TIFU, tuned" {
				p = switchers(60)
			}
			p.Progress = func(what string, done, of int) { seen = append(seen, fmt.Sprintf("%s %d/%d", what, done, of)) }
			if err := c.method.Fit(p); err != nil || !slices.Contains(seen, c.want) {
				t.Errorf("Fit = %v, progress %.1000q, want %q", err, seen, c.want)
			}
		})
	}
}

// switchers returns a shop of n customers: half of them bought tea six times and
// then milk four times, the others the other way round.
func switchers(n int) *trial.Past {
	p := past()
	p.Customers = nil
	for i := range n {
		old, newer := tea, milk
		if i%2 == 1 {
			old, newer = milk, tea
		}
		p.Customers = append(p.Customers, trial.Customer{ID: fmt.Sprintf("%03d", i), Orders: []trial.Order{
			days(90, old), days(80, old), days(70, old), days(60, old), days(50, old), days(40, old), days(30, newer), days(20, newer), days(10, newer), days(5, newer),
		}})
	}
	return p
}

// The setting comes from the last orders of the past: among customers who
// change to another product, old orders weigh little. The orders themselves
// stay in what is learned.
func TestTunedTIFU(t *testing.T) {
	for name, c := range map[string]struct {
		customers int
		name      string // how it begins
		first     trial.Item
	}{
		"enough customers": {60, "TIFU-KNN, tuned: m 3, r 0.9/0.6, k ", milk},
		"too few":          {20, "TIFU-KNN, not tuned: m 7, r 0.9/0.7, k 300, α 0.7", tea},
	} {
		t.Run(name, func(t *testing.T) {
			m := &TunedTIFU{TIFU: published}
			if got := m.Name(); got != "TIFU-KNN" {
				t.Errorf("Name() before Fit = %q", got)
			}
			p := switchers(c.customers)
			if err := m.Fit(p); err != nil {
				t.Fatal(err)
			}
			if got := m.Name(); !strings.HasPrefix(got, c.name) {
				t.Errorf("Name() = %q, want %q", got, c.name)
			}
			if list, err := m.Rank(p.Customers[0].Orders, trial.Next, 1); err != nil || !slices.Equal(list, []trial.Item{c.first}) {
				t.Errorf("Rank = %v, %v, want %d first", list, err, c.first)
			}
			if n := len(p.Customers[0].Orders); n != 10 {
				t.Errorf("the past has %d orders of a customer after Fit, want all 10", n)
			}
			if len(m.vectors) != c.customers {
				t.Errorf("learned from %d customers, want %d", len(m.vectors), c.customers)
			}
		})
	}
}

// The nearest of many customers are the same as by sorting all of them.
func TestNearestAreThoseOfASort(t *testing.T) {
	m := &TIFU{Group: 2, Within: .9, Between: .7}
	p := past()
	for i := range 500 {
		p.Customers = append(p.Customers, trial.Customer{ID: fmt.Sprint("x", i), Orders: []trial.Order{days(9, trial.Item(i*i%5)), days(8, trial.Item(i*7%5))}})
	}
	if err := m.Fit(p); err != nil {
		t.Fatal(err)
	}
	own := m.vector([]trial.Order{days(9, tea), days(8, lamp)})
	all := m.nearest(own, len(p.Customers))
	for _, k := range []int{1, 2, 37, 300, 505, 506, 900} {
		if got := m.nearest(own, k); !slices.Equal(got, all[:min(k, len(all))]) {
			t.Errorf("the nearest %d are %v, want %v", k, got, all[:min(k, len(all))])
		}
	}
	if len(all) != 506 {
		t.Errorf("%d customers, want all 506", len(all))
	}
}

// first is top without a history.
func TestFirstIsTop(t *testing.T) {
	m := &TIFU{Group: 2, Within: .9, Between: .7, Neighbours: 2, Own: .7}
	if err := m.Fit(past()); err != nil {
		t.Fatal(err)
	}
	for _, scores := range []map[trial.Item]float64{{}, {lamp: 1}, {lamp: 1, bulb: 1, tea: 1}, {bulb: .5, cake: 2}} {
		if got, want := m.first(func(i trial.Item) float64 { return scores[i] }), m.top(scores, nil, trial.Next, listLength); !slices.Equal(got, want) {
			t.Errorf("first of %v = %v, want %v", scores, got, want)
		}
	}
}

// For two products B is c/(n + λ), with n buyers of the source: the inverse of
// a matrix of two rows has a simple formula.
func TestEASEOfTwo(t *testing.T) {
	p := &trial.Past{Products: []shop.ProductID{"A", "B"}, Now: now, Customers: []trial.Customer{
		{Orders: []trial.Order{days(9, 0, 1)}}, {Orders: []trial.Order{days(9, 0), days(8, 1)}}, {Orders: []trial.Order{days(9, 0)}},
	}}
	e := &EASE{Lambda: 4}
	if err := e.Fit(p); err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0, 2. / (3 + 4), 2. / (2 + 4), 0} {
		if got := e.b[i]; math.Abs(got-want) > 1e-12 {
			t.Errorf("B[%d] = %v, want %v", i, got, want)
		}
	}
}

func TestEASETakesTheMostOrderedIfThereAreTooManyProducts(t *testing.T) {
	e := &EASE{Lambda: 1, Most: 2}
	fit(t, trial.Entry{Method: e})
	if got, want := e.Name(), "EASE, whole matrix of the 2 most ordered"; got != want {
		t.Errorf("Name() = %q, want %q", got, want)
	}
	got, err := e.Rank([]trial.Order{days(9, tea, bulb)}, trial.New, 3)
	if want := []trial.Item{milk, cake, lamp}; err != nil || !slices.Equal(got, want) {
		t.Errorf("Rank = %v, %v, want %v", got, err, want)
	}
}

// The newest two orders are a group, and the one before it is another.
func TestTIFUVector(t *testing.T) {
	m := &TIFU{Group: 2, Within: .5, Between: .5}
	got := m.vector([]trial.Order{days(9, tea), days(8, milk), days(7, tea)})
	want := sparse{{tea, .5/2 + 1./2/2}, {milk, .5 / 2 / 2}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("vector = %v, want %v", got, want)
	}
}

// Every rival method takes any history, returns the same list twice, lists each
// item once and no bought product among new ones.
func TestAllMethodsReturnValidLists(t *testing.T) {
	histories := map[string][]trial.Order{
		"an unknown customer":       nil,
		"a regular":                 {days(9, tea), days(8, tea, milk)},
		"a customer with all items": {days(9, tea, milk, cake, lamp, bulb)},
	}
	for _, e := range All() {
		fit(t, e)
		for who, history := range histories {
			for _, mode := range e.Modes {
				list, err := e.Rank(history, mode, 3)
				if err != nil || len(list) > 3 {
					t.Errorf("%s, %s, %s: %v, %v", e.Name(), who, mode, list, err)
				}
				for range 20 {
					if other, _ := e.Rank(history, mode, 3); !slices.Equal(list, other) {
						t.Fatalf("%s, %s, %s: %v, then %v", e.Name(), who, mode, list, other)
					}
				}
				had := counts(history)
				for i, item := range list {
					if slices.Contains(list[:i], item) || mode == trial.New && had[item] > 0 {
						t.Errorf("%s, %s, %s: %v", e.Name(), who, mode, list)
					}
				}
			}
		}
	}
}
