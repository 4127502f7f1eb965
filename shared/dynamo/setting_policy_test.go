package dynamo_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
)

var winterRun = dynamo.Run{Campaign: "winter", Version: 1, At: noon}

func TestLastSavedPolicyIsInForce(t *testing.T) {
	store := dynamotest.Store(t)
	if _, _, err := store.Policy(t.Context()); !errors.Is(err, dynamo.ErrNotFound) {
		t.Errorf("Policy of an empty store = %v, want ErrNotFound", err)
	}
	for _, version := range []string{"v1", "v2", "v1"} { // the first again
		must(t, store.SavePolicy(t.Context(), version, []byte("body of "+version)))
		got, body, err := store.Policy(t.Context())
		if err != nil || got != version || string(body) != "body of "+version {
			t.Errorf("Policy after saving %s = %s, %q, %v", version, got, body, err)
		}
		if got, err := store.PolicyVersion(t.Context()); err != nil || got != version {
			t.Errorf("PolicyVersion after saving %s = %s, %v", version, got, err)
		}
	}
}

func TestPolicyVersionCannotBeChanged(t *testing.T) {
	store := dynamotest.Store(t)
	must(t, store.SavePolicy(t.Context(), "v1", []byte("one")))
	must(t, store.SavePolicy(t.Context(), "v2", []byte("two")))
	if err := store.SavePolicy(t.Context(), "v1", []byte("other")); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("SavePolicy(v1 with another body) = %v, want ErrConflict", err)
	}
	if v, _ := store.PolicyVersion(t.Context()); v != "v2" {
		t.Errorf("after a refused save %s is in force, want v2", v)
	}
}

func TestInvalidPolicyIsRefused(t *testing.T) {
	store := dynamotest.Store(t)
	for name, p := range map[string]struct {
		version string
		body    []byte
	}{
		"no version":             {"", []byte("p")},
		"the pointer as version": {"@current", []byte("p")},
		"larger than an item":    {"v1", bytes.Repeat([]byte("p"), 400<<10)},
	} {
		if err := store.SavePolicy(t.Context(), p.version, p.body); err == nil {
			t.Errorf("SavePolicy, %s: no error", name)
		}
	}
}

func TestPlannedUntilOnlyMovesForward(t *testing.T) {
	store := dynamotest.Store(t)
	if at, err := store.PlannedUntil(t.Context()); err != nil || !at.IsZero() {
		t.Errorf("PlannedUntil before planning = %s, %v, want the zero time", at, err)
	}
	for _, until := range []time.Time{noon, noon.Add(time.Minute), noon.Add(-time.Minute)} {
		must(t, store.SavePlannedUntil(t.Context(), until))
	}
	if at, err := store.PlannedUntil(t.Context()); err != nil || !at.Equal(noon.Add(time.Minute)) {
		t.Errorf("PlannedUntil = %s, %v, want a minute past noon", at, err)
	}
}

func TestAdvanceCountsAPageOnce(t *testing.T) {
	store := dynamotest.Store(t)
	start, err := store.StartRun(t.Context(), winterRun, 2, noon)
	must(t, err)
	if want := (dynamo.Progress{Run: winterRun, Started: noon, Cursors: []dynamo.Cursor{"", ""}}); !cmp.Equal(start, want) {
		t.Errorf("StartRun = %+v, want %+v", start, want)
	}
	for _, step := range []struct {
		segment  int
		from, to dynamo.Cursor
		planned  int // so far
	}{
		{0, "", "a", 10},
		{0, "", "a", 10}, // again, after a crash
		{1, "", dynamo.End, 20},
		{0, "a", dynamo.End, 30},
		{0, "a", dynamo.End, 30},
	} {
		p, err := store.Advance(t.Context(), winterRun, step.segment, step.from, step.to, 10)
		if err != nil || p.Planned != step.planned || p.Cursors[step.segment] != step.to {
			t.Errorf("Advance(%d, %q, %q) = %+v, %v, want %d planned", step.segment, step.from, step.to, p, err, step.planned)
		}
	}
	if _, err := store.Advance(t.Context(), winterRun, 0, "", "b", 10); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("Advance from another cursor = %v, want ErrConflict", err)
	}

	again, err := store.StartRun(t.Context(), winterRun, 5, noon.Add(time.Hour))
	must(t, err)
	if !again.Done() || again.Planned != 30 || len(again.Cursors) != 2 || !again.Started.Equal(noon) {
		t.Errorf("StartRun of a planned run = %+v, want it as it is", again)
	}
	got, err := store.RunProgress(t.Context(), winterRun)
	if err != nil || !cmp.Equal(got, again) {
		t.Errorf("RunProgress = %+v, %v, want %+v", got, err, again)
	}
}

func TestRunsListsEveryRun(t *testing.T) {
	store := dynamotest.Store(t)
	must(t, store.SavePolicy(t.Context(), "v1", []byte("p")))
	for i := range 3 {
		run := winterRun
		run.At = noon.AddDate(0, 0, i)
		_, err := store.StartRun(t.Context(), run, 1, noon)
		must(t, err)
	}
	n := 0
	must(t, store.Runs(t.Context(), func(p dynamo.Progress) error { n++; return nil }))
	if n != 3 {
		t.Errorf("Runs gave %d, want 3", n)
	}
}

func TestRunThatWasNotStartedIsNotFound(t *testing.T) {
	store := dynamotest.Store(t)
	if _, err := store.RunProgress(t.Context(), winterRun); !errors.Is(err, dynamo.ErrNotFound) {
		t.Errorf("RunProgress(absent) = %v, want ErrNotFound", err)
	}
	if _, err := store.Advance(t.Context(), winterRun, 0, "", "a", 1); !errors.Is(err, dynamo.ErrNotFound) {
		t.Errorf("Advance(absent) = %v, want ErrNotFound", err)
	}
}
