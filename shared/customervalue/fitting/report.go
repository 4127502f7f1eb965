package fitting

import (
	"errors"
	"math"
	"slices"

	"regulars/shared/customervalue"
	"regulars/shared/shop"
)

// Report summarises the customers added.
func (l *Learner) Report() customervalue.Report {
	model := l.Model()
	r := customervalue.Report{At: l.now, Quarters: l.past.quarters, Spread: l.sample.spread()}
	orders, ahead := model.Orders(), model.Ahead(l.now, customervalue.Quarter)
	r.Customers = l.customers
	each := 1.0 // customers for whom one fitted customer stands
	if n := l.fitted.Len(); 0 < n && n < r.Customers {
		r.Fitted, each = n, float64(r.Customers)/float64(n)
	}
	for _, d := range sorted(l.rows, days.compare) {
		n, h := l.rows[d], l.history(d, model.Season)
		alive := orders.Alive(h)
		r.Alive[min(9, int(10*alive))] += n
		r.StillActive += float64(n) * alive
		r.Expected += float64(n) * orders.Expected(h, ahead)
	}
	project(&r, each)
	if n := l.sample.Len(); n < r.Customers {
		r.Sampled = n
	}
	result, err := l.try(model.Currency)
	if err != nil {
		r.WhyNot = err.Error()
		return r
	}
	r.Trial = &result
	return r
}

// project makes numbers of the fitted customers those of all. The numbers of customers
// are rounded so that their sum is right.
func project(r *customervalue.Report, each float64) {
	r.StillActive *= each
	r.Expected *= each
	sum, before := 0, 0
	for i, n := range r.Alive {
		sum += n
		upTo := int(math.Round(float64(sum) * each))
		r.Alive[i], before = upTo-before, upTo
	}
}

// try learns everything from the orders before the last quarter, as a night
// would have done then, and compares its forecast with that quarter.
func (l *Learner) try(currency shop.Currency) (t customervalue.TrialResult, err error) {
	known := l.learn(Trial, currency, "")
	people := l.sample.at(Trial, 0, currency)
	m := known.model(l.rowsAt(people, Trial, known.season), basketsOf(people), currency)
	if !m.Own() {
		return t, errors.New(m.Why[0])
	}
	plain := customervalue.Model{Spending: m.Spending, Currency: currency}
	if plain.Ordering, err = (learned{leaving: m.Ordering.Leaving}).fit(l.rowsAt(people, Trial, nil)); err != nil {
		return t, err
	}
	after, means := l.compare(people, Trial, m)
	before, plainMeans := l.compare(people, Trial, plain)
	t = customervalue.TrialResult{
		Cut: after.Cut, Customers: after.Customers, Expected: after.Expected, Plain: before.Expected, Actual: int(after.Actual),
		ExpectedSpending: after.ExpectedSpending, PlainSpending: before.ExpectedSpending, ActualSpending: after.ActualSpending,
		Calibration: m.Calibration, Quarters: len(known.quarters), Seasons: m.Season.Known(), Groups: make([]customervalue.Group, customervalue.MostRepeats+1),
	}
	ahead, all := m.Ahead(t.Cut, customervalue.Quarter), float64(t.Customers)
	for i, p := range people {
		actual, naive := float64(p.next), 0.0
		if p.repeats > 0 {
			naive = float64(p.repeats) / max(float64(p.first-Trial)/7, 1.0/7) * customervalue.Quarter
		}
		t.Naive += naive
		t.Error += math.Abs(means[i]-actual) / all
		t.PlainError += math.Abs(plainMeans[i]-actual) / all
		t.NaiveError += math.Abs(naive-actual) / all
		if within := m.Ordering.Forecast(l.historyAt(p, Trial, m.Season), ahead).Interval(); within.Low <= actual && actual <= within.High {
			t.Within += 1 / all
		}
		g := &t.Groups[min(p.repeats, customervalue.MostRepeats)]
		g.Customers++
		g.Expected += means[i]
		g.Actual += actual
	}
	for i := range t.Groups {
		g := &t.Groups[i]
		g.Repeats = i
		if n := float64(g.Customers); n > 0 {
			g.Expected, g.Actual = g.Expected/n, g.Actual/n
		}
	}
	t.Groups = slices.DeleteFunc(t.Groups, func(g customervalue.Group) bool { return g.Customers == 0 })
	return t, nil
}
