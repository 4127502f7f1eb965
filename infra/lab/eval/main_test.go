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
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
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
	if strings.Contains(text, "as listed") {
		t.Errorf("without a catalogue the engine's lists cannot be shown:\n%s", text)
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

// The tables of a shop are measured with its catalogue.
func TestRunOnTables(t *testing.T) {
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	var profiles []profile.Profile
	for c := range 40 {
		p := profile.Profile{ID: shop.CustomerID(fmt.Sprintf("c%02d", c))}
		for month := range 6 {
			p.Orders = append(p.Orders, profile.Visit{
				Order: shop.OrderID(fmt.Sprintf("%d-%d", c, month)), At: time.Date(2026, time.Month(1+month), 1+c%7, 0, 0, 0, 0, time.UTC),
				Lines: []profile.VisitProduct{{Product: "TEA", Units: 1}, {Product: shop.ProductID(fmt.Sprint("MILK", (c+month)%9)), Units: 1}},
			})
		}
		profiles = append(profiles, p)
	}
	if err := dynamo.New(client, tables).Import(t.Context(), dynamo.History{Profiles: profiles, Products: []shop.Product{
		{ID: "TEA", Title: "Tea", Relations: map[shop.Relation][]shop.ProductID{shop.RelationComplements: {"SPOON"}}},
		{ID: "SPOON", Title: "A spoon"},
	}}); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	settings := map[string]string{
		"AWS_ENDPOINT_URL": *client.Options().BaseEndpoint, "CUSTOMERS_TABLE": tables.Customers, "CATALOGUE_TABLE": tables.Catalogue,
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
	}
	for name, value := range settings {
		t.Setenv(name, value) // the AWS configuration reads some of them by itself
	}
	if err := run(t.Context(), []string{"-format", "table", "-draws", "50", "-only", "frequency"}, os.Getenv, &out, &errs); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Read 40 profiles of the shop's tables", "The catalogue has 2 products, 1 of them with relations; it knows 1 of the 10 products that were ordered.", "next order, products bought before included: 40 customers", "built-in engine, as listed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table does not contain %q:\n%s", want, out.String())
		}
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
		"a catalogue twice":     {[]string{"-format", "table", "-catalogue", good}, "the shop's tables have a catalogue"},
		"a very long argument":  {[]string{strings.Repeat("orders", 1000)}, "give flags only"},
		"a very long column":    {[]string{"-data", good, "-columns", strings.Repeat("orders", 1000)}, "want such as customer=who"},
		"a very long cut":       {[]string{"-data", good, "-cut", strings.Repeat("orders", 1000)}, "want a day"},
		"no server":             {[]string{"-format", "table"}, "start the local cloud with make run"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			err := run(t.Context(), c.args, func(name string) string {
				return map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}[name] // no server listens there
			}, &out, &errs)
			if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 600 {
				t.Errorf("run(%.200q) = %.1000v, want a short error with %q", c.args, err, c.want)
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
