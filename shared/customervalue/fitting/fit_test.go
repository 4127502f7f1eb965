package fitting_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"regulars/shared/customervalue"
	"regulars/shared/customervalue/fitting"
)

// The fit finds the numbers from which customers were simulated: in nine of ten
// shops each is in its interval, and on average there is no bias.
func TestFitOrdersFindsTheTrueNumbers(t *testing.T) {
	for name, truth := range map[string]customervalue.Orders{"as CDNOW": asCDNOW, "as a gift shop": asGifts} {
		t.Run(name, func(t *testing.T) {
			const shops = 12
			values := []float64{truth.R, truth.Alpha, truth.A, truth.B}
			within, bias := make([]int, 4), make([]float64, 4)
			for seed := range uint64(shops) {
				_, rows, _ := sample(seed, 2000, truth)
				fit, err := fitting.FitOrders(rows, truth.Leaving)
				if err != nil {
					t.Fatalf("shop %d: %v", seed, err)
				}
				found := []float64{fit.R, fit.Alpha, fit.A, fit.B}
				for i, b := range fit.Bounds() {
					if b.Low <= values[i] && values[i] <= b.High {
						within[i]++
					}
					bias[i] += math.Log(found[i]/values[i]) / shops
				}
			}
			for i, what := range []string{"r", "alpha", "a", "b"} {
				if within[i] < 8 { // of 12; fewer come by chance four times in a thousand
					t.Errorf("%s was in its interval in %d shops of %d", what, within[i], shops)
				}
				if math.Abs(bias[i]) > 0.25 {
					t.Errorf("%s is biased by %.0f %%", what, 100*bias[i])
				}
			}
		})
	}
}

// Predicted probabilities match the frequencies, and expected orders match the
// mean of the actual ones.
func TestForecastMatchesSimulatedOrders(t *testing.T) {
	for name, truth := range map[string]customervalue.Orders{"as CDNOW": asCDNOW, "as a gift shop": asGifts} {
		t.Run(name, func(t *testing.T) {
			people, _, _ := sample(7, 40_000, truth)
			var expected, actual, within, alike, chance, repeats float64
			for _, p := range people {
				f := truth.Forecast(p.History, 26)
				expected += f.Mean
				actual += float64(p.next)
				if i := f.Interval(); i.Low <= float64(p.next) && float64(p.next) <= i.High {
					within++
				}
				if p.Repeats == 2 {
					repeats++
					chance += f.AtLeast(1)
					if p.next >= 1 {
						alike++
					}
				}
			}
			near(t, "orders", actual, expected, 0.03)
			near(t, "customers with two repeats who ordered again", alike, chance, 0.06)
			if share := within / float64(len(people)); share < 0.9 {
				t.Errorf("%.3f of the customers are in their interval, want .9 at least", share)
			}
		})
	}
}

// With many customers the prior makes no difference; if the data do not
// determine a number, the prior does; and the unit of time makes no difference.
func TestFitOrdersNear(t *testing.T) {
	_, rows, _ := sample(6, 6000, asGifts)
	alone, err := fitting.FitOrders(rows, customervalue.AfterAny)
	if err != nil {
		t.Fatal(err)
	}
	close, err := fitting.FitOrdersNear(rows, customervalue.Typical.Orders)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "r alone", alone.R, asGifts.R, 0.1)
	near(t, "alpha alone", alone.Alpha, asGifts.Alpha, 0.1)
	near(t, "r", close.R, alone.R, 0.02)
	near(t, "alpha", close.Alpha, alone.Alpha, 0.02)
	near(t, "a", close.A, alone.A, 0.1)
	if close.LogLikelihood >= alone.LogLikelihood {
		t.Error("a fit with a prior is likelier than the maximum of the likelihood")
	}

	// A shop whose customers never leave.
	_, rows, _ = sample(6, 400, customervalue.Orders{R: 2, Alpha: 8, A: 1e-3, B: 1e6, Leaving: customervalue.AfterAny})
	alone, err = fitting.FitOrders(rows, customervalue.AfterAny)
	if err != nil || len(alone.Limits) == 0 {
		t.Fatalf("FitOrders if no customer leaves = %+v, %v, want limits reached", alone, err)
	}
	close, err = fitting.FitOrdersNear(rows, customervalue.Typical.Orders)
	if err != nil || len(close.Limits) > 0 || close.A < 3*alone.A || close.A > customervalue.Typical.A {
		t.Errorf("FitOrdersNear = %+v, %v, want a between %v and that of a typical shop", close, err, alone.A)
	}
	for i := range rows {
		rows[i].Age, rows[i].Last = rows[i].Age*7, rows[i].Last*7
	}
	daily := customervalue.Typical.Orders
	daily.Alpha *= 7
	again, err := fitting.FitOrdersNear(rows, daily)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "a of days", again.A, close.A, 1e-3)
	near(t, "alpha of days", again.Alpha, 7*close.Alpha, 1e-3)
}

