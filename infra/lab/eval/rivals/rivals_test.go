package rivals

import (
	"fmt"
	"math"
	"slices"
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
