package trial_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/shop"
)

var now = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

// days returns an order placed ago days before now.
func days(ago int, items ...trial.Item) trial.Order {
	return trial.Order{At: now.AddDate(0, 0, -ago), Items: items}
}

// fixture returns a set with four products, of which the last was never sold,
// and three customers; c has no case.
func fixture() *trial.Set {
	a, b := []trial.Order{days(9, 0), days(3, 0, 1)}, []trial.Order{days(40, 1)}
	return &trial.Set{
		Past: trial.Past{
			Products: []shop.ProductID{"A", "B", "C", "NEW"}, Now: now,
			Customers: []trial.Customer{{ID: "a", Orders: a}, {ID: "b", Orders: b}, {ID: "c", Orders: []trial.Order{days(2, 2)}}},
		},
		Cases: []trial.Case{
			{Customer: "a", Before: a, Next: []trial.Item{0, 2, 3}},
			{Customer: "b", Before: b, Next: []trial.Item{1}},
			{Customer: "x", Before: nil, Next: []trial.Item{3}},
		},
	}
}

// fixed is a method that always returns the same list.
type fixed struct {
	name string
	list []trial.Item
	fits *int
	err  error
}

func (f fixed) Name() string { return f.name }

func (f fixed) Fit(*trial.Past) error {
	if f.fits != nil {
		*f.fits++
	}
	return f.err
}

func (f fixed) Rank([]trial.Order, trial.Mode, int) ([]trial.Item, error) { return f.list, nil }

// tick returns a clock that advances by a millisecond at each call.
func tick() func() time.Time {
	at := now
	return func() time.Time {
		at = at.Add(time.Millisecond)
		return at
	}
}

func TestRun(t *testing.T) {
	fits := 0
	base := &fixed{name: "base", fits: &fits}
	report, err := trial.Run(t.Context(), fixture(), []trial.Entry{
		{Method: &fixed{name: "one", list: []trial.Item{2}}, Modes: trial.Both},
		{Method: &fixed{name: "two", list: []trial.Item{0, 1, 2}}, Modes: []trial.Mode{trial.Next}, Base: base},
		{Method: &fixed{name: "three", list: []trial.Item{1, 0}}, Modes: []trial.Mode{trial.Next}, Base: base},
	}, trial.Options{Clock: tick()})
	if err != nil {
		t.Fatal(err)
	}
	if fits != 1 {
		t.Errorf("the base of two entries was fitted %d times, want once", fits)
	}
	if report.Products != 3 || report.Customers != 3 || report.K != 10 || len(report.Modes) != 2 {
		t.Fatalf("report = %+v, want 3 products that were sold, 3 customers, lists of 10, 2 modes", report)
	}
	next, fresh := report.Modes[0], report.Modes[1]
	if next.Customers != 2 || fresh.Customers != 1 {
		t.Errorf("%d and %d cases, want 2 and 1: a product that was never sold cannot be predicted", next.Customers, fresh.Customers)
	}
	if len(next.Rows) != 3 || len(fresh.Rows) != 1 {
		t.Fatalf("%d and %d rows, want 3 and 1", len(next.Rows), len(fresh.Rows))
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s = %v, want %v", what, got, want)
		}
	}
	// Of the sold products, 0 and 2 are in a's next order, 1 is in b's.
	one, two := next.Rows[0], next.Rows[1]
	near("one's recall", one.Recall.Mean, (.5+0)/2)
	near("two's recall", two.Recall.Mean, 1)
	near("two's difference", two.Against.Recall.Mean, .75)
	near("two's PHR", two.PHR.Mean, 1)
	near("two's NDCG", two.NDCG.Mean, ((1+.5)/(1+1/math.Log2(3))+1/math.Log2(3))/2)
	near("one's coverage", one.Coverage, 1./3)
	near("two's repeats", two.Repeats, 3./6)
	near("one's recall of new items", fresh.Rows[0].Recall.Mean, 1)
	if two.Fit != 2*time.Millisecond || two.Each != time.Millisecond {
		t.Errorf("two took %v to fit and %v for each list, want 2ms, with its base, and 1ms", two.Fit, two.Each)
	}
}

// Each step of a trial is reported, with what a method reports of its own fit.
func TestRunReportsItsProgress(t *testing.T) {
	var seen []string
	_, err := trial.Run(t.Context(), fixture(), []trial.Entry{
		{Method: &fixed{name: "one", list: []trial.Item{2}}, Modes: trial.Both},
		{Method: &slow{fixed{name: "two", list: []trial.Item{2}}}, Modes: []trial.Mode{trial.New}, Base: &fixed{name: "base"}},
	}, trial.Options{Progress: func(what string, done, of int) { seen = append(seen, fmt.Sprintf("%s %d/%d", what, done, of)) }})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{
		"method 1 of 2, one, learns 0/0",
		"method 1 of 2, one, makes lists of mode next 0/2",
		"method 1 of 2, one, makes lists of mode next 1/2",
		"method 1 of 2, one, makes lists of mode new 0/1",
		"method 2 of 2, base, learns 0/0",
		"method 2 of 2, two, learns 0/0",
		"method 2 of 2, two, learns: inverts 1/3",
		"method 2 of 2, two, makes lists of mode new 0/1",
		"computes intervals 0/2",
		"computes intervals 1/2",
	}, seen); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

