package main

import (
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"testing"

	"regulars/shared/lift"
)

var update = flag.Bool("update", false, "write hillstrom.json from the full set")

const fullSet = "../../../../shared/data/hillstrom/hillstrom.csv.gz"

// The stored sums are those of the full set.
func TestStoredHillstromIsThatOfTheRows(t *testing.T) {
	file, err := os.Open(fullSet)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("SKIPPED: %s is not on this machine, so the stored sums are not compared with the 64,000 rows", fullSet)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	want, err := readHillstrom(file)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		content, err := json.MarshalIndent(want, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("hillstrom.json", append(content, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := storedHillstrom()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if *got.Visits[g] != *want.Visits[g] || *got.Purchases[g] != *want.Purchases[g] {
			t.Errorf("%s: the stored sums are not those of the rows; go test -run Stored -update writes them", g)
		}
	}
}

// The published means: of visits, conversion and spend. Hillstrom (2008); all three
// are printed in his description of the challenge's results and in many papers.
func TestHillstromHasThePublishedMeans(t *testing.T) {
	h, err := storedHillstrom()
	if err != nil {
		t.Fatal(err)
	}
	for g, want := range map[string]struct {
		customers                int64
		visit, conversion, spend float64
	}{
		"Mens E-Mail":   {21_307, 0.183, 0.0125, 142},
		"Womens E-Mail": {21_387, 0.151, 0.0088, 108},
		"No E-Mail":     {21_306, 0.106, 0.0057, 65},
	} {
		v, p := h.Visits[g], h.Purchases[g]
		if v.Customers() != want.customers || math.Abs(v.Mean(lift.Converted)-want.visit) > 0.0005 ||
			math.Abs(p.Mean(lift.Converted)-want.conversion) > 0.00005 || math.Abs(p.Mean(lift.Net)-want.spend) > 0.5 {
			t.Errorf("%s: %d customers, visits %.4f, conversion %.5f, spend %.1f cents; want %+v", g, v.Customers(), v.Mean(lift.Converted), p.Mean(lift.Converted), p.Mean(lift.Net), want)
		}
	}
}

// Without the correction the differences and standard errors are the textbook's:
// p(1-p)/n of two shares.
func TestHillstromsEffectsAreTheTextbooks(t *testing.T) {
	h, err := storedHillstrom()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range h.effects() {
		if m.Effect.Verdict != lift.More {
			t.Errorf("%s: %s (%v), want more: both mailings worked", m.Name, m.Effect.Verdict, m.Effect.Interval)
		}
	}
	mens, none := h.Visits["Mens E-Mail"], h.Visits["No E-Mail"]
	e := lift.Compare(*mens, *none, lift.Converted, alpha)
	variance := func(a *lift.Arm) float64 {
		p := a.Mean(lift.Converted)
		return p * (1 - p) / float64(a.Customers())
	}
	bare := math.Sqrt(variance(mens) + variance(none))
	if off := e.StandardError/math.Sqrt(1-e.Saved)/bare - 1; math.Abs(off) > 0.002 {
		t.Errorf("the standard error without the correction is off by %.4f from the textbook's", off)
	}
	if math.Abs(e.Difference-0.0766) > 0.001 {
		t.Errorf("difference of visits %.4f, want 0.0766", e.Difference)
	}
}
