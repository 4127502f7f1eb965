// Package cohortretention computes retention: for the customers who first ordered in the
// same month, how many order again in each later month, and how fast a second
// order comes.
//
// A cohort is the customers whose first order was in one month, by UTC. Month 0
// is that month, month 1 the next calendar month, and so on. The current month
// is in the table, but not counted as complete ([Cohort.Complete]): it will
// still grow and must not be compared with the others.
//
// The first month of a shop's data contains all customers who ordered before as
// well, and therefore looks more loyal than it was.
package cohortretention

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"regulars/shared/profile"
)

// Name is the name under which a [Table] is stored.
const Name = "cohorts"

// most is the number of cohorts in a table: the newest, three years of them.
const most = 36

// Table is a shop's cohorts, the oldest first.
type Table struct {
	At      time.Time `json:"at"`
	Cohorts []Cohort  `json:"cohorts"`

	// Assumed is the number of customers whose oldest orders have no known months,
	// because they have too many orders. They count as active in each month between
	// the first order and the first with a known month, and as having repeated in
	// month 0.
	Assumed int `json:"assumed,omitempty"`
}

// Cohort is the customers who first ordered in one month.
type Cohort struct {
	Month     string `json:"month"` // such as "2026-01"
	Customers int    `json:"customers"`
	Active    []int  `json:"active"`   // with an order in month 0, 1, …; Active[0] is Customers
	Repeated  []int  `json:"repeated"` // with a second order by the end of month 0, 1, …
}

// Complete returns the number of months, from month 0, whose counts are final.
func (c Cohort) Complete(at time.Time) int {
	first, err := time.Parse(layout, c.Month)
	if err != nil {
		return 0
	}
	return max(0, min(month(at)-month(first), len(c.Active), len(c.Repeated)))
}

const layout = "2006-01"

// month returns the number of the calendar month.
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

// counts are keyed by months since the first order.
type counts struct {
	Active map[int]int `json:"active"`
	Second map[int]int `json:"second"`
}

// NewCounter returns a counter of orders up to at.
func NewCounter(at time.Time) *Counter { return &Counter{at: at, cohorts: map[int]*counts{}} }

// Add counts one customer. It ignores cancelled orders and orders after the
// counter's time.
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
		c.cohorts[first].Second[orders[1]-first]++
	}
	for _, m := range slices.Compact(orders) {
		c.cohorts[first].Active[m-first]++
	}
}

// Merge adds the counts of other customers. All counts are sums, so the order changes
// nothing.
func (c *Counter) Merge(other *Counter) {
	c.assumed += other.assumed
	for first, o := range other.cohorts {
		if c.cohorts[first] == nil {
			c.cohorts[first] = &counts{map[int]int{}, map[int]int{}}
		}
		for m, n := range o.Active {
			c.cohorts[first].Active[m] += n
		}
		for m, n := range o.Second {
			c.cohorts[first].Second[m] += n
		}
	}
}

// encoded is the form of a [Counter] in JSON.
type encoded struct {
	Cohorts map[int]*counts `json:"cohorts"` // by the month of the first order
	Assumed int             `json:"assumed"`
}

// MarshalJSON encodes the counts.
func (c *Counter) MarshalJSON() ([]byte, error) { return json.Marshal(encoded{c.cohorts, c.assumed}) }

// UnmarshalJSON decodes counts into a counter that [NewCounter] returned for the same
// time.
func (c *Counter) UnmarshalJSON(data []byte) error {
	e := encoded{Cohorts: c.cohorts}
	err := json.Unmarshal(data, &e)
	c.assumed = e.Assumed
	return err
}

// Table returns the counts. A month without a first order has no cohort.
func (c *Counter) Table() Table {
	t := Table{At: c.at, Assumed: c.assumed}
	firsts := slices.Sorted(maps.Keys(c.cohorts))
	for _, first := range firsts[max(0, len(firsts)-most):] {
		counted := c.cohorts[first]
		cohort := Cohort{Month: name(first), Customers: counted.Active[0]}
		repeated := 0
		for m := range month(c.at) - first + 1 {
			repeated += counted.Second[m]
			cohort.Active = append(cohort.Active, counted.Active[m])
			cohort.Repeated = append(cohort.Repeated, repeated)
		}
		t.Cohorts = append(t.Cohorts, cohort)
	}
	return t
}

// Point is one point of [Table.Curve].
type Point struct {
	Month     int     // since the first order
	Customers int     // in the cohorts that are this old
	Repeated  float64 // share of them with a second order by the end of the month, 0 to 1
}

// Curve returns how fast a second order comes, over all cohorts for which the
// month is complete. Each point is over different cohorts, so the curve may
// fall if younger cohorts repeat sooner.
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
