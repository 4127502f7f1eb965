//go:build !race

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	data := history(t, 700)
	trained := func() (file []byte, printed string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "weights.json")
		var out bytes.Buffer
		if err := run([]string{"-out", path, "-data", data, "-cut", "2026-06-01"}, &out); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return file, out.String()
	}
	file, printed := trained()
	f, err := rerank.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	for mode, v := range f.HeldOut {
		if v.Why == "" || (f.Rerankers[mode] != nil) != v.On {
			t.Errorf("%s: weights %v with the verdict %+v", mode, f.Rerankers[mode], v)
		}
	}
	if f.Data.Name != "orders.csv" || len(f.Data.SHA256) != 64 || f.Data.Cut != "2026-06-01T00:00:00Z" || len(f.HeldOut) != 2 {
		t.Errorf("the file is from %+v with the verdicts %+v", f.Data, f.HeldOut)
	}
	if !strings.Contains(printed, "customers, each held out: R ") {
		t.Errorf("run prints:\n%s", printed)
	}
	if again, _ := trained(); !bytes.Equal(file, again) {
		t.Error("the same data gave another file")
	}
}

func TestRunRefuses(t *testing.T) {
	data := history(t, 5)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no data":            {nil, "name a file with orders"},
		"an invalid cut":     {[]string{"-data", data, "-cut", "July"}, `the cut "July" is not a day`},
		"a missing file":     {[]string{"-data", data + "x"}, "no such file"},
		"nothing to predict": {[]string{"-data", data, "-cut", "2020-01-01"}, "nothing to predict"},
		"a missing folder":   {[]string{"-out", filepath.Join(t.TempDir(), "none", "w.json"), "-data", data, "-cut", "2026-06-01"}, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(c.args, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("run(%q) = %v, want an error with %q", c.args, err, c.want)
			}
		})
	}
}
