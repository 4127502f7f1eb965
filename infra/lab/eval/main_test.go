package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shopCSV returns a small shop: forty customers who order tea every two weeks;
// half of them buy a lamp and then a bulb.
func shopCSV() string {
	var b strings.Builder
	b.WriteString("customer,order,time,item\n")
	for c := range 40 {
		for week := range 6 {
			order := fmt.Sprintf("c%02d,%d,2026-%02d-%02d", c, week, 4+week/2, 1+14*(week%2)+c%7)
			fmt.Fprintf(&b, "%s,TEA\n", order)
			switch {
			case c%2 == 0 && week == 2:
				fmt.Fprintf(&b, "%s,LAMP\n", order)
			case c%2 == 0 && week >= 3 && week-3 == c/2%3:
				fmt.Fprintf(&b, "%s,BULB\n", order)
			case c%2 == 1:
				fmt.Fprintf(&b, "%s,MILK%d\n", order, (c+week)%9)
			}
		}
	}
	return b.String()
}

func evaluate(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(t.Context(), args, func(string) string { return "" }, &out, &errs)
	return out.String(), err
}

func written(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRun(t *testing.T) {
	data, page := written(t, shopCSV()), filepath.Join(t.TempDir(), "page.html")
	text, err := evaluate(t, "-data", data, "-out", page, "-draws", "50")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"40 customers, 0 of them with one order only, 240 orders, 12 products.",
		"the default, by which 80 % of the orders were placed",
		"next order, products bought before included: 40 customers",
		"new items only: ", "built-in engine", "TIFU-KNN", "personal + EASE + popularity", "EASE, each row cut to 20", "most popular of the last 14 days",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the table does not contain %q:\n%s", want, text)
		}
	}
	html, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"</html>", "<svg viewBox=", "built-in engine", "TIFU-KNN"} {
		if !bytes.Contains(html, []byte(want)) {
			t.Errorf("the page does not contain %q", want)
		}
	}
	for _, foreign := range []string{"http://", "https://", "ZgotmplZ", "NaN"} {
		if bytes.Contains(html, []byte(foreign)) {
			t.Errorf("the page contains %q: it must have no external resources and no invalid numbers", foreign)
		}
	}
}

// The standard output has the table alone, and no progress.
func TestTableIsOnTheStandardOutput(t *testing.T) {
	var out, errs bytes.Buffer
	if err := run(t.Context(), []string{"-data", written(t, shopCSV()), "-draws", "50", "-only", "frequency"}, func(string) string { return "" }, &out, &errs); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.HasPrefix(text, "40 customers") || strings.Contains(text, "eval:") || strings.Contains(text, "\r") || strings.Contains(errs.String(), "R@10") {
		t.Errorf("standard output:\n%s\nstandard error:\n%s", text, errs.String())
	}
}

// Apart from times, the same data give the same table, in any order of the
// lines.
func TestRunIsTheSameTwice(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(shopCSV()), "\n")
	backwards := lines[0]
	for i := len(lines) - 1; i > 0; i-- {
		backwards += "\n" + lines[i]
	}
	var seen []string
	for _, csv := range []string{shopCSV(), shopCSV(), backwards} {
		text, err := evaluate(t, "-data", written(t, csv), "-draws", "50")
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for line := range strings.Lines(text) {
			if before, _, found := strings.Cut(line, " %  "); found {
				line = before + "\n" // what follows are times
			}
			b.WriteString(strings.Join(strings.Fields(line), " ") + "\n")
		}
		seen = append(seen, b.String())
	}
	if seen[0] != seen[1] || seen[0] != seen[2] {
		t.Errorf("first:\n%s\nsecond:\n%s\nlines backwards:\n%s", seen[0], seen[1], seen[2])
	}
}

func TestRunRefuses(t *testing.T) {
	good := written(t, shopCSV())
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no file":               {nil, "name a file with orders"},
		"an unknown format":     {[]string{"-data", good, "-format", "xml"}, `format "xml": want csv, dc or table`},
		"an empty file":         {[]string{"-data", written(t, "")}, "the file is empty"},
		"one order":             {[]string{"-data", written(t, "customer,time,item\na,2026-06-01,X\n")}, "nothing to predict"},
		"an invalid cut":        {[]string{"-data", good, "-cut", "July"}, `cut "July": want a day`},
		"a cut before all":      {[]string{"-data", good, "-cut", "2020-01-01"}, "name another cut"},
		"columns without names": {[]string{"-data", good, "-columns", "customer"}, "want such as customer=who"},
		"lists of length 0":     {[]string{"-data", good, "-k", "0"}, "must be 1 or more"},
		"an argument, no flag":  {[]string{"orders.csv"}, "give flags only"},
		"no server":             {[]string{"-format", "table"}, "start the local cloud with make run"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			err := run(t.Context(), c.args, func(name string) string {
				return map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}[name] // no server listens there
			}, &out, &errs)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("run(%q) = %v, want an error with %q", c.args, err, c.want)
			}
		})
	}
	if _, err := evaluate(t, "-data", filepath.Join(t.TempDir(), "none.csv")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("run on a missing file: %v", err)
	}
}

// A customer with ten thousand items, and a shop with one customer.
func TestUnusualShops(t *testing.T) {
	var many strings.Builder
	many.WriteString("customer,order,time,item\n")
	for i := range 10_000 {
		fmt.Fprintf(&many, "a,%d,2026-05-%02d,X%05d\n", i%9, 1+i%9, i)
	}
	many.WriteString("a,z,2026-07-02,X00001\na,z,2026-07-02,X00002\nb,1,2026-05-01,Y\nb,2,2026-07-01,X00001\n")
	for name, csv := range map[string]string{
		"a customer of ten thousand items": many.String(),
		"a customer alone":                 "customer,time,item\na,2026-06-01,X\na,2026-06-02,Y\na,2026-07-03,X\n",
	} {
		t.Run(name, func(t *testing.T) {
			for _, only := range []string{"TIFU", "frequency", "popular of"} { // EASE takes half a minute for 4,000 products
				if _, err := evaluate(t, "-data", written(t, csv), "-draws", "10", "-cut", "2026-07-01", "-only", only); err != nil {
					t.Errorf("run with %s: %v", only, err)
				}
			}
		})
	}
}
