package fitting

import (
	"errors"
	"math"
	"slices"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/shop"
)

// ReportName is the name under which a [Report] is stored.
const ReportName = "prospects"

// Report is a shop's overview: how many customers are still active, and how
// accurate the predictions were.
type Report struct {
	At          time.Time    `json:"at"`
	Customers   int          `json:"customers"`          // with an order
	Alive       [10]int      `json:"alive"`              // customers by the probability that they are still active: up to .1, .2, … 1
	StillActive float64      `json:"still"`              // expected number of active customers
	Expected    float64      `json:"expected"`           // orders in the next 90 days
	Trial       *TrialResult `json:"trial,omitempty"`    // nil if a trial was not possible
	WhyNot      string       `json:"why_not,omitempty"`  // why a trial was not possible
	Quarters    []HeldOut    `json:"quarters,omitempty"` // by which the model was chosen and calibrated, the newest first
	Sampled     int          `json:"sampled,omitempty"`  // customers in the sample of the trial and the quarters, if not all
	Fitted      int          `json:"fitted,omitempty"`   // customers to whom the model was fitted, if not all; then Alive, StillActive and Expected are projected from them
	Spread      int          `json:"spread,omitempty"`   // of these, customers whose oldest orders have no known days: assumed to be evenly spread
}

// TrialResult compares what a sample of the customers did in the last 90 days
// with what the night 90 days ago would have predicted: fitted, calibrated, and
// with the season that was known then.
type TrialResult struct {
	Cut       time.Time `json:"cut"`
	Customers int       `json:"customers"` // with an order before the cut
	Expected  float64   `json:"expected"`  // orders after it
	Actual    int       `json:"happened"`
	Within    float64   `json:"within"` // share of customers whose number of orders is in their interval; .9 or more is right

	// Plain is the forecast of the same model without a season and a calibration.
	Plain float64 `json:"plain,omitempty"`

	// Naive is the expected number of orders if each customer continues at their
	// own rate so far: what a shop would compute without a model.
	Naive float64 `json:"naive"`

	// Mean absolute errors, in orders for each customer.
	Error      float64 `json:"error"`
	PlainError float64 `json:"plain_error,omitempty"`
	NaiveError float64 `json:"naive_error"`

	// Spending in the model's currency, in minor units; 0 if it was not predicted.
	ExpectedSpending float64 `json:"expected_spending,omitempty"`
	PlainSpending    float64 `json:"plain_spending,omitempty"`
	ActualSpending   float64 `json:"spent,omitempty"`

	// What the night would have known.
	Calibration customervalue.Calibration `json:"calibration,omitzero"`
	Quarters    int                       `json:"quarters,omitempty"` // compared, for the calibration
	Seasons     bool                      `json:"seasons,omitempty"`

	Groups []Group `json:"groups"` // by repeat orders before the cut
}

// Group is the customers with the same number of repeat orders before the cut.
type Group struct {
	Repeats   int     `json:"repeats"` // the last group has this many or more
	Customers int     `json:"customers"`
	Expected  float64 `json:"expected"` // orders for each customer
	Actual    float64 `json:"happened"`
}

// MostRepeats is the number of repeat orders from which on customers are in one
// group of a trial.
const MostRepeats = 7

// Report summarises the customers added.
func (l *Learner) Report() Report {
	model := l.Model()
	r := Report{At: l.now, Quarters: l.past.quarters, Spread: l.sample.spread()}
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
	r.project(each)
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
func (r *Report) project(each float64) {
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
func (l *Learner) try(currency shop.Currency) (t TrialResult, err error) {
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
	t = TrialResult{
		Cut: after.Cut, Customers: after.Customers, Expected: after.Expected, Plain: before.Expected, Actual: int(after.Actual),
		ExpectedSpending: after.ExpectedSpending, PlainSpending: before.ExpectedSpending, ActualSpending: after.ActualSpending,
		Calibration: m.Calibration, Quarters: len(known.quarters), Seasons: m.Season.Known(), Groups: make([]Group, MostRepeats+1),
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
		g := &t.Groups[min(p.repeats, MostRepeats)]
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
	t.Groups = slices.DeleteFunc(t.Groups, func(g Group) bool { return g.Customers == 0 })
	return t, nil
}
