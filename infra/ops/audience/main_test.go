package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/content"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/funnel"
	"regulars/shared/journey"
	"regulars/shared/message"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// bench returns a function that runs the command on a shop with ten customers, of whom
// four did not opt in, and with a campaign for all of them.
func bench(t *testing.T) func(args ...string) (string, error) {
	t.Helper()
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	store := dynamo.New(client, tables)
	p := shoppolicy.Policy{
		Version: "v1",
		Shop:    shoppolicy.Shop{Name: "Regular Gifts", URL: "https://shop.example.com", Address: "1 High Street, London", Currency: "GBP", Zone: "Europe/London", Languages: []string{"en"}},
		Frequency: frequency.Policy{
			Zone: "Europe/London", Quiet: frequency.Quiet{From: 21 * 60, To: 9 * 60},
			Classes: map[shop.Class]frequency.ClassPolicy{shop.ClassPromotion: {Obeys: true, Counts: true, Quiet: true}},
		},
		Messages: message.NewSet(map[shop.MessageID]content.Message{"news": {
			Class: shop.ClassPromotion, Languages: []string{"en"}, Subject: "News",
			HTML: `<p>News</p><a href="{{ links.unsubscribe }}">out</a> {{ shop.address }}`, Text: `News {{ links.unsubscribe }} {{ shop.address }}`,
		}}),
		Campaigns: []campaign.Campaign{{ID: "news", Version: 3, Message: "news", Class: shop.ClassPromotion, Schedule: "0 12 * * 6", NotAfter: 36 * time.Hour}},
		Journeys:  []journey.Journey{{Entry: campaign.Campaign{ID: "back", Version: 2, Schedule: "0 11 * * *", NotAfter: 24 * time.Hour}, Steps: []journey.Step{{Name: "first", Message: "back_first"}}}},
	}
	packed, err := shoppolicy.Encode(p)
	must(t, err)
	must(t, store.SavePolicy(t.Context(), p.Version, packed))
	h := dynamo.History{Contacts: map[shop.CustomerID]frequency.Contact{}}
	for i := range 10 {
		id := shop.CustomerID(fmt.Sprint("c-", i))
		h.Profiles = append(h.Profiles, profile.Profile{ID: id, Email: profile.Statement{Value: "a@example.com"}})
		if i >= 4 {
			h.Contacts[id] = frequency.Contact{}.WithConsent(shop.TopicPromotions, true, noon.AddDate(0, -1, 0))
		}
	}
	must(t, store.Import(t.Context(), h))
	env := map[string]string{
		"AWS_ENDPOINT_URL": *client.Options().BaseEndpoint, "CUSTOMERS_TABLE": tables.Customers, "CATALOGUE_TABLE": tables.Catalogue,
		"SENDS_TABLE": tables.Sends, "COUPONS_TABLE": tables.Coupons, "SETTINGS_TABLE": tables.Settings,
	}
	return func(args ...string) (string, error) {
		var out strings.Builder
		err := command{getenv: func(name string) string { return env[name] }, now: func() time.Time { return noon }, out: &out}.run(t.Context(), args)
		return out.String(), err
	}
}

func TestTheFunnelIsPrintedWithBarsAndCustomers(t *testing.T) {
	do := bench(t)
	for name, test := range map[string]struct {
		args []string
		want []string
	}{
		"now": {[]string{"-campaign", "news"}, []string{
			"news, version 3, class promotion: as of Sun 22 Nov 12:00, Europe/London\ncustomers  10, all of whom were read\naudience   10, 100.0 %\n",
			"  no opt-in  4  40.0 %  ████████████        c-", "  goes now   6  60.0 %  ██████████████████  c-",
			"its next run is on Sat 28 Nov 12:00; AT=\"2026-11-28 12:00\" rehearses that",
		}},
		"a journey": {[]string{"-campaign", "back"}, []string{
			"back, version 2, a journey: as of Sun 22 Nov 12:00, Europe/London\n", "audience   10, 100.0 %\n", "  make why CAMPAIGN=back_first CUSTOMER=…\n", "its next run is on Mon 23 Nov 11:00",
		}},
		"in quiet hours": {[]string{"-campaign", "news", "-at", "2026-11-28 22:00"}, []string{
			"as of Sat 28 Nov 22:00", "quiet hours until Sun 29 Nov 09:00  6  60.0 %",
		}},
	} {
		out, err := do(test.args...)
		must(t, err)
		for _, want := range test.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s: the command printed\n%s\nwant in it\n%s", name, out, want)
			}
		}
	}
}

func TestTheFunnelIsPrintedAsJSON(t *testing.T) {
	out, err := bench(t)("-campaign", "news", "-json")
	must(t, err)
	var r funnel.Result
	must(t, json.Unmarshal([]byte(out), &r))
	if r.Audience.About != 10 || len(r.Groups) != 2 || r.Groups[1].Stage != funnel.Now || r.Groups[1].Decided != 6 {
		t.Errorf("the JSON is %s, want six messages of ten that go now", out)
	}
}

func TestAMistakeSaysWhatToDo(t *testing.T) {
	do := bench(t)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no campaign":         {nil, "make audience CAMPAIGN=weekly-picks"},
		"an unknown campaign": {[]string{"-campaign", "picks"}, "no campaign is named \"picks\"; the campaigns with an audience are back, news"},
		"a time that is over": {[]string{"-campaign", "news", "-at", "2020-12-05 10:00"}, "is over"},
		"a time of no form":   {[]string{"-campaign", "news", "-at", "Saturday"}, "write it as \"2026-12-05 10:00\""},
	} {
		if _, err := do(test.args...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
	nothing := command{getenv: func(string) string { return "" }, now: time.Now, out: &strings.Builder{}}
	nothing.getenv = func(name string) string { return map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}[name] }
	if err := nothing.run(t.Context(), []string{"-campaign", "news"}); err == nil || !strings.Contains(err.Error(), "make run") {
		t.Errorf("without a local cloud: %v, want make run named", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
