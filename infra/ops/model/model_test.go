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

// setup returns a store and a function that runs the command on it.
func setup(t *testing.T) (*dynamo.Store, func(args ...string) (string, error)) {
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

func TestVersionsAreListedAndChanged(t *testing.T) {
	store, do := setup(t)
	prints := func(want string, args ...string) {
		t.Helper()
		if out, err := do(args...); err != nil || out != want {
			t.Errorf("model %s prints\n%s%v\nwant\n%s", strings.Join(args, " "), out, err, want)
		}
	}
	prints("nothing was learned yet: messages recommend related products of the catalogue\n")
	learned(t, store, "2026-11-21T03:00:00Z")
	learned(t, store, "2026-11-22T03:00:00Z")
	prints(`2026-11-22T03:00:00Z  in force: learned from 12 customers, 7 products have neighbours
2026-11-21T03:00:00Z  complete, in force before: make model VERSION=2026-11-21T03:00:00Z
`)
	prints("version 2026-11-21T03:00:00Z is in force for all functions within a minute; to undo: make model VERSION=2026-11-22T03:00:00Z\n", "-back")
	prints("version 2026-11-21T03:00:00Z is already in force\n", "-version", "2026-11-21T03:00:00Z")
	prints("version 2026-11-22T03:00:00Z is in force for all functions within a minute; to undo: make model VERSION=2026-11-21T03:00:00Z\n", "-version", "2026-11-22T03:00:00Z")
	_, err := store.BeginModel(t.Context(), "2026-11-23T03:00:00Z")
	must(t, err)
	prints(`2026-11-22T03:00:00Z  in force: learned from 12 customers, 7 products have neighbours
2026-11-23T03:00:00Z  incomplete and not in use: a night is writing it, or failed
`)
}

func TestErrorsSayWhatToDo(t *testing.T) {
	store, do := setup(t)
	learned(t, store, "2026-11-22T03:00:00Z")
	for phrase, c := range map[string]struct {
		args []string
		want string
	}{
		"no such version":       {[]string{"-version", "2026-11-20T03:00:00Z"}, "version 2026-11-20T03:00:00Z does not exist or is incomplete"},
		"nothing to go back to": {[]string{"-back"}, "there is no version to go back to"},
		"an argument, no flag":  {[]string{"2026-11-21"}, "give -version 2026-11-21"},
		"both flags":            {[]string{"-back", "-version", "x"}, "exclude each other"},
	} {
		if _, err := do(c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", phrase, err, c.want)
		}
	}
	nowhere := func(name string) string { return map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}[name] }
	if err := run(t.Context(), nil, nowhere, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "start the local cloud with make run") {
		t.Errorf("without a server: %v", err)
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
