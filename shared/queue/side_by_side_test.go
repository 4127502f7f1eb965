package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/inputfault"
	"regulars/shared/queue"
)

// batchOf returns a batch of messages with these bodies.
func batchOf(bodies ...string) (batch events.SQSEvent) {
	for _, body := range bodies {
		batch.Records = append(batch.Records, events.SQSMessage{MessageId: "id of " + body, Body: body})
	}
	return batch
}

// namesIn reads a body such as "ann,bob 1": the names that it is about.
func namesIn(_ context.Context, m events.SQSMessage) (string, []string, error) {
	names, _, _ := strings.Cut(m.Body, " ")
	return m.Body, strings.Split(names, ","), nil
}

// Every message takes a second. Messages about one name wait for each other, also if
// a third message shares a name with each.
func TestOnlyMessagesWithANameInCommonWaitForEachOther(t *testing.T) {
	for name, c := range map[string]struct {
		bodies []string
		takes  time.Duration
		order  []string // of the messages that wait for each other
	}{
		"ten customers":               {[]string{"a 0", "b 1", "c 2", "d 3", "e 4", "f 5", "g 6", "h 7", "i 8", "j 9"}, time.Second, nil},
		"one customer three times":    {[]string{"a 0", "b 1", "a 2", "a 3"}, 3 * time.Second, []string{"a 0", "a 2", "a 3"}},
		"two joined by a third":       {[]string{"a 0", "b 1", "c 2", "a,b 3"}, 3 * time.Second, []string{"a 0", "b 1", "a,b 3"}},
		"joined by the first of them": {[]string{"a,b 0", "b 1", "a 2"}, 3 * time.Second, []string{"a,b 0", "b 1", "a 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var done []string
				began := time.Now()
				_, err := queue.SideBySide(t.Context(), batchOf(c.bodies...), nil, time.Now, namesIn, func(_ context.Context, body string) error {
					time.Sleep(time.Second)
					mu.Lock()
					defer mu.Unlock()
					done = append(done, body)
					return nil
				})
				must(t, err)
				if took := time.Since(began); took != c.takes || len(done) != len(c.bodies) {
					t.Errorf("%d messages took %s, want %d in %s", len(done), took, len(c.bodies), c.takes)
				}
				done = slices.DeleteFunc(done, func(body string) bool { return !slices.Contains(c.order, body) })
				if !slices.Equal(done, c.order) {
					t.Errorf("the order is %q, want %q", done, c.order)
				}
			})
		})
	}
}

func TestSideBySideReturnsTheFailedInTheirOrder(t *testing.T) {
	cloud, dead := newCloud(t)
	bodies := []string{"ok", "fail", "odd", "panic", "unreadable", "ok 2", "fail 2"}
	answer, err := queue.SideBySide(t.Context(), batchOf(bodies...), dead, func() time.Time { return noon },
		func(_ context.Context, m events.SQSMessage) (string, []string, error) {
			if m.Body == "unreadable" {
				return "", nil, errors.New("the policy cannot be read")
			}
			return m.Body, nil, nil
		},
		func(_ context.Context, body string) error {
			switch kind, _, _ := strings.Cut(body, " "); kind {
			case "ok":
				return nil
			case "fail":
				return errors.New("the table does not answer")
			case "panic":
				panic("a bug")
			}
			return &queue.Refused{Faults: []inputfault.Fault{{Path: "/a", Fault: "is odd"}}}
		})
	must(t, err)
	var again []string
	for _, f := range answer.BatchItemFailures {
		again = append(again, f.ItemIdentifier)
	}
	if want := []string{"id of fail", "id of panic", "id of unreadable", "id of fail 2"}; !slices.Equal(again, want) {
		t.Errorf("the failed messages are %q, want %q", again, want)
	}
	if letters := cloud.bodies(t); !slices.Equal(letters, []string{"odd"}) {
		t.Errorf("the dead letters are %q, want the refused message", letters)
	}
}

// A call that hangs ends a second before the function's time, so that the messages
// that are done are not delivered again. What waits for it is not begun.
func TestSideBySideAnswersBeforeTheFunctionsTimeIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var begun sync.Map
		answer, err := queue.SideBySide(ctx, batchOf("a quick", "b hangs", "b waits"), nil, time.Now, namesIn, func(ctx context.Context, body string) error {
			begun.Store(body, true)
			if body == "b hangs" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		must(t, err)
		if got := fmt.Sprint(answer.BatchItemFailures); got != "[{id of b hangs} {id of b waits}]" {
			t.Errorf("the failed messages are %s, want those that were not done", got)
		}
		if _, yes := begun.Load("b waits"); yes || ctx.Err() != nil {
			t.Errorf("begun after the end: %v; the function's own time: %v", yes, ctx.Err())
		}
	})
}
