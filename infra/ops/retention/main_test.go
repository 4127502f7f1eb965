package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestCountsWhatWouldGoAndChangesNothing(t *testing.T) {
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	env := map[string]string{
		"AWS_ENDPOINT_URL": *client.Options().BaseEndpoint, "CUSTOMERS_TABLE": tables.Customers, "ORDERS_TABLE": tables.Orders,
		"SENDS_TABLE": tables.Sends, "JOURNEYS_TABLE": tables.Journeys, "COUPONS_TABLE": tables.Coupons, "SETTINGS_TABLE": tables.Settings,
	}
	store := dynamo.New(client, tables)
	for id, days := range map[shop.OrderID]int{"o-1": 450, "o-2": 399} {
		must(t, store.Import(t.Context(), dynamo.History{Orders: []shop.Order{{ID: id, Placed: &shop.Placed{At: noon.AddDate(0, 0, -days)}}}}))
	}
	run := func(args ...string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), args, func(name string) string { return env[name] }, noon, &out)
		return out.String(), err
	}
	if _, err := run(); err == nil || !strings.Contains(err.Error(), "no policy is published yet") {
		t.Errorf("without a policy it ends with %v", err)
	}
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "privacy.yaml"), []byte("keep: {orders: 400}\n"), 0o600))
	for range 2 {
		out, err := run("-files", folder)
		if err != nil || !strings.Contains(out, "a job would now let go: orders 1; nothing was changed") || !strings.Contains(out, "no job has run yet") {
			t.Errorf("it prints %q, %v", out, err)
		}
	}
	must(t, os.WriteFile(filepath.Join(folder, "privacy.yaml"), []byte("keep: {orders: 10}\n"), 0o600))
	if _, err := run("-files", folder); err == nil || !strings.Contains(err.Error(), "orders is not a whole number from 400 to 3660") {
		t.Errorf("a period that is too short = %v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
