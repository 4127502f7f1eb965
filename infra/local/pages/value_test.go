package pages

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"regulars/shared/cohortretention"
	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
)

// learned holds the models that a night published, by name; it is empty before
// the first night.
type learned map[string]any

func (l learned) Model(_ context.Context, name string) (string, []byte, error) {
	value, known := l[name]
	if !known {
		return "", nil, dynamo.ErrNotFound
	}
	body, err := json.Marshal(value)
	return "2026-11-22T03:00:00Z", body, err
}

func TestValuePageBeforeAndAfterTheFirstNight(t *testing.T) {
	w := empty(t)
	code, _, body := w.get("/value")
	if code != http.StatusOK || !strings.Contains(body, "No values yet") {
		t.Errorf("GET /value before the first night = %d, want 200 and that learn has not run", code)
	}
	w.Models = learned{
		customervalue.ModelName:  customervalue.Model{Why: []string{"how customers order is taken from a typical shop: <too few>"}},
		customervalue.ReportName: customervalue.Report{At: noon, Customers: 1234, StillActive: 1100, WhyNot: "too few customers"},
		cohortretention.Name:     cohortretention.Table{At: noon, Cohorts: []cohortretention.Cohort{{Month: "2026-10", Customers: 40, Active: []int{40, 9}, Repeated: []int{4, 11}}}},
	}
	code, head, body := w.get("/value")
	if code != http.StatusOK || head.Get("Content-Security-Policy") != policy {
		t.Fatalf("GET /value = %d", code)
	}
	for _, want := range []string{"1234", "&lt;too few&gt;", "2026-10", "No trial: too few customers"} {
		if !strings.Contains(body, want) {
			t.Errorf("GET /value does not contain %q", want)
		}
	}
	w.Models = learned{customervalue.ModelName: "rubbish"}
	if code, _, _ := w.get("/value"); code != http.StatusInternalServerError && code != http.StatusOK {
		t.Errorf("GET /value of a damaged model = %d, want 200 or 500", code)
	}
}
