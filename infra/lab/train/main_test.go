package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"regulars/shared/recommend"
	"regulars/shared/recommend/rerank"
)

// history writes a file of n customers, each with six orders: a few favourites
// and products that all customers buy.
func history(t *testing.T, n int) string {
	t.Helper()
	random := rand.New(rand.NewPCG(2, 2))
	var b strings.Builder
	b.WriteString("customer,order,time,item\n")
	for c := range n {
		for order := range 6 {
			for range 4 {
				item := random.IntN(12)
				if random.IntN(2) == 0 {
					item = c * 7 % 30
				}
				fmt.Fprintf(&b, "c%d,%d,2026-%02d-%02d,P%02d\n", c, order, 1+order, 1+c%28, item)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "orders.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRun(t *testing.T) {
	data := history(t, 400)
	trained := func(seed string) (file []byte, printed string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "weights.json")
		var out bytes.Buffer
		if err := run([]string{"-out", path, "-seed", seed, "csv:" + data + "@2026-06-01"}, &out); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return file, out.String()
	}
	file, printed := trained("1")
	m, err := rerank.Parse(file, recommend.FeatureNames())
	if err != nil {
		t.Fatal(err)
	}
	if v := m.Weights[recommend.ModeNext].HeldOut["orders.csv"]; v.Customers != 400 || v.Why == "" || m.Seed != 1 || m.Data[0].Customers != 400 {
		t.Errorf("verdict %+v, data %+v, want a verdict on 400 customers with its reason", v, m.Data)
	}
	if !strings.Contains(printed, "next, from ") || !strings.Contains(printed, "orders.csv, 400 customers, each held out: R ") {
		t.Errorf("run prints:\n%s", printed)
	}
	if again, _ := trained("1"); !bytes.Equal(file, again) {
		t.Error("the same data and seed gave another file")
	}
	if other, _ := trained("2"); bytes.Equal(file, other) {
		t.Error("another seed gave the same file")
	}
}

// A part is evaluated with weights that were not trained on it: the weights
// without a part do not change with the purchases of that part's customers.
func TestPartIsEvaluatedByTheOthers(t *testing.T) {
	var cases []example
	for i := range 500 {
		c := example{set: "s", customer: fmt.Sprint("c", i)}
		c.Wanted = 1
		for j := range 4 {
			c.Candidates = append(c.Candidates, rerank.Candidate{Features: []float64{float64(j % 3), float64((i + j) % 5)}, Bought: j == i%4})
		}
		cases = append(cases, c)
	}
	model := &rerank.Model{Features: []string{"a", "b"}, Data: []rerank.Data{{Name: "s"}}}
	seen := map[int]int{}
	for _, c := range cases {
		seen[partOf(1, c.customer)]++
	}
	for part := range parts {
		if n := seen[part]; n < 70 || n > 130 {
			t.Errorf("part %d has %d of 500 customers, want about 100", part, n)
		}
	}
	without := func() string {
		w, err := trainWithout(cases, 2, 3, 1)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(w)
		return string(text)
	}
	before := without()
	for i, c := range cases {
		if partOf(1, c.customer) == 3 {
			for j := range c.Candidates {
				cases[i].Candidates[j].Bought = j == 0
			}
		}
	}
	if after := without(); after != before {
		t.Errorf("the weights without part 3 changed with its purchases: %s, then %s", before, after)
	}
	if _, err := train(cases, model, 1); err != nil {
		t.Error(err)
	}
}

func TestRunRefuses(t *testing.T) {
	data := history(t, 5)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no data":            {nil, "name the orders to train on"},
		"no format":          {[]string{"orders.csv"}, `"orders.csv": want a set such as csv:orders.csv@2026-07-01`},
		"an invalid cut":     {[]string{"csv:" + data + "@July"}, `the cut "July" is not a day`},
		"another format":     {[]string{"table:" + data}, `format "table"`},
		"a missing file":     {[]string{"csv:" + data + "x"}, "no such file"},
		"nothing to predict": {[]string{"csv:" + data + "@2020-01-01"}, "nothing to predict"},
		"a missing folder":   {[]string{"-out", filepath.Join(t.TempDir(), "none", "w.json"), "csv:" + data + "@2026-06-01"}, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(c.args, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("run(%q) = %v, want an error with %q", c.args, err, c.want)
			}
		})
	}
}
