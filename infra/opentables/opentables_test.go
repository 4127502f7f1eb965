package opentables_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"regulars/infra/opentables"
)

func TestOpenUsesTheNameOfTheSettingOrTheTemplate(t *testing.T) {
	var requested string
	cloud := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requested = string(body)
		http.Error(w, "{}", http.StatusBadRequest)
	}))
	defer cloud.Close()
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"the template's name": {nil, `"TableName":"Settings"`},
		"another name":        {map[string]string{"SETTINGS_TABLE": "mine"}, `"TableName":"mine"`},
		"another setting":     {map[string]string{"ORDERS_TABLE": "mine"}, `"TableName":"Settings"`},
	} {
		t.Run(name, func(t *testing.T) {
			getenv := func(name string) string {
				if name == "AWS_ENDPOINT_URL" {
					return cloud.URL
				}
				return c.env[name]
			}
			store, where, err := opentables.Open(t.Context(), false, getenv, "model", "SETTINGS_TABLE")
			if err != nil || where != cloud.URL {
				t.Fatalf("Open = %s, %v, want %s", where, err, cloud.URL)
			}
			_, _, _ = store.Model(t.Context(), "model") // it fails; the test reads the request
			if !strings.Contains(requested, c.want) {
				t.Errorf("the request is %s, want %s in it", requested, c.want)
			}
		})
	}
}

func TestOpenOfAStackNeedsTheTableNames(t *testing.T) {
	none := func(string) string { return "" }
	_, _, err := opentables.Open(t.Context(), true, none, "reconcile", "SENDS_TABLE", "ORDERS_TABLE")
	for _, want := range []string{"SENDS_TABLE", "ORDERS_TABLE", "make reconcile STACK=…"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open without names = %v, want %s in it", err, want)
		}
	}
	if err != nil && strings.Contains(err.Error(), "SETTINGS_TABLE") {
		t.Errorf("Open without names = %v names a setting that is not needed", err)
	}
}
