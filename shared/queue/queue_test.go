package queue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"go.etcd.io/bbolt"

	localqueue "regulars/infra/local/queue"
	"regulars/infra/local/trail"
	"regulars/shared/queue"
)

// cloud is the local cloud's SQS with one queue and a count of its calls.
type cloud struct {
	*localqueue.Service
	calls atomic.Int32
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.calls.Add(1)
	c.Service.ServeHTTP(w, r)
}

type silent struct{}

func (silent) Record(trail.Step) {}

func newCloud(t *testing.T) (*cloud, *queue.Queue) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "queues"), 0o600, &bbolt.Options{NoSync: true, NoFreelistSync: true, Timeout: time.Second})
	must(t, err)
	s, err := localqueue.New(db, "http://127.0.0.1:4566", []localqueue.Config{{Name: "Letters"}}, silent{})
	must(t, err)
	c := &cloud{Service: s}
	web := httptest.NewServer(c)
	t.Cleanup(func() { web.Close(); s.Close(); _ = db.Close() })
	client := sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: &web.URL, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), Retryer: aws.NopRetryer{},
	})
	return c, queue.New(client, s.URL("Letters"))
}

// receiveAll receives all messages of the queue.
func (c *cloud) receiveAll(t *testing.T) (all []localqueue.Message) {
	t.Helper()
	for {
		more, err := c.Receive(t.Context(), "Letters", 10, 0, nil)
		must(t, err)
		if len(more) == 0 {
			return all
		}
		all = append(all, more...)
	}
}

func (c *cloud) bodies(t *testing.T) (bodies []string) {
	t.Helper()
	for _, m := range c.receiveAll(t) {
		bodies = append(bodies, m.Body)
	}
	slices.Sort(bodies)
	return bodies
}

func TestPutSendsTenMessagesPerRequest(t *testing.T) {
	for n, requests := range map[int]int32{0: 0, 1: 1, 10: 1, 11: 2, 25: 3} {
		c, q := newCloud(t)
		var values []any
		var want []string
		for i := range n {
			values = append(values, map[string]int{"n": i})
			want = append(want, fmt.Sprintf(`{"n":%d}`, i))
		}
		if err := q.Put(t.Context(), values...); err != nil {
			t.Errorf("Put(%d values) = %v", n, err)
		}
		if got := c.calls.Load(); got != requests {
			t.Errorf("Put(%d values) took %d requests, want %d", n, got, requests)
		}
		slices.Sort(want)
		if got := c.bodies(t); !slices.Equal(got, want) {
			t.Errorf("Put(%d values) put %d on the queue: %v", n, len(got), got)
		}
	}
}

// SQS answers 200 even if it accepts only a part of a batch.
func TestPutFailsIfSQSAcceptsOnlyAPart(t *testing.T) {
	c, q := newCloud(t)
	values := []any{"a", "b", "\ufffe", "d"} // SQS accepts only the characters of XML
	for n := range 10 {
		values = append(values, n)
	}
	err := q.Put(t.Context(), values...)
	if err == nil || !strings.Contains(err.Error(), "did not accept 1 of 10 messages: InvalidMessageContents") {
		t.Errorf("Put = %v, want the number of messages and the reason", err)
	}
	want := []string{`"a"`, `"b"`, `"d"`, "0", "1", "2", "3", "4", "5"}
	if got := c.bodies(t); !slices.Equal(got, want) {
		t.Errorf("the queue has %v, want %v: batches after the failed one are not sent", got, want)
	}
}

func TestPutFailsIfTheQueueDoesNotAnswer(t *testing.T) {
	c, q := newCloud(t)
	c.Close()
	if err := q.Put(t.Context(), "a"); err == nil {
		t.Error("Put on a queue that does not answer = nil, want an error")
	}
	if err := q.Put(t.Context(), func() {}); err == nil {
		t.Error("Put of a value that is not JSON = nil, want an error")
	}
}

var noon = time.Date(2026, 11, 22, 13, 0, 0, 0, time.FixedZone("CET", 3600))

type place struct {
	Path  string `json:"path"`
	Fault string `json:"fault"`
}

// each handles a batch of messages with these bodies: "ok" succeeds, "fail"
// fails, and any other is refused.
func each(t *testing.T, dead *queue.Queue, bodies ...string) (again []string) {
	t.Helper()
	var batch events.SQSEvent
	for _, body := range bodies {
		batch.Records = append(batch.Records, events.SQSMessage{MessageId: "id of " + body, Body: body})
	}
	answer, err := queue.Each(t.Context(), batch, dead, func() time.Time { return noon }, func(_ context.Context, m events.SQSMessage) error {
		switch m.Body {
		case "ok":
			return nil
		case "fail":
			return errors.New("the table does not answer")
		}
		return fmt.Errorf("read it: %w", &queue.Refused{Faults: []place{{"/a/b", `is "x"; want a number`}}})
	})
	must(t, err)
	for _, f := range answer.BatchItemFailures {
		again = append(again, f.ItemIdentifier)
	}
	return again
}

func TestEachReturnsTheFailedAndRefusesTheFaulty(t *testing.T) {
	odd := "{\"name\": \"Żółw <&>\",\n\t\"n\": 1e400 }"
	for name, c := range map[string]struct {
		bodies, again, dead []string
	}{
		"an empty batch":            {nil, nil, nil},
		"all succeed":               {[]string{"ok", "ok"}, nil, nil},
		"one fails":                 {[]string{"ok", "fail", "ok"}, []string{"id of fail"}, nil},
		"all fail":                  {[]string{"fail", "fail"}, []string{"id of fail", "id of fail"}, nil},
		"one is refused":            {[]string{"ok", odd, "ok"}, nil, []string{odd}},
		"one fails, one is refused": {[]string{"fail", odd}, []string{"id of fail"}, []string{odd}},
	} {
		t.Run(name, func(t *testing.T) {
			cloud, dead := newCloud(t)
			if again := each(t, dead, c.bodies...); !slices.Equal(again, c.again) {
				t.Errorf("the failed messages are %q, want %q", again, c.again)
			}
			letters := cloud.receiveAll(t)
			if len(letters) != len(c.dead) {
				t.Fatalf("%d dead letters, want %d", len(letters), len(c.dead))
			}
			for n, m := range letters {
				if m.Body != c.dead[n] {
					t.Errorf("the dead letter is %q, want the unchanged %q", m.Body, c.dead[n])
				}
				if got := *m.Attributes["Refused"].StringValue; got != "2026-11-22T12:00:00Z" {
					t.Errorf("Refused = %s, want the time in UTC", got)
				}
				var faults []place
				must(t, json.Unmarshal([]byte(*m.Attributes["Faults"].StringValue), &faults))
				if !slices.Equal(faults, []place{{"/a/b", `is "x"; want a number`}}) {
					t.Errorf("Faults = %+v", faults)
				}
			}
		})
	}
}

// If the dead-letter queue does not answer, SQS delivers the message again.
func TestRefusedMessageFailsIfTheDeadLetterQueueDoesNotAnswer(t *testing.T) {
	c, dead := newCloud(t)
	c.Close()
	if again := each(t, dead, "ok", "odd", "ok"); !slices.Equal(again, []string{"id of odd"}) {
		t.Errorf("the failed messages are %q, want the refused one", again)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
