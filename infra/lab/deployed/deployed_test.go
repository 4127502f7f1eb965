//go:build !race

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/infra/local/cloud/cloudtest"
	"regulars/shared/recommend"
	"regulars/shared/recommend/training"
	"regulars/shared/shop"
)

// loyal is a shop whose customers order every 20 days, at the same hour, two
// of 30 products by chance and one product of their last order again, which
// only trained weights expect: the engine's own score looks at how often a
// product was bought. The last order is after the cut.
func loyal(t *testing.T, customers int) (data string) {
	t.Helper()
	random := rand.New(rand.NewPCG(4, 4))
	cut := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	var b strings.Builder
	b.WriteString("customer,order,time,item\n")
	for c := range customers {
		last := []int{random.IntN(30)}
		for n := range 5 {
			next := []int{random.IntN(30), random.IntN(30), last[random.IntN(len(last))]}
			for _, item := range next {
				fmt.Fprintf(&b, "c%03d,%d-%d,%s,P%02d\n", c, c, n, cut.AddDate(0, 0, 20*(n-4)).Add(time.Duration(c)*time.Minute).Format(time.DateTime), item)
			}
			last = next
		}
	}
	data = filepath.Join(t.TempDir(), "orders.csv")
	if err := os.WriteFile(data, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return data
}

// What record stores, learn learns and recommend answers gives the lists of make
// eval, with weights that the night trained.
func TestDeployedListsAreThoseOfEval(t *testing.T) {
	const customers = 320
	root := filepath.Join("..", "..", "..")
	cloudtest.Sources(t, root)
	t.Setenv("TMPDIR", t.TempDir())
	var out, errs bytes.Buffer
	err := run(t.Context(), []string{"-data", loyal(t, customers), "-cut", "2026-07-01"}, root, &out, &errs)
	if err != nil {
		t.Fatalf("run = %v\n%s\n%s", err, &out, &errs)
	}
	for _, want := range []string{
		"The night decides for next orders that weights trained on this shop rank",
		"The deployed night published the same weights and verdicts as the engine of make eval.",
		fmt.Sprintf("next: %[1]d of %[1]d lists are equal\n  orders after the cut of %[1]d customers", customers),
		fmt.Sprintf("goes_with: %[1]d of %[1]d lists are equal", customers),
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report does not contain %q:\n%s", want, &out)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no file":         {nil, "name a file with orders"},
		"an invalid cut":  {[]string{"-data", "orders.csv", "-cut", "July"}, `the cut "July" is not a day`},
		"a negative part": {[]string{"-data", "orders.csv", "-customers", "-1"}, "-customers is -1"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if err := run(t.Context(), c.args, ".", &out, &errs); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("run = %v, want an error with %q", err, c.want)
			}
		})
	}
}

// All orders of the taken customers move by the same time; what the catalogue
// does not know gets its ID as title.
func TestShopOf(t *testing.T) {
	cut, now := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 29, 12, 0, 7, 0, time.UTC)
	set := &trial.Set{Past: trial.Past{
		Now: cut, Products: []shop.ProductID{"LAMP", "MILK", "TEA"},
		Catalogue: map[shop.ProductID]shop.Product{"TEA": {ID: "TEA", Title: "Tea"}},
	}}
	for i := range 10 {
		id, before := fmt.Sprint("c", i), []trial.Order{{At: cut.AddDate(0, 0, -i-1), Items: []trial.Item{1, 2}}}
		set.Customers = append(set.Customers, trial.Customer{ID: id, Orders: before})
		set.Cases = append(set.Cases, trial.Case{Customer: id, Before: before, Next: []trial.Item{2}})
	}
	s := shopOf(set, 4, now)
	var ids []string
	for i, c := range s.Customers {
		ids = append(ids, c.ID)
		if s.Cases[i].Customer != c.ID || !s.Cases[i].Before[0].At.Equal(c.Orders[0].At) || now.Sub(c.Orders[0].At)%(24*time.Hour) != 0 {
			t.Errorf("customer %s ordered at %v, and the case %+v says otherwise, or not a number of days before %v", c.ID, c.Orders[0].At, s.Cases[i], now)
		}
	}
	if want := []string{"c0", "c2", "c5", "c7"}; !slices.Equal(ids, want) || len(s.Cases) != 4 || s.orders != 4 || s.Check() != nil {
		t.Errorf("taken are %q with %d cases and %d orders, %v, want %q", ids, len(s.Cases), s.orders, s.Check(), want)
	}
	if _, unsold := s.Catalogue["LAMP"]; unsold || s.Catalogue["MILK"].Title != "MILK" || s.Catalogue["TEA"].Title != "Tea" {
		t.Errorf("the catalogue is %v, want milk and tea", s.Catalogue)
	}
	if events := s.events(); len(events) != 6 || events[0].ID != "MILK" || !events[2].At.Before(events[5].At) {
		t.Errorf("the events are %v, want two products and four orders, the oldest first", events)
	}
}

func TestReport(t *testing.T) {
	set := &trial.Set{Past: trial.Past{Products: []shop.ProductID{"LAMP", "TEA"}, Now: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)}}
	for i := range 5 {
		id, before := fmt.Sprint("c", i), []trial.Order{{At: set.Now.AddDate(0, 0, -1), Items: []trial.Item{0, 1}}}
		set.Customers = append(set.Customers, trial.Customer{ID: id, Orders: before})
	}
	set.Cases = []trial.Case{{Customer: "c4", Before: set.Customers[4].Orders, Next: []trial.Item{0}}}
	same, other := lists{deployed: []trial.Item{0}, eval: []trial.Item{0}}, lists{deployed: []trial.Item{1}, eval: []trial.Item{0}, differ: true}
	r := report{set: set, outcome: training.Outcome{Rerankers: map[recommend.Mode]*recommend.Linear{}}, lists: map[trial.Mode][]lists{trial.Next: {same, other, other, other, other}}}
	var out bytes.Buffer
	r.print(&out)
	text := out.String()
	for _, want := range []string{
		"The deployed night published the same weights and verdicts as", // none, in both
		"next: 1 of 5 lists are equal\n", `customer 2 of 5: deployed ["TEA"], eval ["LAMP"]`,
		"orders after the cut of 1 customers: R@10, N@10, PHR@10\n  deployed  0.0000 0.0000 0.0000\n  eval      1.0000 1.0000 1.0000\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not contain %q:\n%s", want, text)
		}
	}
	if r.different() != 4 || strings.Count(text, "deployed [") != shown {
		t.Errorf("%d lists differ and %d are printed, want 4 and %d", r.different(), strings.Count(text, "deployed ["), shown)
	}
}
