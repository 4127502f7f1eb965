package env

import (
	"strings"
	"testing"
	"time"
)

func TestErrNamesEveryBadSetting(t *testing.T) {
	env := map[string]string{"TENANT": "shop", "GOOD_URL": "http://127.0.0.1:4566/0/q", "BAD_URL": "queue"}
	r := From(func(name string) string { return env[name] })
	if got := r.Text("TENANT"); got != "shop" {
		t.Errorf("Text(TENANT) = %q, want shop", got)
	}
	r.Text("MISSING")
	r.URL("GOOD_URL")
	r.URL("BAD_URL")
	err := r.Err()
	for _, want := range []string{"MISSING", "BAD_URL"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Err() = %v, want it to name %s", err, want)
		}
	}
	if strings.Contains(err.Error(), "GOOD_URL") || strings.Contains(err.Error(), "TENANT") {
		t.Errorf("Err() = %v names a good setting", err)
	}
}

func TestLengthReadsADurationOrTheDefault(t *testing.T) {
	tests := map[string]struct {
		value string
		want  time.Duration
		fault string
	}{
		"not set":   {"", time.Hour, ""},
		"set":       {"90s", 90 * time.Second, ""},
		"too short": {"59s", 59 * time.Second, "WAIT is \"59s\"; want a duration of at least 1m0s"},
		"invalid":   {"soon", 0, "WAIT is \"soon\""},
	}
	for name, test := range tests {
		r := From(func(string) string { return test.value })
		got := r.Length("WAIT", time.Minute, time.Hour)
		err := r.Err()
		if got != test.want || (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%s: Length(%q) = %v, %v, want %v, %s", name, test.value, got, err, test.want, test.fault)
		}
	}
}
