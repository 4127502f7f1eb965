package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/intake"
	"regulars/shared/privacy"
	"regulars/shared/privacyrequest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// setup returns a store with the data of two customers, and a function that runs
// the command on it.
func setup(t *testing.T) (*dynamo.Store, func(args ...string) (string, error)) {
	t.Helper()
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	env := map[string]string{
		"AWS_ENDPOINT_URL": *client.Options().BaseEndpoint, "CUSTOMERS_TABLE": tables.Customers, "ORDERS_TABLE": tables.Orders,
		"SENDS_TABLE": tables.Sends, "DECISIONS_TABLE": tables.Decisions, "JOURNEYS_TABLE": tables.Journeys, "COUPONS_TABLE": tables.Coupons, "SETTINGS_TABLE": tables.Settings,
	}
	store := dynamo.New(client, tables)
	guest := intake.Guest("ann@example.com")
	must(t, store.Import(t.Context(), dynamo.History{
		Profiles: []profile.Profile{{ID: guest, Name: profile.Statement{Value: "Ann"}}, {ID: "bob", Name: profile.Statement{Value: "Bob"}}},
		Contacts: map[shop.CustomerID]frequency.Contact{guest: frequency.Contact{}.WithConsent(shop.TopicPromotions, true, noon)},
		Orders: []shop.Order{
			{ID: "o-1", Customer: guest, Placed: &shop.Placed{At: noon, Lines: []shop.Line{{Product: "P", Title: "Tea", Units: 1}}}},
			{ID: "o-2", Customer: "bob", Placed: &shop.Placed{At: noon, Customer: shop.Customer{Name: "Bob"}}},
		},
	}))
	i := campaign.Intent{Campaign: "thanks", Version: 1, Customer: guest, Order: "o-1", Occasion: "o-1", Planned: noon, NotAfter: noon}
	must(t, store.End(t.Context(), claim.Send{ID: i.SendID("t"), Intent: i, State: claim.Suppressed, Reason: claim.Reason{Code: "no-consent", Text: "no"}, Changed: noon}))
	return store, func(args ...string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), args, func(name string) string { return env[name] }, noon, &out)
		return out.String(), err
	}
}

func TestExportWritesAllOfOneCustomerAndEndsTheRequest(t *testing.T) {
	store, do := setup(t)
	guest := intake.Guest("ann@example.com")
	must(t, store.SavePrivacyRequest(t.Context(), privacyrequest.New("r-1", privacyrequest.Export, guest, shop.RequestFromPreferences, noon, 0), ""))
	out, err := do()
	if want := "export  30 days left, answer by 2026-12-22  " + string(guest) + "  asked 2026-11-22 (preferences)  r-1\n"; err != nil || out != want {
		t.Errorf("the list is %q, %v, want %q", out, err, want)
	}
	file := filepath.Join(t.TempDir(), "ann.json")
	if out, err = do("-customer", "Ann@example.com", file); err != nil || !strings.HasPrefix(out, "1 order, 1 message, 0 coupons and 0 redemptions of 1 customer ID written to ") {
		t.Errorf("export prints %q, %v", out, err)
	}
	text, err := os.ReadFile(file)
	must(t, err)
	var all []privacy.Document
	must(t, json.Unmarshal(text, &all))
	if len(all) != 1 {
		t.Fatalf("the file has %d documents, want Ann's", len(all))
	}
	if d := all[0]; d.Profile == nil || d.Contact == nil || len(d.Orders) != 1 || d.Orders[0].Placed.Lines[0].Title != "Tea" || len(d.Sends) != 1 || strings.Contains(string(text), "Bob") {
		t.Errorf("the document is %s, want all of Ann and nothing of Bob", text)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has the mode %v, %v, want that only its owner can read it", info.Mode(), err)
	}
	if out, err = do(); err != nil || out != "no request is open\n" {
		t.Errorf("after the export the list is %q, %v", out, err)
	}
}

// An address, and a request of the mailbox's owner, are for every account with the
// address; an ID is for that account.
func TestExportOfAPersonHasEachAccount(t *testing.T) {
	store, do := setup(t)
	email := profile.Statement{Value: "ANN@example.com", At: noon}
	must(t, store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: "c-1", Email: email}, {ID: "c-2", Email: email}}}))
	for _, c := range []struct {
		name string
		want int
	}{{"ann@example.com", 3}, {"c-1", 1}, {"c-2", 3}} {
		if c.name == "c-2" {
			must(t, store.SavePrivacyRequest(t.Context(), privacyrequest.New("r-1", privacyrequest.Export, "c-2", shop.RequestFromPreferences, noon, 0), ""))
		}
		file := filepath.Join(t.TempDir(), "person.json")
		_, err := do("-customer", c.name, file)
		must(t, err)
		text, err := os.ReadFile(file)
		must(t, err)
		var all []privacy.Document
		if must(t, json.Unmarshal(text, &all)); len(all) != c.want || strings.Contains(string(text), "Bob") {
			t.Errorf("export of %s writes %d documents, want %d: %s", c.name, len(all), c.want, text)
		}
	}
}

func TestExportClosesARequestThatWasAnsweredInAnotherWay(t *testing.T) {
	store, do := setup(t)
	must(t, store.SavePrivacyRequest(t.Context(), privacyrequest.New("r-1", privacyrequest.Export, "bob", shop.RequestFromShop, noon, 0), ""))
	if out, err := do("-answered", "r-1"); err != nil || out != "the request r-1 is answered\n" {
		t.Errorf("export prints %q, %v", out, err)
	}
	if r, _, err := store.PrivacyRequest(t.Context(), "r-1"); err != nil || r.Means != privacyrequest.ByHand || !r.Done.Equal(noon) {
		t.Errorf("the request is %+v, %v, want it answered by hand", r, err)
	}
	if _, err := do("-answered", "r-2"); err == nil || !strings.Contains(err.Error(), "no request r-2") {
		t.Errorf("an unknown request = %v", err)
	}
}

func TestExportOfAnUnknownCustomerWritesNoFile(t *testing.T) {
	_, do := setup(t)
	file := filepath.Join(t.TempDir(), "x.json")
	if _, err := do("-customer", "c-9", file); err == nil || !strings.Contains(err.Error(), "nothing is stored") {
		t.Errorf("export of an unknown customer = %v", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("there is a file")
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
