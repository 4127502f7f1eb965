package main

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/recommend"
)

// bench is a store, and a way for the command to reach it.
func bench(t *testing.T) (*dynamo.Store, func(args ...string) (string, error)) {
	t.Helper()
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	engine, err := url.Parse(*client.Options().BaseEndpoint)
	must(t, err)
	web := httptest.NewServer(httputil.NewSingleHostReverseProxy(engine))
	t.Cleanup(web.Close)
	env := map[string]string{"AWS_ENDPOINT_URL": web.URL, "SETTINGS_TABLE": tables.Settings}
	return dynamo.New(client, tables), func(args ...string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), args, func(name string) string { return env[name] }, &out)
		return out.String(), err
	}
}

func learned(t *testing.T, store *dynamo.Store, version string) {
	t.Helper()
	_, err := store.BeginModel(t.Context(), version)
	must(t, err)
	body, err := json.Marshal(recommend.Model{Version: version, Customers: 12, Products: 7})
	must(t, err)
	must(t, store.PublishModel(t.Context(), version, map[string][]byte{recommend.ModelName: body}))
}

func TestYesterdayIsOneCommandAway(t *testing.T) {
	store, do := bench(t)
	says := func(want string, args ...string) {
		t.Helper()
		if out, err := do(args...); err != nil || out != want {
			t.Errorf("model %s says\n%s%v\nwant\n%s", strings.Join(args, " "), out, err, want)
		}
	}
	says("nothing was learned yet: messages recommend what the catalogue relates\n")
	learned(t, store, "2026-11-21T03:00:00Z")
	learned(t, store, "2026-11-22T03:00:00Z")
	says(`2026-11-22T03:00:00Z  in force: learned from 12 customers, 7 products have neighbours
2026-11-21T03:00:00Z  whole, to go back to: make model VERSION=2026-11-21T03:00:00Z
`)
	says("version 2026-11-21T03:00:00Z is in force, everywhere within a minute; to undo it: make model VERSION=2026-11-22T03:00:00Z\n", "-back")
	says("version 2026-11-21T03:00:00Z is in force already\n", "-version", "2026-11-21T03:00:00Z")
	says("version 2026-11-22T03:00:00Z is in force, everywhere within a minute; to undo it: make model VERSION=2026-11-21T03:00:00Z\n", "-version", "2026-11-22T03:00:00Z")
	_, err := store.BeginModel(t.Context(), "2026-11-23T03:00:00Z")
	must(t, err)
	says(`2026-11-22T03:00:00Z  in force: learned from 12 customers, 7 products have neighbours
2026-11-23T03:00:00Z  half written: a night is at work, or it failed; nobody reads it
`)
}

func TestFaultsInPlainWords(t *testing.T) {
	store, do := bench(t)
	learned(t, store, "2026-11-22T03:00:00Z")
	for phrase, c := range map[string]struct {
		args []string
		want string
	}{
		"no such version":       {[]string{"-version", "2026-11-20T03:00:00Z"}, "version 2026-11-20T03:00:00Z is not there, or not whole"},
		"nothing to go back to": {[]string{"-back"}, "there is no version to go back to"},
		"no flag":               {[]string{"2026-11-21"}, "say -version 2026-11-21"},
		"both":                  {[]string{"-back", "-version", "x"}, "exclude each other"},
	} {
		if _, err := do(c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", phrase, err, c.want)
		}
	}
	nowhere := func(name string) string { return map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}[name] }
	if err := run(t.Context(), nil, nowhere, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "start the local cloud with make run") {
		t.Errorf("where nothing answers: %v", err)
	}
	if err := run(context.Background(), []string{"-aws"}, func(string) string { return "" }, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "SETTINGS_TABLE is not set") {
		t.Errorf("without a table: %v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
