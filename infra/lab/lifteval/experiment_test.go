//go:build !race

package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"regulars/infra/demo"
	"regulars/shared/lift"
)

func realShop(t *testing.T) []history {
	t.Helper()
	shop, err := demoShop()
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

// Of 200 experiments with the real orders of a shop, the interval may miss the truth
// at any look in 10. Holdouts of a tenth and of a half, with an effect and without
// one. A test each day raises more false alarms than that; if it did not, these
// experiments would not find a fixed-sample interval.
func TestIntervalsHoldTheTruthOnEachDayWithRealSpending(t *testing.T) {
	shop := realShop(t)
	const trials = 200
	for phrase, e := range map[string]experiment{
		"the shop's own customers, half held out": {Mailed: 0.5},
		"a tenth held out":                        {Customers: 2000, Mailed: 0.9},
		"a tenth held out of many":                {Customers: 12_000, Mailed: 0.9},
		"a lift of 10 %, a tenth held out":        {Customers: 4000, Mailed: 0.9, Lift: 0.1},
		"a lift of 30 %, half held out":           {Customers: 2000, Mailed: 0.5, Lift: 0.3},
	} {
		t.Run(phrase, func(t *testing.T) {
			e.Trials = trials
			o := e.run(shop, 3, func() {})
			for _, m := range measures {
				t.Logf("%s: the interval missed the truth in %d of %d; a daily test saw a difference in %d, the sequence in %d",
					measureNames[m], o.Missed[m], trials, o.Found[m][daily][length-1], o.Found[m][sequence][length-1])
				if o.Missed[m] > trials*5/100 {
					t.Errorf("%s: the interval missed the truth in %d of %d, want at most 5 %%", measureNames[m], o.Missed[m], trials)
				}
				if e.Lift == 0 && o.Found[m][daily][length-1] <= trials*5/100 {
					t.Errorf("%s: a daily test was wrong in %d of %d only", measureNames[m], o.Found[m][daily][length-1], trials)
				}
			}
		})
	}
}

func TestAPlantedLiftIsFoundAndItsSizeIsRight(t *testing.T) {
	const trials = 60
	o := experiment{Customers: 10_000, Mailed: 0.5, Lift: 0.1, Trials: trials}.run(realShop(t), 4, func() {})
	if found := o.Found[lift.Orders][sequence][length-1]; found < trials*9/10 {
		t.Errorf("a lift of 10 %% in orders is found in %d of %d experiments within %d days", found, trials, length)
	}
	if with, without := o.Found[lift.Orders][sequence][29], o.Found[lift.Orders][plain][29]; with < without+trials/10 {
		t.Errorf("by day 30 the lift is found in %d experiments with past orders and %d without: the correction gains nothing", with, without)
	}
	if math.Abs(o.Mean[lift.Orders]-0.1) > 0.01 || math.Abs(o.Mean[lift.Net]-0.1) > 0.03 {
		t.Errorf("the mean lift is %.3f of orders and %.3f of net revenue, want 0.1", o.Mean[lift.Orders], o.Mean[lift.Net])
	}
}

// Package lift needs that customers keep to their habits: what they did by one day
// is not negatively correlated with what they do later.
func TestCustomersKeepToTheirHabits(t *testing.T) {
	shop := realShop(t)
	for _, m := range measures[:2] {
		least := math.Inf(1)
		for cut := 5; cut < length; cut += 5 {
			var before, after []float64
			for _, h := range shop {
				var sums [2]float64
				for _, b := range h.days {
					sums[min(b.at/cut, 1)] += float64([2]int64{b.orders, b.net}[m])
				}
				before, after = append(before, sums[0]), append(after, sums[1])
			}
			least = min(least, correlation(before, after))
		}
		t.Logf("%s: the correlation is %.2f or more", measureNames[m], least)
		if least < 0 {
			t.Errorf("%s: the correlation is %.2f, want none below 0", measureNames[m], least)
		}
	}
}

func correlation(x, y []float64) float64 {
	var sx, sy, xx, yy, xy float64
	for i := range x {
		sx, sy = sx+x[i], sy+y[i]
		xx, yy, xy = xx+x[i]*x[i], yy+y[i]*y[i], xy+x[i]*y[i]
	}
	n := float64(len(x))
	return (n*xy - sx*sy) / math.Sqrt((n*xx-sx*sx)*(n*yy-sy*sy))
}

func TestThePageAndTheTablesAreWritten(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lift.html")
	var out bytes.Buffer
	if err := run([]string{"-trials", "3", "-out", name}, &out, (*demo.Bar)(nil)); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<polyline", "Mens E-Mail: visits", "18.28 %", "</html>"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if text := out.String(); !strings.Contains(text, "18.28 %") || !strings.Contains(text, "written to "+name) {
		t.Errorf("printed\n%s", text)
	}
}
