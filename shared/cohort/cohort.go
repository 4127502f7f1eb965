// Package cohort counts, for the customers who first ordered in the same month,
// how many of them order again and for how long they go on: the retention
// triangle, and how fast a second order comes.
//
// A cohort is the customers whose first order fell into one month, by UTC.
// Month 0 is that month, month 1 the next one of the calendar, and so on. The
// month that is not over yet is in the table and marked ([Cohort.Complete]): it
// will still grow, and must not be compared with the others.
//
// The first month of a shop's data holds everybody who ordered before, too, and
// looks more loyal than it was.
package cohort

import (
	"maps"
	"slices"
	"time"

	"regulars/shared/profile"
)

// Name is that under which a [Table] is stored.
const Name = "cohorts"

// most is how many cohorts a table has: the newest, three years of them.
const most = 36

// Table is a shop's cohorts, the oldest first.
type Table struct {
	At      time.Time `json:"at"`
	Cohorts []Cohort  `json:"cohorts"`

	// Assumed is how many customers have so many orders that the months of the
	// oldest ones are not known: they count as active in each month between the
	// first order and the first that is known, and as having repeated at once.
	Assumed int `json:"assumed,omitempty"`
}

// Cohort is the customers who first ordered in one month.
type Cohort struct {
	Month     string `json:"month"` // such as "2026-01"
	Customers int    `json:"customers"`
	Active    []int  `json:"active"`   // with an order in month 0, 1, …; Active[0] is Customers
	Repeated  []int  `json:"repeated"` // with a second order by the end of month 0, 1, …
}

// Complete returns for how many months, from 0 on, the numbers are final.
func (c Cohort) Complete(at time.Time) int {
	first, err := time.Parse(layout, c.Month)
	if err != nil {
		return 0
	}
	return max(0, min(month(at)-month(first), len(c.Active), len(c.Repeated)))
}

const layout = "2006-01"

// month numbers the months of the calendar.
func month(at time.Time) int {
	at = at.UTC()
	return at.Year()*12 + int(at.Month()) - 1
}

func name(month int) string {
	return time.Date(month/12, time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC).Format(layout)
}

// Counter makes a [Table], one customer at a time and in any order.
type Counter struct {
	at      time.Time
	cohorts map[int]*counts
	assumed int
}

// counts are by months since the first.
type counts struct{ active, second map[int]int }

// NewCounter returns a counter of orders up to at.
func NewCounter(at time.Time) *Counter { return &Counter{at: at, cohorts: map[int]*counts{}} }

// Add takes one customer. Cancelled orders do not count, nor do later ones than
// the counter's time.
func (c *Counter) Add(p profile.Profile) {
	var orders []int // months, oldest first
	for _, v := range p.Orders {
		if !v.Cancelled && !v.At.After(c.at) {
			orders = append(orders, month(v.At))
		}
	}
	if n := p.Earlier.Orders; n > 0 {
		first := month(p.Earlier.First)
		upTo := first
		if len(orders) > 0 {
			upTo = max(first, orders[0]-1)
		}
		var earlier []int
		for m := first; m <= upTo; m++ {
			earlier = append(earlier, m)
		}
		if n > 1 {
			c.assumed++
			earlier = append([]int{first}, earlier...)
		} else {
			earlier = earlier[:1]
		}
		orders = append(earlier, orders...)
	}
	if len(orders) == 0 {
		return
	}
	first := orders[0]
	if c.cohorts[first] == nil {
		c.cohorts[first] = &counts{map[int]int{}, map[int]int{}}
	}
	if len(orders) > 1 {
		c.cohorts[first].second[orders[1]-first]++
	}
	for _, m := range slices.Compact(orders) {
		c.cohorts[first].active[m-first]++
	}
}

// Table returns what was counted. Months in which nobody came for the first time
// have no cohort.
func (c *Counter) Table() Table {
	t := Table{At: c.at, Assumed: c.assumed}
	firsts := slices.Sorted(maps.Keys(c.cohorts))
	for _, first := range firsts[max(0, len(firsts)-most):] {
		counted := c.cohorts[first]
		cohort := Cohort{Month: name(first), Customers: counted.active[0]}
		repeated := 0
		for m := range month(c.at) - first + 1 {
			repeated += counted.second[m]
			cohort.Active = append(cohort.Active, counted.active[m])
			cohort.Repeated = append(cohort.Repeated, repeated)
		}
		t.Cohorts = append(t.Cohorts, cohort)
	}
	return t
}

// Point is one point of [Table.Curve].
type Point struct {
	Month     int     // since the first order
	Customers int     // of the cohorts that are that old
	Repeated  float64 // share of them with a second order by its end, 0 to 1
}

// Curve returns how fast a second order comes, over all cohorts whose month is
// complete. Each point has other cohorts, so that the curve may fall where the
// younger ones repeat sooner.
func (t Table) Curve() (points []Point) {
	for m := 0; ; m++ {
		p, repeated := Point{Month: m}, 0
		for _, c := range t.Cohorts {
			if m < c.Complete(t.At) {
				p.Customers += c.Customers
				repeated += c.Repeated[m]
			}
		}
		if p.Customers == 0 {
			return points
		}
		p.Repeated = float64(repeated) / float64(p.Customers)
		points = append(points, p)
	}
}
