package fitting_test

import (
	"encoding/json"
	"testing"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/customervalue/fitting"
	"regulars/shared/profile"
)

// The calibration and the season are in every number that messages and pages
// use. The calibration leaves alone what has happened.
func TestCalibrationAndSeasonAreInEveryNumber(t *testing.T) {
	plain := customervalue.Model{
		Ordering: customervalue.Ordering{Orders: asGifts},
		Spending: customervalue.Spent{Spending: customervalue.Spending{P: 6, Q: 4, V: 1500}},
		Currency: "GBP",
	}
	calibrated, withSeason := plain, plain
	calibrated.Calibration = customervalue.Calibration{Orders: 1.2, Basket: 1.1}
	withSeason.Season = season()
	for _, p := range shopOf(300) {
		before, _ := plain.Prospect(noon, p, "GBP")
		after, _ := calibrated.Prospect(noon, p, "GBP")
		if after.Alive != before.Alive || after.Late != before.Late || after.GapProbability != before.GapProbability {
			t.Fatalf("calibration changes what has happened: %+v, before %+v", after, before)
		}
		h, _ := customervalue.Of(p, noon)
		near(t, "orders", after.Quarter, asGifts.Expected(h, 1.2*customervalue.Quarter), 1e-9)
		if year := asGifts.Expected(h, 1.2*customervalue.Year) * plain.Basket(customervalue.BasketsOf(p, "GBP"), "GBP") * 1.1; year > 100 {
			near(t, "spending", float64(after.Year.Minor), year, 0.01)
		}
		if after.QuarterRange.High < before.QuarterRange.High || after.YearRange.High < 1.09*before.YearRange.High {
			t.Fatalf("the ranges %+v, %+v are not wider than %+v, %+v", after.QuarterRange, after.YearRange, before.QuarterRange, before.YearRange)
		}
	}

	// Before Christmas more is expected of a customer who ordered in all months
	// than without a season, and after it less.
	var ann profile.Profile
	for days := 1080.0; days > 100; days -= 61 {
		ann.Orders = append(ann.Orders, profile.Visit{At: daysAgo(days), Net: gbp(2000)})
	}
	ratio := func(at time.Time) float64 {
		return withSeason.Outlook(at, ann, "GBP").Quarter / plain.Outlook(at, ann, "GBP").Quarter
	}
	if in, out := withSeason.Outlook(noon, ann, "GBP"), plain.Outlook(noon, ann, "GBP"); in.Late <= out.Late || in.Alive >= out.Alive {
		t.Errorf("in autumn the customer is %+v, want later and less likely to be active than without a season: %+v", in, out)
	}
	if before, after := ratio(noon), ratio(noon.AddDate(0, 0, 45)); before < 1.02 || after > 0.95 {
		t.Errorf("of a regular customer %.3f times as many orders are expected before Christmas, and %.3f in January", before, after)
	}
}

// A model that was stored before there were seasons and calibration, or that is
// damaged, is read as one without them.
func TestOldPartsAreRead(t *testing.T) {
	const old = `{"version":"v","ordering":{"r":0.73,"alpha":7.4,"a":0.3,"b":3,"leaving":"after-any","log_likelihood":-1,"customers":400,"repeaters":300,"covariance":null},
		"spending":{"p":6,"q":4,"v":1500,"log_likelihood":-1,"customers":400,"covariance":null,"correlation":0},"currency":"GBP"`
	read := func(body string) (m customervalue.Model) {
		if err := json.Unmarshal([]byte(body), &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	p := shopOf(1)[0]
	want := customervalue.Model{Ordering: customervalue.Ordering{Orders: asGifts}, Spending: customervalue.Spent{Spending: customervalue.Spending{P: 6, Q: 4, V: 1500}}, Currency: "GBP"}.Outlook(noon, p, "GBP")
	for phrase, more := range map[string]string{
		"an old part":             `}`,
		"an empty calibration":    `,"calibration":{}}`,
		"factors out of bounds":   `,"calibration":{"orders":-3,"basket":1e9}}`,
		"a season of two months":  `,"season":[1.2,0.8]}`,
		"a season with a month 0": `,"season":[1,1,1,1,1,1,1,1,1,1,1,0]}`,
	} {
		if got := read(old+more).Outlook(noon, p, "GBP"); got != want {
			t.Errorf("%s: Outlook = %+v, want %+v", phrase, got, want)
		}
	}
	var report customervalue.Report
	if err := json.Unmarshal([]byte(`{"customers":3,"endless":2,"trial":{"cut":"2026-08-01T00:00:00Z","customers":3,"expected":4,"happened":5,"within":0.9,"naive":3,"error":0.5,"naive_error":1,"groups":[]}}`), &report); err != nil || report.Trial.Expected != 4 || report.Trial.Plain != 0 {
		t.Errorf("an old report: %+v, %v", report, err)
	}
}

// A function of the version before reads what it needs from a new part.
func TestOldReadersReadNewParts(t *testing.T) {
	learner := fitting.NewLearner(noon)
	for _, p := range shopWith(7, 800, 500, asGifts, seasonal) {
		learner.Add(asOf(p, noon))
	}
	model, report := learner.Model(), learner.Report()
	if model.Season == nil || model.Calibration.Orders == 0 || report.Trial == nil {
		t.Fatalf("%+v, want a season, a calibration and a trial", model)
	}
	body, err := json.Marshal(model)
	if err != nil {
		t.Fatal(err)
	}
	if len(body) > 4000 {
		t.Errorf("the model takes %d bytes; every function reads it once a minute", len(body))
	}
	var old struct {
		Ordering struct {
			R, Alpha, A, B float64
			Leaving        string
			Covariance     [][]float64
		}
		Spending struct{ P, Q, V float64 }
		Currency string
	}
	if err := json.Unmarshal(body, &old); err != nil || old.Ordering.R != model.Ordering.R || old.Ordering.Leaving != string(model.Ordering.Leaving) || len(old.Ordering.Covariance) != 4 || old.Spending.P != model.Spending.P || old.Currency != "GBP" {
		t.Errorf("an old reader gets %+v, %v from %s", old, err, body)
	}
	var oldReport struct {
		Trial struct{ Expected, Naive, Error, Within float64 }
	}
	if body, err = json.Marshal(report); err == nil {
		err = json.Unmarshal(body, &oldReport)
	}
	if err != nil || oldReport.Trial.Expected != report.Trial.Expected || oldReport.Trial.Within != report.Trial.Within {
		t.Errorf("an old page gets %+v, %v from %s", oldReport, err, body)
	}
}
