package fitting

import (
	"fmt"
	"math"
	"testing"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/hashsample"
	"regulars/shared/profile"
)

func TestCorrection(t *testing.T) {
	quarters := func(weight float64, ratios ...float64) (all []deviation) {
		for _, r := range ratios {
			all = append(all, deviation{math.Log(r), weight})
		}
		return all
	}
	for phrase, c := range map[string]struct {
		quarters []deviation // the newest first
		want     float64
	}{
		"no quarter":                            {nil, 1},
		"one quarter cannot show that it lasts": {quarters(1, 1.4), 1},
		"two quarters that agree":               {quarters(1, 1.2, 1.2), math.Exp(2 * math.Log(1.2) / 6)},
		"two quarters that contradict":          {quarters(1, 1.2, 0.8), 1},
		"a year that agrees keeps half":         {quarters(1, 0.8, 0.8, 0.8, 0.8), math.Sqrt(0.8)},
		"a year, but few orders":                {quarters(0.1, 0.8, 0.8, 0.8, 0.8), math.Exp(0.4 * math.Log(0.8) / 4.4)},
		"a year of ups and downs":               {quarters(1, 1.3, 0.8, 1.3, 0.8), 1},
		"a forecast that was right":             {quarters(1, 1, 1, 1, 1), 1},
		"a forecast that was absurd":            {quarters(1, 100, 100, 100, 100), 2},
	} {
		if got := correction(c.quarters); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: correction = %.4f, want %.4f", phrase, got, c.want)
		}
	}
}

// Spending is corrected by what is left after the orders.
func TestCalibrationOfOrdersAndBaskets(t *testing.T) {
	q := customervalue.HeldOut{Expected: 10_000, Actual: 9_000, ExpectedSpending: 100, ActualSpending: 108}
	got := calibrationOf([]customervalue.HeldOut{q, q, q, q})
	if math.Abs(got.Orders-math.Sqrt(0.9)) > 0.001 || math.Abs(got.Basket-math.Sqrt(1.2)) > 0.001 {
		t.Errorf("calibrationOf = %+v, want about %.3f and %.3f", got, math.Sqrt(0.9), math.Sqrt(1.2))
	}
	q.Actual, q.ActualSpending = 0, 0
	if got := calibrationOf([]customervalue.HeldOut{q, q}); got != (customervalue.Calibration{Orders: 1, Basket: 1}) {
		t.Errorf("calibrationOf quarters without an order = %+v, want 1 and 1", got)
	}
}

func TestSeasonIsAClock(t *testing.T) {
	christmas := customervalue.Season{0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 1, 1.1, 1.5, 1.4}
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for phrase, c := range map[string]struct {
		season   customervalue.Season
		from, to string
		want     float64
	}{
		"no season":                  {nil, "2026-11-01", "2026-12-01", 30.0 / 7},
		"a damaged season":           {customervalue.Season{1, 2}, "2026-11-01", "2026-12-01", 30.0 / 7},
		"an impossible factor":       {customervalue.Season{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1e9}, "2026-12-01", "2026-12-29", 4},
		"a whole month":              {christmas, "2026-11-01", "2026-12-01", 1.5 * 30 / 7},
		"half a month":               {christmas, "2026-11-16", "2026-12-01", 1.5 * 15 / 7},
		"over the end of a year":     {christmas, "2026-12-25", "2027-01-08", (1.4*7 + 0.8*7) / 7},
		"a leap year's February":     {christmas, "2028-02-01", "2028-03-01", 0.9*28/7 + 1.0/7},
		"the same months of 8 years": {christmas, "2020-03-01", "2028-03-01", (2922 + 8*3.1) / 7},
	} {
		if got := c.season.Weeks(day(c.from), day(c.to)); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %.4f weeks, want %.4f", phrase, got, c.want)
		}
	}
	for d := day("2027-01-01"); d.Before(day("2029-01-02")); d = d.Add(13 * time.Hour) {
		if !(christmas.Weeks(d, d.Add(13*time.Hour)) > 0) {
			t.Fatalf("the clock does not advance after %v", d)
		}
	}
}

// Months differ by their season only after a straight line was taken out, and a
// month that was seen once keeps half.
func TestSeasonOf(t *testing.T) {
	months := func(years int, ratio func(i int) float64) (all []month) {
		for i := range 12 * years {
			all = append(all, month{number: i % 12, at: float64(i), expected: 1e6, actual: 1e6 * ratio(i)})
		}
		return all
	}
	for phrase, c := range map[string]struct {
		months []month
		want   func(i int) float64
	}{
		"no season":      {months(1, func(int) float64 { return 1 }), func(int) float64 { return 1 }},
		"a low forecast": {months(1, func(int) float64 { return 1.5 }), func(int) float64 { return 1 }},
		"growth":         {months(2, func(i int) float64 { return math.Exp(0.05 * float64(i)) }), func(int) float64 { return 1 }},
		"June, once": {months(1, func(i int) float64 { return map[bool]float64{true: 1.44, false: 1}[i == 5] }), func(i int) float64 {
			return map[bool]float64{true: 1.18, false: 0.985}[i == 5]
		}},
		"June, three times": {months(3, func(i int) float64 { return map[bool]float64{true: 1.44, false: 1}[i%12 == 5] }), func(i int) float64 {
			return map[bool]float64{true: 1.28, false: 0.977}[i == 5]
		}},
	} {
		s := seasonOf(c.months)
		year := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		mean := s.Weeks(year, year.AddDate(1, 0, 0)) * 7 / 365
		for i, f := range s {
			if math.Abs(f-c.want(i)) > 0.02 {
				t.Errorf("%s: month %d has %.3f, want about %.3f", phrase, i+1, f, c.want(i))
			}
		}
		if !s.Known() || math.Abs(mean-1) > 1e-9 {
			t.Errorf("%s: %v, want 12 factors with a mean of 1", phrase, s)
		}
	}
	if s := seasonOf(nil); s != nil {
		t.Errorf("seasonOf no months = %v, want none", s)
	}
}

// A sample is bounded and holds the same customers in any order.
func TestSampleIsBounded(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	add := func(s *sample, i int) {
		s.add(hashsample.Of("value", fmt.Sprint("c-", i)), profile.Profile{Orders: []profile.Visit{{At: now.Add(-time.Hour)}}}, now)
	}
	const all = 2*sampleSize + 5
	up, down := newSample(), newSample()
	for i := range all {
		add(&up, i)
		add(&down, all-1-i)
		if up.Len() > sampleSize {
			t.Fatalf("the sample holds %d customers, want %d at most", up.Len(), sampleSize)
		}
	}
	if up.Len() < sampleSize/3 || up.Len() != down.Len() || up.All()[0].Hash != down.All()[0].Hash {
		t.Errorf("samples of %d and %d customers, want the same, and more than %d", up.Len(), down.Len(), sampleSize/3)
	}
	up.add(0, profile.Profile{Earlier: profile.Totals{Orders: 1 << 40, First: now.AddDate(-1, 0, 0)}}, now)
	if n := up.Len(); n != down.Len() {
		t.Errorf("a customer with more orders than fit into memory is in the sample of %d", n)
	}
}
