package main

import (
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// bench returns a store with a policy in force, and a function that runs the
// command on it, each time a minute later.
func bench(t *testing.T) (*dynamo.Store, func(args ...string) (string, error)) {
	t.Helper()
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	store := dynamo.New(client, tables)
	publish(t, store, 1)
	env := map[string]string{"AWS_ENDPOINT_URL": *client.Options().BaseEndpoint, "SETTINGS_TABLE": tables.Settings, "SENDS_TABLE": tables.Sends, "USER": "ann"}
	now := noon
	return store, func(args ...string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), args, func(name string) string { return env[name] }, &out, func() time.Time { return now })
		now = now.Add(time.Minute)
		return out.String(), err
	}
}

// publish puts a policy with the campaigns in that version in force.
func publish(t *testing.T, store *dynamo.Store, version int) {
	t.Helper()
	p := shoppolicy.Policy{Shop: shoppolicy.Shop{Name: "Regular Gifts", Currency: "GBP", Zone: "Europe/London"}}
	for id, class := range map[shop.CampaignID]shop.Class{"weekly-picks": shop.ClassPromotion, "delay": shop.ClassService, "recall": shop.ClassSafety} {
		p.Campaigns = append(p.Campaigns, campaign.Campaign{ID: id, Version: version, Class: class, NotAfter: time.Hour})
	}
	p.Campaigns = append(p.Campaigns, campaign.Campaign{ID: "sign-up", Version: version, Class: shop.ClassService, NotAfter: time.Hour, On: []shop.OrderKind{shop.SignedUp}})
	packed, err := shoppolicy.Encode(p)
	must(t, err)
	must(t, store.SavePolicy(t.Context(), "v"+string(rune('0'+version)), packed))
}

func TestCampaignsAreStoppedResumedAndListed(t *testing.T) {
	store, do := bench(t)
	says := func(want string, args ...string) {
		t.Helper()
		out, err := do(args...)
		must(t, err)
		if !strings.HasPrefix(out, want) {
			t.Errorf("campaign %v printed\n%s\nwant it to begin with\n%s", args, out, want)
		}
	}
	says("delay  running, version 1, class service\nrecall  running, version 1, class safety\nsign-up  running, version 1, class service\nweekly-picks  running, version 1, class promotion\n")
	says("weekly-picks  paused, version 1, class promotion, since 2026-11-22T12:01:00Z by bob: wrong picture\n", "-pause", "weekly-picks", "-by", "bob", "-why", "wrong picture")
	says("nothing changed: weekly-picks  paused, version 1, class promotion, since 2026-11-22T12:01:00Z by bob: wrong picture\n", "-pause", "weekly-picks")
	says("weekly-picks  running, version 1, class promotion, since 2026-11-22T12:03:00Z by ann\n", "-resume", "weekly-picks")
	says("nothing changed: weekly-picks  running", "-resume", "weekly-picks")
	says("weekly-picks  cancelled, version 1, class promotion, since 2026-11-22T12:05:00Z by ann\n", "-cancel", "weekly-picks")
	publish(t, store, 2)
	says("delay  running, version 2, class service\nrecall  running, version 2, class safety\nsign-up  running, version 2, class service\nweekly-picks  running, version 2, class promotion, since 2026-11-22T12:03:00Z by ann\n")
	says("weekly-picks  cancelled, version 2, class promotion, since 2026-11-22T12:07:00Z by ann\n", "-cancel", "weekly-picks")
	says("weekly-picks  running, version 2, class promotion, since 2026-11-22T12:08:00Z by ann\n", "-resume", "weekly-picks")
}

// A campaign that customers need can be stopped too, and the command says what
// they miss.
func TestStoppingANeededCampaignWarns(t *testing.T) {
	_, do := bench(t)
	for campaign, want := range map[string]string{
		"delay":   "WARNING: delay is of class service: while it is paused, customers do not get messages that they need",
		"recall":  "WARNING: recall is of class safety",
		"sign-up": "WARNING: while sign-up is paused, a person who signs up does not get the mail to confirm it",
	} {
		if out, err := do("-pause", campaign); err != nil || !strings.HasPrefix(out, want) || !strings.Contains(out, campaign+"  paused") {
			t.Errorf("pausing %s printed %q (%v), want %q and its state", campaign, out, err, want)
		}
	}
	if out, err := do("-pause", "weekly-picks"); err != nil || strings.Contains(out, "WARNING") {
		t.Errorf("pausing a promotion printed %q (%v), want no warning", out, err)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	_, do := bench(t)
	for phrase, c := range map[string]struct {
		args []string
		want string
	}{
		"no such campaign":   {[]string{"-pause", "weekly-pix"}, `no campaign "weekly-pix" is published; make campaign lists the campaigns`},
		"resume none":        {[]string{"-resume", "weekly-pix"}, `no campaign "weekly-pix" is published`},
		"two at once":        {[]string{"-pause", "delay", "-cancel", "delay"}, "give only one of PAUSE, CANCEL and RESUME"},
		"no flag":            {[]string{"delay"}, "use -pause delay"},
		"no policy in force": {nil, "publish one first (make publish)"},
	} {
		do := do
		if c.args == nil {
			client := dynamotest.Client(t)
			env := map[string]string{"AWS_ENDPOINT_URL": *client.Options().BaseEndpoint, "SETTINGS_TABLE": dynamotest.CreateTables(t, client).Settings}
			do = func(...string) (string, error) {
				return "", run(t.Context(), nil, func(name string) string { return env[name] }, &strings.Builder{}, time.Now)
			}
		}
		if _, err := do(c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", phrase, err, c.want)
		}
	}
	nowhere := func(name string) string { return map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}[name] }
	if err := run(t.Context(), nil, nowhere, &strings.Builder{}, time.Now); err == nil || !strings.Contains(err.Error(), "start the local cloud with make run") {
		t.Errorf("without a server: %v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
