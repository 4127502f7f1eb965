package eventdelivery

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
)

// fakeTargets stands in for the queues and functions, and records what they
// get.
type fakeTargets struct {
	mu     sync.Mutex
	calls  []string // "00:00:00 plan input"
	queued []string // "Name body ERROR_CODE"
	fail   int      // the number of next calls that fail
	full   bool     // only dead-letter queues accept messages
	hang   bool     // calls run until their context is done
}

func (w *fakeTargets) Invoke(ctx context.Context, function string, payload []byte, _ string) (aws.Invocation, error) {
	w.mu.Lock()
	w.calls = append(w.calls, time.Now().UTC().Format("15:04:05")+" "+function+" "+string(payload))
	hang, failing := w.hang, w.fail > 0
	w.fail--
	w.mu.Unlock()
	if hang {
		<-ctx.Done()
		return aws.Invocation{}, ctx.Err()
	}
	if failing {
		return aws.Invocation{Failure: "Unhandled", Payload: []byte(`{"errorMessage":"no"}`)}, nil
	}
	return aws.Invocation{}, nil
}

func (w *fakeTargets) Enqueue(_ context.Context, arn, body string, attributes map[string]string, _ string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	name := arn[strings.LastIndex(arn, ":")+1:]
	if w.full && !strings.HasSuffix(name, "DeadLetters") {
		return errors.New("message too long")
	}
	w.queued = append(w.queued, strings.TrimSpace(name+" "+body+" "+attributes["ERROR_CODE"]))
	return nil
}

func (w *fakeTargets) open(t *testing.T, path string) (s *Service, stop func()) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err = New(db, w, w, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = s.Run(ctx) }()
	return s, func() { cancel(); <-ended; _ = db.Close() }
}

var (
	plan = Target{ARN: "arn:aws:lambda:us-east-1:000000000000:function:plan:live", Attempts: NoPolicy, DeadLetterARN: "arn:aws:sqs:us-east-1:000000000000:PlanDeadLetters"}
	work = Target{ARN: "arn:aws:sqs:us-east-1:000000000000:Work", DeadLetterARN: "arn:aws:sqs:us-east-1:000000000000:WorkDeadLetters"}
)

func inBubble(t *testing.T, test func(t *testing.T, path string)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "deliveries")
	synctest.Test(t, func(t *testing.T) { test(t, path) })
}

func TestFailedCallIsRetriedAndThenGoesToTheDeadLetterQueue(t *testing.T) {
	for _, c := range []struct {
		name          string
		fail          int
		calls, queued string
	}{
		{"the call succeeds", 0, "00:00:00 plan 1", ""},
		{"the third call succeeds", 2, "00:00:00 plan 1, 00:01:00 plan 1, 00:03:00 plan 1", ""},
		{"every call fails", 9, "00:00:00 plan 1, 00:01:00 plan 1, 00:03:00 plan 1", "PlanDeadLetters 1 Unhandled"},
	} {
		inBubble(t, func(t *testing.T, path string) {
			w := &fakeTargets{fail: c.fail}
			s, stop := w.open(t, path)
			defer stop()
			if err := s.Deliver(t.Context(), plan, []byte("1"), "Root=1-a-b"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(24 * time.Hour)
			synctest.Wait()
			if got := strings.Join(w.calls, ", "); got != c.calls {
				t.Errorf("%s: calls = %s, want %s", c.name, got, c.calls)
			}
			if got := strings.Join(w.queued, ", "); got != c.queued {
				t.Errorf("%s: queued = %s, want %s", c.name, got, c.queued)
			}
		})
	}
}

func TestUnfinishedDeliveryContinuesAfterARestart(t *testing.T) {
	inBubble(t, func(t *testing.T, path string) {
		w := &fakeTargets{hang: true}
		s, stop := w.open(t, path)
		if err := s.Deliver(t.Context(), plan, []byte("1"), ""); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		stop()
		w.hang = false
		for range 2 { // after the second restart, the delivery is finished
			_, stop = w.open(t, path)
			synctest.Wait()
			stop()
		}
		if got, want := strings.Join(w.calls, ", "), "00:00:00 plan 1, 00:00:00 plan 1"; got != want {
			t.Errorf("calls = %s, want %s", got, want)
		}
	})
}

func TestMessageGoesToTheDeadLetterQueueIfTheQueueRejectsIt(t *testing.T) {
	inBubble(t, func(t *testing.T, path string) {
		w := &fakeTargets{full: true}
		s, stop := w.open(t, path)
		defer stop()
		if err := s.Deliver(t.Context(), work, []byte("1"), ""); err != nil {
			t.Errorf("Deliver with dead letters = %v, want no error", err)
		}
		if got := strings.Join(w.queued, ", "); got != "WorkDeadLetters 1 SDK_CLIENT_ERROR" {
			t.Errorf("queued = %s, want WorkDeadLetters 1 SDK_CLIENT_ERROR", got)
		}
		alone := work
		alone.DeadLetterARN = ""
		if err := s.Deliver(t.Context(), alone, []byte("1"), ""); err == nil {
			t.Error("Deliver without dead letters = no error, want that of the queue")
		}
	})
}

func TestCheckFindsInvalidTargets(t *testing.T) {
	for _, c := range []struct {
		name   string
		target Target
		want   string
	}{
		{"function", plan, ""},
		{"queue", work, ""},
		{"topic", Target{ARN: "arn:aws:sns:us-east-1:000000000000:x"}, "neither a queue nor a function"},
		{"empty target", Target{}, `target ""`},
		{"dead letters to a function", Target{ARN: work.ARN, DeadLetterARN: plan.ARN}, "is not a queue"},
		{"too many retries", Target{ARN: work.ARN, Attempts: 186}, "not between 0 and 185"},
	} {
		got := ""
		if err := c.target.Check(); err != nil {
			got = err.Error()
		}
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: Check = %q, want %q", c.name, got, c.want)
		}
	}
}
