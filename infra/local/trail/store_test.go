package trail

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, path string, keep int) (*Store, *bbolt.DB) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(db, keep)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return s, db
}

// record records the steps a millisecond apart.
func record(s *Store, steps ...Step) {
	for i, step := range steps {
		step.At = noon.Add(time.Duration(i) * time.Millisecond)
		s.Record(step)
	}
}

func kinds(steps []Step) string {
	text := ""
	for _, s := range steps {
		text += s.Trace + ":" + s.Kind + " "
	}
	return text
}

func TestStepsIncludeTheBatchesThatContainTheTrace(t *testing.T) {
	s, _ := open(t, filepath.Join(t.TempDir(), "trail.db"), 0)
	defer s.Close()
	record(s,
		Step{Trace: "a", Kind: "event"},
		Step{Trace: "b", Kind: "event"},
		Step{Trace: "batch", Kind: "received", Children: []string{"a", "b", "a"}},
		Step{Trace: "batch", Kind: "answered"},
		Step{Trace: "next", Kind: "received", Children: []string{"batch", "c"}},
		Step{Trace: "next", Kind: "mail"},
		Step{Trace: "c", Kind: "event"},
	)
	for trace, want := range map[string]string{
		"a":       "a:event batch:received batch:answered next:received next:mail ",
		"c":       "next:received next:mail c:event ",
		"unknown": "",
	} {
		if got := kinds(s.Steps(trace)); got != want {
			t.Errorf("Steps(%s) = %s, want %s", trace, got, want)
		}
	}
	var traces []string
	for _, sum := range s.Newest(10, false) {
		traces = append(traces, sum.Trace)
	}
	if fmt.Sprint(traces) != "[c b a]" {
		t.Errorf("Newest = %v, want the traces from outside, newest first: [c b a]", traces)
	}
}

func TestStepsEndsIfBatchesContainEachOther(t *testing.T) {
	s, _ := open(t, filepath.Join(t.TempDir(), "trail.db"), 0)
	defer s.Close()
	record(s, Step{Trace: "a", Kind: "event", Children: []string{"b", "a"}}, Step{Trace: "b", Kind: "event", Children: []string{"a"}})
	if n := len(s.Steps("a")); n != 2 {
		t.Errorf("Steps(a) has %d steps, want 2", n)
	}
}

func TestNewestSummarisesATrail(t *testing.T) {
	for phrase, test := range map[string]struct {
		steps []Step
		ended string
		retry int
		fails int
	}{
		"a mail":                  {[]Step{{Kind: "event"}, {Kind: "mail"}, {Kind: "answered"}}, "mail", 0, 0},
		"after a retry":           {[]Step{{Kind: "event"}, {Kind: "answered", Attempt: 1, Outcome: "Unhandled"}, {Kind: "received", Attempt: 2}, {Kind: "invoked", Attempt: 2}, {Kind: "mail"}}, "mail", 1, 1},
		"a call with two retries": {[]Step{{Kind: "schedule"}, {Kind: "invoked", Attempt: 1}, {Kind: "invoked", Attempt: 2}, {Kind: "invoked", Attempt: 3}}, "done", 2, 0},
		"a dead letter":           {[]Step{{Kind: "event"}, {Kind: "dead"}}, "dead", 0, 0},
		"a mail that SES rejects": {[]Step{{Kind: "event"}, {Kind: "mail", Outcome: "MessageRejected"}}, "failed", 0, 1},
		"an event alone":          {[]Step{{Kind: "event"}}, "done", 0, 0},
	} {
		s, _ := open(t, filepath.Join(t.TempDir(), "trail.db"), 0)
		for i := range test.steps {
			test.steps[i].Trace = "a"
		}
		record(s, test.steps...)
		got := s.Newest(1, false)[0]
		if got.Ended != test.ended || got.Retries != test.retry || got.Failures != test.fails || got.Steps != len(test.steps) {
			t.Errorf("%s: %+v, want it to end in %s with %d retries and %d failures", phrase, got, test.ended, test.retry, test.fails)
		}
		if want := time.Duration(len(test.steps)-1) * time.Millisecond; got.Took != want {
			t.Errorf("%s: took %v, want %v", phrase, got.Took, want)
		}
		_ = s.Close()
	}
}

func TestNewestOmitsScheduleEventsWithoutEffectIfQuiet(t *testing.T) {
	s, _ := open(t, filepath.Join(t.TempDir(), "trail.db"), 0)
	defer s.Close()
	record(s,
		Step{Trace: "quiet", Kind: "schedule"}, Step{Trace: "quiet", Kind: "answered"},
		Step{Trace: "busy", Kind: "schedule"}, Step{Trace: "busy", Kind: "mail"},
		Step{Trace: "broken", Kind: "schedule"}, Step{Trace: "broken", Kind: "answered", Outcome: "TimedOut"},
	)
	if n := len(s.Newest(10, true)); n != 2 {
		t.Errorf("%d traces, want the two schedule events with a mail or a failure", n)
	}
	if n := len(s.Newest(10, false)); n != 3 {
		t.Errorf("%d traces, want all three", n)
	}
}

func TestStepsSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trail.db")
	s, db := open(t, path, 0)
	record(s, Step{Trace: "a", Kind: "event"}, Step{Trace: "a", Kind: "rule"})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	s, _ = open(t, path, 0)
	defer s.Close()
	record(s, Step{Trace: "a", Kind: "queued"})
	if n := len(s.Steps("a")); n != 3 {
		t.Errorf("%d steps, want 3: two from before the restart and one after", n)
	}
}

func TestStoreKeepsOnlyTheNewestSteps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trail.db")
	s, db := open(t, path, 100)
	for i := range 1000 {
		s.Record(Step{Trace: fmt.Sprint(i / 10), At: noon.Add(time.Duration(i)), Kind: "event"})
		if i%90 == 0 {
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := len(s.steps); n > 110 || n < 100 {
		t.Errorf("%d steps in memory, want 100 to 110", n)
	}
	if len(s.Steps("1")) != 0 || len(s.Steps("99")) != 10 {
		t.Errorf("the oldest and newest traces have %d and %d steps, want 0 and 10", len(s.Steps("1")), len(s.Steps("99")))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.View(func(tx *bbolt.Tx) error {
		if n := tx.Bucket(bucket).Stats().KeyN; n > 110 || n < 100 {
			t.Errorf("%d steps stored, want 100 to 110", n)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	s, _ = open(t, path, 100)
	defer s.Close()
	if n := len(s.Steps("99")); n != 10 {
		t.Errorf("after a restart the newest trace has %d steps, want 10", n)
	}
}

func TestConcurrentRecordAndRead(t *testing.T) {
	s, _ := open(t, filepath.Join(t.TempDir(), "trail.db"), 500)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 200 {
				s.Record(Step{Trace: fmt.Sprint(i, n/20), Kind: "event", Children: []string{fmt.Sprint(i - 1)}})
				s.Newest(3, true)
				s.Steps(fmt.Sprint(i, 0))
			}
		})
	}
	all.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