// slow is a method that reports its fit.
type slow struct{ fixed }

func (*slow) Fit(past *trial.Past) error {
	past.Step("inverts", 1, 3)
	return nil
}

// After CountAll the share that was predicted is of the whole order, and an
// order with only unknown products counts.
func TestCountAll(t *testing.T) {
	for name, c := range map[string]struct {
		all        bool
		next, news int // customers
		recall     float64
	}{
		"only products that were sold": {false, 2, 1, (1. + 1) / 2},
		"all products":                 {true, 3, 2, (2./3 + 1 + 0) / 3},
	} {
		t.Run(name, func(t *testing.T) {
			set := fixture()
			if c.all {
				set.CountAll()
			}
			report, err := trial.Run(t.Context(), set, []trial.Entry{{Method: &fixed{name: "two", list: []trial.Item{0, 1, 2}}, Modes: []trial.Mode{trial.Next}}}, trial.Options{})
			if err != nil {
				t.Fatal(err)
			}
			next, news := report.Modes[0], report.Modes[1]
			if got := next.Rows[0].Recall.Mean; next.Customers != c.next || news.Customers != c.news || math.Abs(got-c.recall) > 1e-12 {
				t.Errorf("%d and %d customers, recall %v, want %d and %d, %v", next.Customers, news.Customers, got, c.next, c.news, c.recall)
			}
			if said := strings.Contains(strings.Join(report.Notes, "\n"), "All products of an order count as wanted"); said != c.all {
				t.Errorf("notes: %q", report.Notes)
			}
		})
	}
}

func TestRunFailsWithAReason(t *testing.T) {
	good := []trial.Entry{{Method: &fixed{name: "one", list: []trial.Item{2}}, Modes: trial.Both}}
	for name, c := range map[string]struct {
		change  func(*trial.Set)
		entries []trial.Entry
		want    string
	}{
		"no cases": {func(s *trial.Set) { s.Cases = nil }, good, "no customer has an order to predict"},
		"the order to predict is in the history": {func(s *trial.Set) {
			s.Cases[0].Before = append(s.Cases[0].Before, trial.Order{At: now, Items: []trial.Item{2}})
		}, good, "not before"},
		"an order of the future in the past": {func(s *trial.Set) { s.Customers[1].Orders[0].At = now.AddDate(0, 0, 1) }, good, "not before"},
		"orders out of order":                {func(s *trial.Set) { slices.Reverse(s.Cases[0].Before) }, good, "out of order"},
		"an item twice":                      {func(s *trial.Set) { s.Customers[0].Orders[0].Items = []trial.Item{0, 0} }, good, "each once"},
		"an unknown item":                    {func(s *trial.Set) { s.Cases[0].Next = []trial.Item{4} }, good, "each once"},
		"a bought item among new ones": {
			func(*trial.Set) {},
			[]trial.Entry{{Method: &fixed{name: "old", list: []trial.Item{0}}, Modes: trial.Both}},
			"old: customer 1 of 1: a list of new items holds one they bought",
		},
		"a method that cannot learn": {func(*trial.Set) {}, []trial.Entry{{Method: &fixed{name: "weak", err: errors.New("too much")}, Modes: trial.Both}}, "weak: learn: too much"},
	} {
		t.Run(name, func(t *testing.T) {
			set := fixture()
			c.change(set)
			if _, err := trial.Run(t.Context(), set, c.entries, trial.Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Run = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestRunStopsWhenTheContextEnds(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := trial.Run(ctx, fixture(), []trial.Entry{{Method: &fixed{name: "one"}, Modes: trial.Both}}, trial.Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want %v", err, context.Canceled)
	}
}

func TestLearnFromCases(t *testing.T) {
	set := fixture()
	set.Customers = set.Customers[1:] // a is to be added; b is already there
	set.Cases = set.Cases[:2]
	set.LearnFromCases()
	var ids []string
	for _, c := range set.Customers {
		ids = append(ids, c.ID)
	}
	if want := []string{"a", "b", "c"}; !slices.Equal(ids, want) {
		t.Errorf("learned from %v, want %v", ids, want)
	}
	if got := set.Customers[0].Orders; len(got) != 2 {
		t.Errorf("a has %d orders, want the 2 before the one to predict", len(got))
	}
	if err := set.Check(); err != nil {
		t.Error(err)
	}
}

func TestBought(t *testing.T) {
	past := fixture().Past
	ever, recently := past.Bought(now.AddDate(0, 0, -9))
	if want := []int{1, 2, 1, 0}; !slices.Equal(ever, want) {
		t.Errorf("customers by product = %v, want %v", ever, want)
	}
	if want := []int{1, 1, 1, 0}; !slices.Equal(recently, want) {
		t.Errorf("customers of the last nine days = %v, want %v", recently, want)
	}
}
