package cohortretention_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/cohortretention"
	"regulars/shared/profile"
)

var now = time.Date(2026, 4, 10, 12, 0, 0, 0, time.UTC)

func day(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 9, 0, 0, 0, time.UTC)
}

func customer(days ...time.Time) profile.Profile {
	var p profile.Profile
	for _, at := range days {
		p.Orders = append(p.Orders, profile.Visit{At: at})
	}
	return p
}

func table(people ...profile.Profile) cohortretention.Table {
	c := cohortretention.NewCounter(now)
	for _, p := range people {
		c.Add(p)
	}
	return c.Table()
}

func TestTable(t *testing.T) {
	cancelled := customer(day(time.January, 5), day(time.February, 1))
	cancelled.Orders[0].Cancelled = true
	got := table(
		customer(day(time.January, 1), day(time.January, 31), day(time.March, 1)),
		customer(day(time.January, 31)),
		customer(day(time.January, 15), day(time.April, 10)),
		customer(day(time.January, 15), day(time.April, 11)), // tomorrow
		cancelled, // of February
		customer(),
		customer(day(time.April, 2), day(time.April, 3)),
	)
	want := cohortretention.Table{At: now, Cohorts: []cohortretention.Cohort{
		{Month: "2026-01", Customers: 4, Active: []int{4, 0, 1, 1}, Repeated: []int{1, 1, 1, 2}},
		{Month: "2026-02", Customers: 1, Active: []int{1, 0, 0}, Repeated: []int{0, 0, 0}},
		{Month: "2026-04", Customers: 1, Active: []int{1}, Repeated: []int{1}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Table (-want +got):\n%s", diff)
	}
	for i, want := range []int{3, 2, 0} {
		if complete := got.Cohorts[i].Complete(now); complete != want {
			t.Errorf("%s is complete for %d months, want %d", got.Cohorts[i].Month, complete, want)
		}
	}
	curve := []cohortretention.Point{{0, 5, 0.2}, {1, 5, 0.2}, {2, 4, 0.25}}
	if diff := cmp.Diff(curve, got.Curve()); diff != "" {
		t.Errorf("Curve (-want +got):\n%s", diff)
	}
}

// A month is complete when the next one has begun.
func TestComplete(t *testing.T) {
	c := cohortretention.Cohort{Month: "2026-03", Customers: 1, Active: []int{1, 1}, Repeated: []int{0, 0}}
	for at, want := range map[time.Time]int{
		time.Date(2026, 3, 31, 23, 59, 59, 0, time.UTC): 0,
		time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC):     1,
		time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC):     2,
	} {
		if got := c.Complete(at); got != want {
			t.Errorf("Complete(%s) = %d, want %d", at, got, want)
		}
	}
	damaged := cohortretention.Table{At: now, Cohorts: []cohortretention.Cohort{{Month: "2026-01", Customers: 3, Active: []int{3, 1, 1}, Repeated: []int{1}}}}
	if points := damaged.Curve(); len(points) != 1 {
		t.Errorf("Curve of a damaged table = %v, want the one valid point", points)
	}
	if got := (cohortretention.Cohort{Month: "rubbish"}).Complete(now); got != 0 {
		t.Errorf("Complete of an invalid month = %d, want 0", got)
	}
}

// The months of orders that a profile only sums are not known; the table counts
// the customers for whom it assumes them.
func TestSummedOrdersAreCountedAsAssumed(t *testing.T) {
	p := customer(day(time.March, 3), day(time.April, 2))
	p.Earlier = profile.Totals{Orders: 4, First: day(time.January, 7)}
	got := table(p)
	want := cohortretention.Table{At: now, Assumed: 1, Cohorts: []cohortretention.Cohort{{Month: "2026-01", Customers: 1, Active: []int{1, 1, 1, 1}, Repeated: []int{1, 1, 1, 1}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Table (-want +got):\n%s", diff)
	}
	p.Earlier.Orders = 1 // the month of a single order is known
	want = cohortretention.Table{At: now, Cohorts: []cohortretention.Cohort{{Month: "2026-01", Customers: 1, Active: []int{1, 0, 1, 1}, Repeated: []int{0, 0, 1, 1}}}}
	if diff := cmp.Diff(want, table(p)); diff != "" {
		t.Errorf("Table (-want +got):\n%s", diff)
	}
}

func TestTableProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var people []profile.Profile
		for range random.IntN(40) {
			var p profile.Profile
			at := now.AddDate(0, 0, -random.IntN(1500))
			for range random.IntN(6) {
				p.Orders = append(p.Orders, profile.Visit{At: at, Cancelled: random.IntN(5) == 0})
				at = at.AddDate(0, 0, random.IntN(100))
			}
			people = append(people, p)
		}
		got := table(people...)
		random.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
		if diff := cmp.Diff(got, table(people...)); diff != "" {
			t.Fatalf("another order of the customers gives another table (-first +other):\n%s", diff)
		}
		for _, c := range got.Cohorts {
			if c.Active[0] != c.Customers || len(c.Active) != len(c.Repeated) {
				t.Fatalf("%+v: month 0 does not have all customers", c)
			}
			for m := range c.Active {
				if c.Active[m] < 0 || c.Active[m] > c.Customers || c.Repeated[m] > c.Customers || m > 0 && c.Repeated[m] < c.Repeated[m-1] {
					t.Fatalf("%+v: month %d is impossible", c, m)
				}
			}
		}
	})
}

func ExampleTable_Curve() {
	counter := cohortretention.NewCounter(now)
	counter.Add(customer(day(time.January, 3), day(time.February, 3)))
	counter.Add(customer(day(time.January, 9)))
	for _, p := range counter.Table().Curve() {
		fmt.Printf("month %d: %.0f %% of %d\n", p.Month, 100*p.Repeated, p.Customers)
	}
	// Output:
	// month 0: 0 % of 2
	// month 1: 50 % of 2
	// month 2: 50 % of 2
}

// Counters of any parts of the customers, merged in any order after they were stored, are
// the counter of all.
func TestCountersOfPartsMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, parts := cohortretention.NewCounter(now), make([]*cohortretention.Counter, rapid.IntRange(1, 4).Draw(t, "parts"))
		for i := range parts {
			parts[i] = cohortretention.NewCounter(now)
		}
		for range rapid.IntRange(0, 30).Draw(t, "customers") {
			var days []time.Time
			for range rapid.IntRange(0, 4).Draw(t, "orders") {
				days = append(days, now.AddDate(0, 0, -rapid.IntRange(0, 900).Draw(t, "days")))
			}
			slices.SortFunc(days, time.Time.Compare)
			p := customer(days...)
			if rapid.Bool().Draw(t, "summed") {
				p.Earlier = profile.Totals{Orders: rapid.IntRange(1, 3).Draw(t, "earlier"), First: now.AddDate(-3, 0, 0)}
			}
			all.Add(p)
			parts[rapid.IntRange(0, len(parts)-1).Draw(t, "part")].Add(p)
		}
		merged := cohortretention.NewCounter(now)
		for _, part := range rapid.Permutation(parts).Draw(t, "order") {
			body, err := json.Marshal(part)
			if err != nil {
				t.Fatal(err)
			}
			again := cohortretention.NewCounter(now)
			if err := json.Unmarshal(body, again); err != nil {
				t.Fatal(err)
			}
			merged.Merge(again)
		}
		if diff := cmp.Diff(all.Table(), merged.Table()); diff != "" {
			t.Fatalf("merged (-want +got):\n%s", diff)
		}
	})
}
