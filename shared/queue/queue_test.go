package queue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	localqueue "regulars/infra/local/queue"
	"regulars/infra/local/queue/queuetest"
	"regulars/shared/inputfault"
	"regulars/shared/queue"
)

// cloud is the local cloud's SQS with one queue and a count of its calls.
type cloud struct{ *queuetest.Queues }

func newCloud(t *testing.T) (cloud, *queue.Queue) {
	t.Helper()
	c := cloud{queuetest.New(t, "Letters")}
	return c, c.Queue("Letters")
}

// receiveAll receives all messages of the queue.
func (c cloud) receiveAll(t *testing.T) (all []localqueue.Message) {
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

func (c cloud) bodies(t *testing.T) (bodies []string) {
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
		if got := c.Calls.Load(); got != requests {
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

// each handles a batch of messages with these bodies: "ok" succeeds, "fail"
// fails, "panic" panics, and any other is refused.
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
		case "panic":
			panic("a bug that quotes Jane Roe")
		}
		return fmt.Errorf("read it: %w", &queue.Refused{Faults: []inputfault.Fault{{Path: "/a/b", Fault: "is a string; want a number"}}})
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
		"one panics":                {[]string{"ok", "panic", "ok"}, []string{"id of panic"}, nil},
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
				var faults []inputfault.Fault
				must(t, json.Unmarshal([]byte(*m.Attributes["Faults"].StringValue), &faults))
				if !slices.Equal(faults, []inputfault.Fault{{Path: "/a/b", Fault: "is a string; want a number"}}) {
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

// Lambda's answer must have a list, also if no message failed.
func TestBatchItemFailuresIsAlwaysAList(t *testing.T) {
	_, dead := newCloud(t)
	for name, c := range map[string]struct {
		records []events.SQSMessage
		want    string
	}{
		"an empty batch": {nil, `{"batchItemFailures":[]}`},
		"all succeed":    {[]events.SQSMessage{{MessageId: "m-1", Body: "ok"}}, `{"batchItemFailures":[]}`},
		"one fails":      {[]events.SQSMessage{{MessageId: "m-1", Body: "fail"}}, `{"batchItemFailures":[{"itemIdentifier":"m-1"}]}`},
	} {
		answer, err := queue.Each(t.Context(), events.SQSEvent{Records: c.records}, dead, time.Now, func(_ context.Context, m events.SQSMessage) error {
			if m.Body == "fail" {
				return errors.New("the table does not answer")
			}
			return nil
		})
		must(t, err)
		if got, err := json.Marshal(answer); err != nil || string(got) != c.want {
			t.Errorf("%s: the answer is %s, %v, want %s", name, got, err, c.want)
		}
	}
}

// SQS's limit counts the body and the attributes. A refused message near the
// limit has shorter attributes, and one without any room is left to SQS.
func TestARefusedMessageNearTheLimitOfSQSKeepsItsBodyAndAReason(t *testing.T) {
	const most = 1 << 20
	first := inputfault.Fault{Path: "/detail/order/id", Fault: "is missing; want an identifier, as a string"}
	many := make([]inputfault.Fault, 100)
	for i := range many {
		many[i] = first
	}
	size := `is 1048500 bytes long; want 262144 at most`
	for name, c := range map[string]struct {
		bytes  int
		faults []inputfault.Fault
		want   string // the attribute Faults; empty: the message is not put on the queue
	}{
		"room for everything":         {most - 20_000, many, mustJSON(t, many)},
		"room for the first fault":    {most - 1000, many, mustJSON(t, []inputfault.Fault{first})},
		"an event of 1,048,500 bytes": {1_048_500, []inputfault.Fault{{Fault: size}}, `[{"path":"","fault":"is too long"}]`},
		"the least room for a reason": {most - len("FaultsString") - len(`[{"path":"","fault":"is too long"}]`), many, `[{"path":"","fault":"is too long"}]`},
		"a byte less":                 {most - len("FaultsString") - len(`[{"path":"","fault":"is too long"}]`) + 1, many, ""},
		"the longest message of SQS":  {most, many, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cloud, dead := newCloud(t)
			body := strings.Repeat("x", c.bytes)
			batch := events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m-1", Body: body}}}
			answer, err := queue.Each(t.Context(), batch, dead, time.Now, func(context.Context, events.SQSMessage) error {
				return &queue.Refused{Faults: c.faults}
			})
			must(t, err)
			letters := cloud.receiveAll(t)
			if c.want == "" {
				if len(letters) != 0 || len(answer.BatchItemFailures) != 1 {
					t.Fatalf("%d dead letters, and %d failed; want the message to be left to SQS", len(letters), len(answer.BatchItemFailures))
				}
				return
			}
			if len(letters) != 1 || letters[0].Body != body || len(answer.BatchItemFailures) != 0 {
				t.Fatalf("%d dead letters, and %d failed; want the message unchanged", len(letters), len(answer.BatchItemFailures))
			}
			if got := *letters[0].Attributes["Faults"].StringValue; got != c.want {
				t.Errorf("Faults = %.200s, want %.200s", got, c.want)
			}
		})
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	must(t, err)
	return string(text)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A webhook with a product's description in HTML must not outgrow a message.
func TestPutLeavesHTMLAsItIs(t *testing.T) {
	c, q := newCloud(t)
	must(t, q.Put(t.Context(), map[string]any{"a": "<p>&</p>", "raw": json.RawMessage(`{"b":"<i>"}`)}))
	if got := c.bodies(t); len(got) != 1 || got[0] != `{"a":"<p>&</p>","raw":{"b":"<i>"}}` {
		t.Errorf("Put wrote %q", got)
	}
}
