package customervalue

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// ReportName is the name under which a [Report] is stored.
const ReportName = "prospects"

// Trial is for how many days [Report] foretells what has happened already.
const Trial = 90

// Report is what a shop's owner looks at: how many customers there still are,
// and how far the numbers can be believed.
type Report struct {
	At        time.Time `json:"at"`
	Customers int       `json:"customers"`         // with an order
	Alive     [10]int   `json:"alive"`             // customers by chance to be one still: up to .1, .2, … 1
	Still     float64   `json:"still"`             // how many of them to expect to be one still
	Expected  float64   `json:"expected"`          // orders in the next 90 days
	Trial     *Tried    `json:"trial,omitempty"`   // nil where it was not possible
	WhyNot    string    `json:"why_not,omitempty"` // a trial was not possible
	Endless   int       `json:"endless,omitempty"` // customers left out of it: too many orders to be told apart
}

// Tried is how the model did on the last 90 days, fitted without them.
type Tried struct {
	Cut       time.Time `json:"cut"`
	Customers int       `json:"customers"` // with an order before the cut
	Expected  float64   `json:"expected"`  // orders after it
	Happened  int       `json:"happened"`
	Within    float64   `json:"within"` // share of customers whose number is in their interval; .9 or more is right

	// The same, if each customer went on at their own rate so far: what a shop
	// would reckon without a model.
	Naive float64 `json:"naive"`

	// Mean absolute errors, in orders a customer.
	Error      float64 `json:"error"`
	NaiveError float64 `json:"naive_error"`

	Groups []Group `json:"groups"` // by repeat orders before the cut
}

// Group is customers with the same number of repeat orders.
type Group struct {
	Repeats   int     `json:"repeats"` // the last group has this many or more
	Customers int     `json:"customers"`
	Expected  float64 `json:"expected"` // orders a customer
	Happened  float64 `json:"happened"`
}

// MostRepeats is the number of repeat orders from which on customers are one
// group of a trial.
const MostRepeats = 7

// Report sums up what was gathered.
func (l *Learner) Report() Report {
	r := Report{At: l.now, Endless: l.endless}
	orders := l.Model().Orders()
	for _, d := range sorted(l.rows, days.compare) {
		n, h := l.rows[d], d.history()
		r.Customers += n
		alive := orders.Alive(h)
		r.Alive[min(9, int(10*alive))] += n
		r.Still += float64(n) * alive
		r.Expected += float64(n) * orders.Expected(h, Quarter)
	}
	tried, err := l.try()
	if err != nil {
		r.WhyNot = err.Error()
		return r
	}
	r.Trial = &tried
	return r
}

// try fits what was known at the cut and foretells what came after it.
func (l *Learner) try() (Tried, error) {
	order := func(a, b cutDays) int { return cmp.Or(a.compare(b.days), cmp.Compare(a.next, b.next)) }
	people := sorted(l.before, order)
	var rows []Row
	for _, d := range people {
		rows = append(rows, Row{d.history(), l.before[d]})
	}
	fit, err := fitEither(rows)
	if err != nil {
		return Tried{}, err
	}
	t := Tried{Cut: l.cut, Groups: make([]Group, MostRepeats+1)}
	for _, d := range people {
		n, h := float64(l.before[d]), d.history()
		f, naive := fit.Forecast(h, Quarter), 0.0
		if h.Repeats > 0 {
			naive = float64(h.Repeats) / max(h.Age, 1.0/7) * Quarter
		}
		happened := float64(d.next)
		t.Customers += l.before[d]
		t.Expected += n * f.Mean
		t.Naive += n * naive
		t.Happened += l.before[d] * d.next
		t.Error += n * math.Abs(f.Mean-happened)
		t.NaiveError += n * math.Abs(naive-happened)
		if within := f.Interval(); within.Low <= happened && happened <= within.High {
			t.Within += n
		}
		g := &t.Groups[min(h.Repeats, MostRepeats)]
		g.Customers += l.before[d]
		g.Expected += n * f.Mean
		g.Happened += n * happened
	}
	all := float64(t.Customers)
	t.Error, t.NaiveError, t.Within = t.Error/all, t.NaiveError/all, t.Within/all
	for i := range t.Groups {
		g := &t.Groups[i]
		g.Repeats = i
		if n := float64(g.Customers); n > 0 {
			g.Expected, g.Happened = g.Expected/n, g.Happened/n
		}
	}
	t.Groups = slices.DeleteFunc(t.Groups, func(g Group) bool { return g.Customers == 0 })
	return t, nil
}
