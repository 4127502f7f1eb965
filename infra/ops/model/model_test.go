package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
	"regulars/shared/recommend/rerank"
)

// setup returns a store and a function that runs the command on it.
func setup(t *testing.T) (*dynamo.Store, func(args ...string) (string, error)) {
	t.Helper()
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	env := map[string]string{"AWS_ENDPOINT_URL": *client.Options().BaseEndpoint, "SETTINGS_TABLE": tables.Settings}
	return dynamo.New(client, tables), func(args ...string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), args, func(name string) string { return env[name] }, &out)
		return out.String(), err
	}
}

func learned(t *testing.T, store *dynamo.Store, version string) {
	t.Helper()
	publish(t, store, recommend.Model{Version: version, Customers: 12, Products: 7})
}

func publish(t *testing.T, store *dynamo.Store, model recommend.Model) {
	t.Helper()
	version := model.Version
	_, err := store.BeginModel(t.Context(), version)
	must(t, err)
	body, err := json.Marshal(model)
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
  next orders are ranked by the blend
  new items are ranked by the blend
2026-11-21T03:00:00Z  complete, in force before (make model VERSION=2026-11-21T03:00:00Z): learned from 12 customers, 7 products have neighbours
  next orders are ranked by the blend
  new items are ranked by the blend
`)
	prints("version 2026-11-21T03:00:00Z is in force for all functions within a minute; to undo: make model VERSION=2026-11-22T03:00:00Z\n", "-back")
	prints("version 2026-11-21T03:00:00Z is already in force\n", "-version", "2026-11-21T03:00:00Z")
	prints("version 2026-11-22T03:00:00Z is in force for all functions within a minute; to undo: make model VERSION=2026-11-21T03:00:00Z\n", "-version", "2026-11-22T03:00:00Z")
	_, err := store.BeginModel(t.Context(), "2026-11-23T03:00:00Z")
	must(t, err)
	prints(`2026-11-22T03:00:00Z  in force: learned from 12 customers, 7 products have neighbours
  next orders are ranked by the blend
  new items are ranked by the blend
2026-11-23T03:00:00Z  incomplete and not in use: a night is writing it, or failed
`)
}

// Each version says what ranks its lists, and how the re-ranker compared.
func TestVersionsSayWhatRanksTheirLists(t *testing.T) {
	shipped, err := rerank.Shipped()
	must(t, err)
	weights := shipped.Rerankers[recommend.ModeNext]
	other := *weights
	other.Features = other.Features[1:]
	on := judge.Verdict{
		On: true, Why: "re-ranked lists are better with a chance of 99 %", Customers: 6000, Chance: .99,
		Blend: judge.Measures{Recall: .17, NDCG: .1525, PHR: .4683}, Reranked: judge.Measures{Recall: .1925, NDCG: .1734, PHR: .5089},
		Gain: judge.Gain{Recall: judge.Interval{Mean: .0225, Low: .02, High: .025}, NDCG: judge.Interval{Mean: .0209, Low: -.01, High: .04}, PHR: judge.Interval{Mean: .0406, Low: .03, High: .05}},
	}
	off := on
	off.On, off.Why = false, "re-ranked lists are better with a chance of 41 %"
	few := judge.Verdict{Why: "only 12 customers have an order to compare by", Customers: 12}
	const figures = `    6000 customers  blend → re-ranked  gain, with its 95 % interval
    recall           0.1700 → 0.1925    +0.0225 (+0.0200 to +0.0250)
    NDCG             0.1525 → 0.1734    +0.0209 (-0.0100 to +0.0400)
    PHR              0.4683 → 0.5089    +0.0406 (+0.0300 to +0.0500)
`
	for name, c := range map[string]struct {
		weights *recommend.Linear
		verdict judge.Verdict
		want    string
	}{
		"trained":            {weights, on, "the re-ranker, trained on the shop's own orders\n    re-ranked lists are better with a chance of 99 %\n" + figures},
		"no better":          {nil, off, "the blend\n    re-ranked lists are better with a chance of 41 %\n" + figures},
		"too few customers":  {weights, few, "the re-ranker, with the shipped weights\n    only 12 customers have an order to compare by\n"},
		"another release":    {&other, on, "the blend, because the re-ranker is of another release: the next night trains it again\n    re-ranked lists are better with a chance of 99 %\n" + figures},
		"an earlier version": {nil, judge.Verdict{}, "the blend\n"},
	} {
		t.Run(name, func(t *testing.T) {
			store, do := setup(t)
			for mode, want := range map[recommend.Mode]string{
				recommend.ModeNext:     "  next orders are ranked by " + c.want + "  new items are ranked by the blend\n",
				recommend.ModeGoesWith: "  next orders are ranked by the blend\n  new items are ranked by " + c.want,
			} {
				m := recommend.Model{Version: "of " + string(mode)}
				if c.weights != nil {
					m.Rerankers = map[recommend.Mode]*recommend.Linear{mode: c.weights}
				}
				if c.verdict.Why != "" {
					m.Reranking = map[recommend.Mode]judge.Verdict{mode: c.verdict}
				}
				publish(t, store, m)
				want = m.Version + "  in force: learned from 0 customers, 0 products have neighbours\n" + want
				if out, err := do(); err != nil || !strings.HasPrefix(out, want) {
					t.Errorf("%s: model prints\n%s%v\nwant\n%s", mode, out, err, want)
				}
			}
		})
	}
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
