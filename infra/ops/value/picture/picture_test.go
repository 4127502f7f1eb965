package picture

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"regulars/infra/demo"
	"regulars/shared/cohortretention"
	"regulars/shared/customervalue"
	"regulars/shared/customervalue/fitting"
	"regulars/shared/dynamo"
	"regulars/shared/nps"
)

// night learns from the history of the demo's shop, without a store.
type night struct {
	learner *fitting.Learner
	counter *cohortretention.Counter
}

func (n night) Import(_ context.Context, h dynamo.History) error {
	for _, p := range h.Profiles {
		n.learner.Add(p)
		n.counter.Add(p)
	}
	return nil
}

func demoShop(t testing.TB) Shop {
	t.Helper()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	story, err := demo.Tell(now)
	if err != nil {
		t.Fatal(err)
	}
	n := night{fitting.NewLearner(now), cohortretention.NewCounter(now)}
	if err := demo.Import(t.Context(), story, n, nil, nil); err != nil {
		t.Fatal(err)
	}
	return Shop{Version: now.Format(time.RFC3339), Model: n.learner.Model(), Report: n.learner.Report(), Cohorts: n.counter.Table()}
}

// page, if set, is the file to which the test writes the page.
var page = flag.String("page", "", "write the demo's page to this file")

func whole(t testing.TB, s Shop) string {
	t.Helper()
	var out bytes.Buffer
	if err := s.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// sound fails the test unless the page is complete and well formed, breaks no
// strict content security policy, and has no invalid numbers.
func sound(t testing.TB, page string) {
	t.Helper()
	if found := regexp.MustCompile(`NaN|Inf\b|%!|<no value>|ZgotmplZ|style="|<script|="-?\d+\.\d+e`).FindString(page); found != "" {
		t.Errorf("the page has %q", found)
	}
	body := page[strings.Index(page, "<body>") : strings.Index(page, "</body>")+len("</body>")]
	d := xml.NewDecoder(strings.NewReader(body))
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
	}
}

// The page of the demo's shop has all its parts, and its predictions are nearer
// to the actual orders than the naive ones. (They are too low in any case: the
// 90 days are those before Christmas.)
func TestPageOfTheDemoShop(t *testing.T) {
	s := demoShop(t)
	score, err := nps.Of([]int{10, 9, 9, 8, 7, 3})
	if err != nil {
		t.Fatal(err)
	}
	s.Score = &score
	if !s.Model.Own() || len(s.Model.Why) > 0 {
		t.Fatalf("the demo has too little data: %v", s.Model.Why)
	}
	result := s.Report.Trial
	actual := float64(result.Actual)
	if math.Abs(result.Expected-actual) >= math.Abs(result.Naive-actual) || result.Within < 0.9 {
		t.Errorf("the trial: %+v, want it nearer than the naive number, and at least .9 within their intervals", result)
	}
	html := whole(t, s)
	sound(t, html)
	if *page != "" {
		if err := os.WriteFile(*page, []byte(html), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{
		"Who is still active", "<polyline", `class="dot"`, `class="h9"`, " open", "6 answers",
		"too low. That night knew no season", "it had 1 past quarter to compare", "Jul: −", "26 May 2026", "−24\u00a0%",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not contain %q", want)
		}
	}
}

// If the trial knew a season or a calibration, the page shows the figures
// without them too.
func TestPageShowsTheForecastBeforeAndAfterItsCorrection(t *testing.T) {
	s := demoShop(t)
	s.Report.Trial.Plain, s.Report.Trial.PlainError, s.Report.Trial.PlainSpending = 512, 1.31, s.Report.Trial.ActualSpending/2
	if strings.Contains(whole(t, s), "not corrected") {
		t.Error("a forecast that was not corrected is shown twice")
	}
	s.Report.Trial.Seasons = true
	html := whole(t, s)
	sound(t, html)
	for _, want := range []string{"not corrected", ">512<", "35\u00a0% too low without calibration and season", "1.31 without calibration and season", "50\u00a0% too low without calibration and season"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not contain %q", want)
		}
	}
}

// A page is written even without a model, with damaged data or without a trial.
func TestPageIsSoundWithLittleData(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	none, err := nps.Of(nil)
	if err != nil {
		t.Fatal(err)
	}
	for phrase, s := range map[string]Shop{
		"no data":       {},
		"no customers":  {Model: fitting.FitModel(nil, nil, ""), Report: fitting.NewLearner(at).Report(), Cohorts: cohortretention.NewCounter(at).Table()},
		"no answers":    {Score: &none},
		"damaged":       {Cohorts: cohortretention.Table{At: at, Cohorts: []cohortretention.Cohort{{Month: "2026-01", Customers: 3, Active: []int{3, 1, 1}}}}},
		"a bad month":   {Cohorts: cohortretention.Table{At: at, Cohorts: []cohortretention.Cohort{{Month: "<b>", Active: []int{0}, Repeated: []int{0}}}}},
		"a bad season":  {Model: customervalue.Model{Season: customervalue.Season{1, 2, -3}, Calibration: customervalue.Calibration{Orders: -1}}},
		"idle quarters": {Report: customervalue.Report{Quarters: []customervalue.HeldOut{{}}, Trial: &customervalue.TrialResult{Seasons: true, Plain: 1, ExpectedSpending: 1, ActualSpending: 1}}},
		"an idle trial": {Report: customervalue.Report{Trial: &customervalue.TrialResult{Groups: []customervalue.Group{{Customers: 3}}}}},
	} {
		t.Run(phrase, func(t *testing.T) { sound(t, whole(t, s)) })
	}
}

type stored map[string]string

func (s stored) Model(_ context.Context, name string) (string, []byte, error) {
	body, known := s[name]
	if !known {
		return "", nil, dynamo.ErrNotFound
	}
	return "v", []byte(body), nil
}

func TestRead(t *testing.T) {
	s, err := Read(t.Context(), stored{customervalue.ModelName: `{"currency":"GBP"}`, customervalue.ReportName: `{"customers":3}`, cohortretention.Name: `{}`})
	if err != nil || s.Version != "v" || s.Model.Currency != "GBP" || s.Report.Customers != 3 {
		t.Errorf("Read = %+v, %v", s, err)
	}
	if _, err := Read(t.Context(), stored{}); !Nothing(err) {
		t.Errorf("Read of an empty store = %v, want an error for which Nothing is true", err)
	}
	if _, err := Read(t.Context(), stored{customervalue.ModelName: `"`, customervalue.ReportName: `"`, cohortretention.Name: `"`}); err == nil || Nothing(err) {
		t.Errorf("Read of damaged models = %v, want an error", err)
	}
}
