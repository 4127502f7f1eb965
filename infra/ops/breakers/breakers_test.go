package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// bench returns a store, and a function that runs the command on it.
func bench(t *testing.T) (*dynamo.Store, func(args ...string) (string, error)) {
	t.Helper()
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	env := map[string]string{"AWS_ENDPOINT_URL": *client.Options().BaseEndpoint, "SETTINGS_TABLE": tables.Settings}
	return dynamo.New(client, tables), func(args ...string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), args, func(name string) string { return env[name] }, &out, noon)
		return out.String(), err
	}
}

func TestBreakersAreListedAndReleased(t *testing.T) {
	store, do := bench(t)
	out, err := do()
	if must(t, err); out != "no breaker has tripped\n" {
		t.Errorf("without tripped breakers it prints %q", out)
	}
	keeper := &breaker.Keeper{Store: store, Now: func() time.Time { return noon }}
	must(t, keeper.Add(t.Context(), map[shop.CampaignID]breaker.Counts{"weekly-picks": {Resolved: 10, Bounced: 4}, "winter": {Resolved: 1}}))
	_, err = keeper.Paused(t.Context(), "SendingPausedException")
	must(t, err)
	out, err = do()
	want := `ses  since 2026-11-22T12:00:00Z: SES takes nothing from the account (SendingPausedException); all messages are held, and the next try is at 2026-11-22T12:15:00Z
account  since 2026-11-22T12:00:00Z: 4 hard bounces among 11 messages: 36.36 %; at most 2 % is allowed
  in 7 days: 11 delivered or bounced, 4 hard bounces, 0 complaints, 0 rejected by SES
weekly-picks  since 2026-11-22T12:00:00Z: 4 hard bounces among 10 messages: 40.00 %; at most 2 % is allowed
  in 7 days: 10 delivered or bounced, 4 hard bounces, 0 complaints, 0 rejected by SES
`
	if must(t, err); out != want {
		t.Errorf("the command printed\n%s\nwant\n%s", out, want)
	}
	for _, name := range []string{"weekly-picks", "account", "ses"} {
		_, err := do("-release", name)
		must(t, err)
	}
	out, err = do()
	if must(t, err); out != "no breaker has tripped\n" {
		t.Errorf("after all are released it prints %q", out)
	}
	must(t, keeper.Add(t.Context(), map[shop.CampaignID]breaker.Counts{"weekly-picks": {Resolved: 2, Bounced: 2}}))
	if now, err := store.Breakers(t.Context()); err != nil || now.Tripped() != 0 {
		t.Errorf("two bounces after the release tripped a breaker: %+v, %v", now, err)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	_, do := bench(t)
	for phrase, c := range map[string]struct {
		args []string
		want string
	}{
		"no such breaker": {[]string{"-release", "weekly-pix"}, `the breaker of "weekly-pix" has not tripped`},
		"no flag":         {[]string{"weekly-picks"}, "use -release weekly-picks"},
	} {
		if _, err := do(c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", phrase, err, c.want)
		}
	}
	nowhere := func(name string) string { return map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}[name] }
	if err := run(t.Context(), nil, nowhere, &strings.Builder{}, noon); err == nil || !strings.Contains(err.Error(), "start the local cloud with make run") {
		t.Errorf("without a server: %v", err)
	}
	if err := run(context.Background(), []string{"-aws"}, func(string) string { return "" }, &strings.Builder{}, noon); err == nil || !strings.Contains(err.Error(), "SETTINGS_TABLE is not set") {
		t.Errorf("without a table: %v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