// FitModel prefers leaving after any order, unless the data clearly contradict
// it.
func TestFitModelChoosesTheWayOfLeaving(t *testing.T) {
	for name, c := range map[string]struct {
		truth customervalue.Orders
		n     int
		want  customervalue.Leaving
	}{
		"data that fit both":     {asCDNOW, 1500, customervalue.AfterAny},
		"after any order":        {asGifts, 3000, customervalue.AfterAny},
		"after repeats, clearly": {customervalue.Orders{R: 4, Alpha: 4, A: 4, B: 4, Leaving: customervalue.AfterRepeats}, 3000, customervalue.AfterRepeats},
	} {
		_, rows, spent := sample(9, c.n, c.truth)
		m := fitting.FitModel(rows, spent, "GBP")
		if m.Ordering.Leaving != c.want {
			t.Errorf("%s: %+v, want %s", name, m.Ordering.Orders, c.want)
		}
		if got := m.Basket(customervalue.Baskets{}, "EUR"); got != 0 {
			t.Errorf("Basket in euros in a shop with pounds = %v, want 0", got)
		}
		if got := m.Basket(customervalue.Baskets{Orders: 2, Sum: 30}, "EUR"); got != 15 {
			t.Errorf("Basket in euros of a customer who spent 30 on two orders = %v, want 15", got)
		}
	}
}

// Equal customers may be separate rows or one row with their number.
func TestRowsMayBeGrouped(t *testing.T) {
	_, rows, _ := sample(3, 1000, asGifts)
	for i := range rows {
		rows[i].Age, rows[i].Last = math.Ceil(rows[i].Age), math.Ceil(rows[i].Last)
	}
	apart, err := fitting.FitOrders(rows, customervalue.AfterAny)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[customervalue.History]int{}
	for _, r := range rows {
		counts[r.History]++
	}
	var grouped []fitting.Row
	for h, n := range counts {
		grouped = append(grouped, fitting.Row{History: h, Customers: n})
	}
	together, err := fitting.FitOrders(grouped, customervalue.AfterAny)
	if err != nil || together.Orders != apart.Orders {
		t.Errorf("grouped: %+v, %v, want %+v", together.Orders, err, apart.Orders)
	}
}

// Weeks or days, pence or pounds: the fit is the same.
func TestUnitsMakeNoDifference(t *testing.T) {
	_, rows, spent := sample(4, 2000, asGifts)
	weekly, err := fitting.FitOrders(rows, customervalue.AfterAny)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		rows[i].Age, rows[i].Last = rows[i].Age*7, rows[i].Last*7
	}
	daily, err := fitting.FitOrders(rows, customervalue.AfterAny)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "r", daily.R, weekly.R, 1e-4)
	near(t, "alpha", daily.Alpha, 7*weekly.Alpha, 1e-4)
	pounds, err := fitting.FitSpending(spent)
	if err != nil {
		t.Fatal(err)
	}
	for i := range spent {
		spent[i].Sum *= 100
	}
	pence, err := fitting.FitSpending(spent)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "p", pence.P, pounds.P, 1e-4)
	near(t, "v", pence.V, 100*pounds.V, 1e-4)
}

