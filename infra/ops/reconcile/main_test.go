package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// The command counts the tables of a stack, and ends with an error if intents
// are missing.
func TestMissingIntentsOfAStackAreReported(t *testing.T) {
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	store := dynamo.New(client, tables)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": *client.Options().BaseEndpoint, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
	} {
		t.Setenv(name, value)
	}
	env := map[string]string{"SENDS_TABLE": tables.Sends, "ORDERS_TABLE": tables.Orders, "SETTINGS_TABLE": tables.Settings}
	getenv := func(name string) string { return env[name] }

	planned := noon.AddDate(0, 0, -1)
	for _, id := range []shop.OrderID{"o-1", "o-2"} {
		i := campaign.Intent{Campaign: "thanks", Version: 1, Customer: "c-1", Occasion: string(id), Order: id, Planned: planned, NotAfter: noon}
		must(t, store.SaveFold(t.Context(), dynamo.Fold{Order: shop.Order{ID: id}, Raised: map[shop.OrderKind][]campaign.Intent{shop.OrderPlaced: {i}}}))
		must(t, store.End(t.Context(), claim.Send{ID: i.SendID("test"), Intent: i, State: claim.Capped, Changed: noon}))
	}
	var out strings.Builder
	if err := run(t.Context(), getenv, noon, &out); err != nil || !strings.Contains(out.String(), "thanks@1        2  =       2          0        0        0") {
		t.Errorf("run = %v and\n%s\nwant two ended sends", err, out.String())
	}

	inFlight := campaign.Intent{Campaign: "thanks", Version: 1, Customer: "c-1", Occasion: "o-3", Order: "o-3", Planned: noon.Add(-time.Minute), NotAfter: noon.AddDate(0, 0, 1)}
	must(t, store.SaveFold(t.Context(), dynamo.Fold{Order: shop.Order{ID: "o-3"}, Raised: map[shop.OrderKind][]campaign.Intent{shop.OrderPlaced: {inFlight}}}))
	out.Reset()
	if err := run(t.Context(), getenv, noon, &out); err != nil || !strings.Contains(out.String(), "thanks@1        3  =       2          1        0        0") {
		t.Errorf("during a stop run = %v and\n%s\nwant the young intent in flight, not missing", err, out.String())
	}

	picks := dynamo.Run{Campaign: "picks", Version: 1, At: planned}
	_, err := store.StartRun(t.Context(), picks, 1, planned)
	must(t, err)
	_, err = store.Advance(t.Context(), picks, 0, "", dynamo.End, 3)
	must(t, err)
	out.Reset()
	if err := run(t.Context(), getenv, noon, &out); !errors.Is(err, errBroken) || !strings.Contains(out.String(), "BROKEN  picks@1/2026-11-21T12:00:00Z: 3 planned, 0 ended, 0 open; 3 missing, 0 overdue") {
		t.Errorf("run = %v and\n%s\nwant three missing", err, out.String())
	}
}

func TestErrorNamesWhatIsMissing(t *testing.T) {
	for phrase, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"no local cloud":         {map[string]string{"PORT": "9"}, "make run"},
		"a table without a name": {map[string]string{"SENDS_TABLE": "Sends", "SETTINGS_TABLE": "Settings"}, "ORDERS_TABLE"},
	} {
		err := run(t.Context(), func(name string) string { return c.env[name] }, noon, &strings.Builder{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: run = %v, want it to name %s", phrase, err, c.want)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
