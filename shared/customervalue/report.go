package customervalue

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// ReportName is the name under which a [Report] is stored.
const ReportName = "prospects"

// Trial is the number of past days on which [Report] tests the model.
const Trial = 90

// Report is a shop's overview: how many customers are still active, and how
// accurate the predictions were.
type Report struct {
	At          time.Time    `json:"at"`
	Customers   int          `json:"customers"`         // with an order
	Alive       [10]int      `json:"alive"`             // customers by the probability that they are still active: up to .1, .2, … 1
	StillActive float64      `json:"still"`             // expected number of active customers
	Expected    float64      `json:"expected"`          // orders in the next 90 days
	Trial       *TrialResult `json:"trial,omitempty"`   // nil if a trial was not possible
	WhyNot      string       `json:"why_not,omitempty"` // why a trial was not possible
	LeftOut     int          `json:"endless,omitempty"` // customers left out of the trial: too many orders to know their history at the cut
}

// TrialResult compares the orders of the last 90 days with the prediction of a
// model fitted without them.
type TrialResult struct {
	Cut       time.Time `json:"cut"`
	Customers int       `json:"customers"` // with an order before the cut
	Expected  float64   `json:"expected"`  // orders after it
	Actual    int       `json:"happened"`
	Within    float64   `json:"within"` // share of customers whose number of orders is in their interval; .9 or more is right

	// Naive is the expected number of orders if each customer continues at their
	// own rate so far: what a shop would compute without a model.
	Naive float64 `json:"naive"`

	// Mean absolute errors, in orders for each customer.
	Error      float64 `json:"error"`
	NaiveError float64 `json:"naive_error"`

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
	r := Report{At: l.now, LeftOut: l.leftOut}
	orders := l.Model().Orders()
	for _, d := range sorted(l.rows, days.compare) {
		n, h := l.rows[d], d.history()
		r.Customers += n
		alive := orders.Alive(h)
		r.Alive[min(9, int(10*alive))] += n
		r.StillActive += float64(n) * alive
		r.Expected += float64(n) * orders.Expected(h, Quarter)
	}
	result, err := l.try()
	if err != nil {
		r.WhyNot = err.Error()
		return r
	}
	r.Trial = &result
	return r
}

// try fits the histories at the cut and predicts the orders after it.
func (l *Learner) try() (TrialResult, error) {
	order := func(a, b cutDays) int { return cmp.Or(a.compare(b.days), cmp.Compare(a.next, b.next)) }
	people := sorted(l.before, order)
	var rows []Row
	for _, d := range people {
		rows = append(rows, Row{d.history(), l.before[d]})
	}
	fit, err := fitEither(rows)
	if err != nil {
		return TrialResult{}, err
	}
	t := TrialResult{Cut: l.cut, Groups: make([]Group, MostRepeats+1)}
	for _, d := range people {
		n, h := float64(l.before[d]), d.history()
		f, naive := fit.Forecast(h, Quarter), 0.0
		if h.Repeats > 0 {
			naive = float64(h.Repeats) / max(h.Age, 1.0/7) * Quarter
		}
		actual := float64(d.next)
		t.Customers += l.before[d]
		t.Expected += n * f.Mean
		t.Naive += n * naive
		t.Actual += l.before[d] * d.next
		t.Error += n * math.Abs(f.Mean-actual)
		t.NaiveError += n * math.Abs(naive-actual)
		if within := f.Interval(); within.Low <= actual && actual <= within.High {
			t.Within += n
		}
		g := &t.Groups[min(h.Repeats, MostRepeats)]
		g.Customers += l.before[d]
		g.Expected += n * f.Mean
		g.Actual += n * actual
	}
	all := float64(t.Customers)
	t.Error, t.NaiveError, t.Within = t.Error/all, t.NaiveError/all, t.Within/all
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