// With too little data the fit fails with the right error, and with unusual
// data all numbers are finite.
func TestFitsOfUnusualShops(t *testing.T) {
	many := func(n int, h ...customervalue.History) (rows []fitting.Row) {
		for _, h := range h {
			rows = append(rows, fitting.Row{History: h, Customers: n})
		}
		return rows
	}
	once, twice := customervalue.History{Age: 20}, customervalue.History{Repeats: 1, Last: 5, Age: 20}
	for name, c := range map[string]struct {
		rows []fitting.Row
		err  error // nil: a valid fit or ErrNotFound
	}{
		"no customers":                    {nil, fitting.ErrTooFew},
		"no repeat orders":                {many(1000, once), fitting.ErrTooFew},
		"40 customers":                    {many(20, once, twice), fitting.ErrTooFew},
		"all first orders are of now":     {many(500, customervalue.History{}, customervalue.History{Repeats: 1}), fitting.ErrTooFew},
		"a last order after the end":      {append(many(500, once, twice), many(1, customervalue.History{Repeats: 1, Last: 21, Age: 20})...), customervalue.ErrHistory},
		"a last order without a repeat":   {many(500, customervalue.History{Last: 3, Age: 20}), customervalue.ErrHistory},
		"an age of NaN":                   {many(500, customervalue.History{Age: math.NaN()}), customervalue.ErrHistory},
		"a negative number of customers":  {many(-1, once), customervalue.ErrHistory},
		"two kinds of customers":          {many(500, once, twice), nil},
		"all customers alike":             {many(500, customervalue.History{Repeats: 10, Last: 19, Age: 20}), nil},
		"all left after the second order": {many(500, customervalue.History{Repeats: 1, Last: 0.1, Age: 100}), nil},
		"all orders at one time":          {many(500, once, customervalue.History{Repeats: 3, Age: 20}), nil},
		"one customer who orders all day": {append(many(500, once, twice), many(1, customervalue.History{Repeats: 20_000, Last: 20, Age: 20})...), nil},
		"an hour and a century":           {append(many(500, once, twice), many(5, customervalue.History{Repeats: 2, Last: 0.001, Age: 5000})...), nil},
	} {
		for _, leaving := range []customervalue.Leaving{customervalue.AfterRepeats, customervalue.AfterAny} {
			fit, err := fitting.FitOrders(c.rows, leaving)
			switch {
			case c.err != nil && !errors.Is(err, c.err):
				t.Errorf("%s, %s: FitOrders = %v, want %v", name, leaving, err, c.err)
			case c.err == nil && err != nil && !errors.Is(err, fitting.ErrNotFound):
				t.Errorf("%s, %s: FitOrders = %v", name, leaving, err)
			case c.err == nil && err == nil && (!fit.Valid() || math.IsNaN(fit.LogLikelihood)):
				t.Errorf("%s, %s: FitOrders = %+v, which is not a valid fit", name, leaving, fit)
			}
		}
	}
	if m := fitting.FitModel(nil, nil, "GBP"); m.Own() || len(m.Why) != 2 || !m.Orders().Valid() {
		t.Errorf("FitModel without customers = %+v, want a typical shop and two sentences in Why", m)
	}
	baskets := slices.Repeat([]customervalue.Baskets{{Orders: 1, Sum: 100}, {Orders: 2, Sum: math.Inf(1)}, {Orders: 0, Sum: 3}, {Orders: 1, Sum: -5}}, 99)
	if _, err := fitting.FitSpending(baskets); !errors.Is(err, fitting.ErrTooFew) {
		t.Errorf("FitSpending of 99 customers who spent something = %v, want too few", err)
	}
	if fit, err := fitting.FitSpending(slices.Repeat(baskets, 2)); err == nil && !fit.Valid() {
		t.Errorf("FitSpending if all spent the same = %+v, which is not a valid fit", fit)
	}
}
