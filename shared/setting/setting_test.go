package setting

import (
	"strings"
	"testing"
)

func TestEveryBadSettingIsNamedAtOnce(t *testing.T) {
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
