package main

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestBillHasALineForEachUnitAndItsSums(t *testing.T) {
	var out bytes.Buffer
	if err := run([]string{"-messages", "1e6", "-orders", "1000000", "-customers", "1000000"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"write unit", "SQS request", "Lambda GB-second", "log GB", "event on the bus", "SES ", "A million of each, beside SES, ", "keep: {inputs: 0}", "A million customers, a month: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the bill has no %q:\n%s", want, out.String())
		}
	}
}

// A shopkeeper reads the numbers: none has an exponent.
func TestNumbersOfTheBillArePlain(t *testing.T) {
	for n, want := range map[float64]string{7.09e6: "7,090,000", 1748.3: "1,748", 53: "53", 0.194341: "0.1943", 0.00000019434: "0.0000001943"} {
		if got := plain(n); got != want {
			t.Errorf("plain(%v) = %q, want %q", n, got, want)
		}
	}
	for n, want := range map[float64]string{0.25e-6: "$0.25 a million", 0.125e-6: "$0.125 a million", 0.0001: "$100.00 a million", 0.5: "$0.50 each"} {
		if got := priceOf(n); got != want {
			t.Errorf("priceOf(%v) = %q, want %q", n, got, want)
		}
	}
	var out bytes.Buffer
	if err := run([]string{"-messages", "1", "-orders", "1e15", "-customers", "3"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`\d[eE][+-]?\d`).FindString(out.String()); found != "" {
		t.Errorf("the bill has an exponent, %q:\n%s", found, out.String())
	}
}

// Every price counts as often as the line says.
func TestLinesAreAmountsTimesPrices(t *testing.T) {
	b, err := open(pricesFile, unitsFile, assumptionsFile)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := b.bill(shop{messages: 2e6})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.about == "orders" || l.about == "customers" {
			t.Errorf("a bill without orders and customers has the line %+v", l)
		}
		if l.what == mailLine && l.dollar != 200 {
			t.Errorf("two million messages of SES cost %v, want 200", l.dollar)
		}
	}
}

// Settings lower their own parts of the bill, by more than nothing.
func TestSettingsLowerTheBill(t *testing.T) {
	b, err := open(pricesFile, unitsFile, assumptionsFile)
	if err != nil {
		t.Fatal(err)
	}
	sums := func(of settings) map[string]float64 {
		lines, err := b.bill(shop{1e6, 1e6, 1e6, of})
		if err != nil {
			t.Fatal(err)
		}
		all, _ := sumsOf(lines)
		return all
	}
	before := sums(settings{})
	for name, c := range map[string]struct {
		settings
		lower []string
	}{
		"inputs":   {settings{noInputs: true}, []string{"promotions", "service messages of orders"}},
		"months":   {settings{months: 3}, []string{"promotions", "service messages of orders"}},
		"counters": {settings{noCounters: true}, []string{"orders"}},
	} {
		now := sums(c.settings)
		for about := range before {
			if lower := now[about] < before[about]; lower != slices.Contains(c.lower, about) || now[about] <= 0 {
				t.Errorf("%s: %s cost %.2f in place of %.2f", name, about, now[about], before[about])
			}
		}
	}
}

func TestWhatIsUnknownIsRefused(t *testing.T) {
	for phrase, c := range map[string]struct {
		args []string
		want string
	}{
		"an unknown kind":   {[]string{"clicks=5"}, "not a kind that is billed"},
		"an unknown flag":   {[]string{"-clicks", "5"}, "not defined"},
		"a negative number": {[]string{"-orders", "-1"}, "0 or more"},
		"what is no number": {[]string{"-orders", "many"}, `-orders is "many"; want a whole number`},
		"half an order":     {[]string{"-orders", "0.5"}, "want a whole number"},
	} {
		err := run(c.args, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: run(%q) = %v, want %q", phrase, c.args, err, c.want)
		}
	}
	for phrase, c := range map[string]struct{ prices, units, want string }{
		"a price is missing":      {strings.Replace(pricesFile, "write unit", "wrote unit", 1), unitsFile, "write unit"},
		"a price is no number":    {strings.Replace(pricesFile, "0.625", "cheap", 1), unitsFile, `"cheap"`},
		"a figure is missing":     {pricesFile, strings.Replace(unitsFile, "write units", "wrote units", 1), "wrote units was counted"},
		"a figure no line uses":   {pricesFile, unitsFile + "a click,read units,1.00\n", "a click: read units was counted"},
		"a table without columns": {"prices\n", unitsFile, "three columns"},
	} {
		b, err := open(c.prices, c.units, assumptionsFile)
		if err == nil {
			_, err = b.bill(shop{messages: 1, orders: 1, customers: 1})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error about %q", phrase, err, c.want)
		}
	}
}
