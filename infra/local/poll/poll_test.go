package poll

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/queue"
	"regulars/infra/local/trail"
)

// function is a fake aws.Invoker. It runs do, and records its calls.
type function struct {
	mu      sync.Mutex
	do      func(ctx context.Context, n int, event events.SQSEvent) (aws.Invocation, error)
	batches [][]string // by call: the bodies
	traces  []string
	busy    int // current calls
	busiest int // greatest number of concurrent calls
	called  chan time.Time
}

func (f *function) Invoke(ctx context.Context, name string, payload []byte, trace string) (aws.Invocation, error) {
	var event events.SQSEvent
	if err := json.Unmarshal(payload, &event); err != nil || name != "record" {
		return aws.Invocation{}, fmt.Errorf("called %s with %s", name, payload)
	}
	var bodies []string
	for _, r := range event.Records {
		bodies = append(bodies, r.Body)
	}
	f.mu.Lock()
	f.batches, f.traces = append(f.batches, bodies), append(f.traces, trace)
	n := len(f.batches)
	f.busy++
	f.busiest = max(f.busiest, f.busy)
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.busy--
		f.mu.Unlock()
	}()
	if f.called != nil {
		f.called <- time.Now()
	}
	if f.do == nil {
		return aws.Invocation{}, nil
	}
	return f.do(ctx, n, event)
}

func (f *function) String() string { return fmt.Sprint(f.batches) }

type steps struct {
	mu  sync.Mutex
	all []trail.Step
}

func (s *steps) Record(step trail.Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, step)
}

// fixture is a queue, a function and the mapping between them.
type fixture struct {
	*queue.Service
	f    *function
	seen *steps
	stop func()
}

func start(t *testing.T, path string, f *function, c Config) *fixture {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	w := &fixture{f: f, seen: &steps{}}
	w.Service, err = queue.New(db, "", []queue.Config{
		{Name: "Record", VisibilityTimeout: time.Minute, DeadLetterARN: queue.ARN("RecordDeadLetters"), MaxReceiveCount: 3},
		{Name: "RecordDeadLetters"},
	}, w.seen)
	if err != nil {
		t.Fatal(err)
	}
	c.QueueARN, c.Function = queue.ARN("Record"), "record"
	m, err := New(c, w.Service, f, w.seen, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = m.Run(ctx) }()
	w.stop = sync.OnceFunc(func() { cancel(); <-ended; w.Close(); _ = db.Close() })
	return w
}

func (w *fixture) send(t *testing.T, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		if err := w.Enqueue(t.Context(), queue.ARN("Record"), body, nil, "Root=1-00000000-"+body); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *fixture) counts(name string) queue.Counts {
	for _, q := range w.Queues() {
		if q.Name == name {
			return q.Counts
		}
	}
	return queue.Counts{}
}

func inBubble(t *testing.T, f *function, c Config, test func(t *testing.T, w *fixture)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "queues")
	synctest.Test(t, func(t *testing.T) {
		w := start(t, path, f, c)
		defer w.stop()
		synctest.Wait()
		test(t, w)
	})
}

func failures(ids ...string) aws.Invocation {
	var response events.SQSEventResponse
	for _, id := range ids {
		response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: id})
	}
	payload, _ := json.Marshal(response)
	return aws.Invocation{Payload: payload}
}

func TestProcessedMessagesAreDeletedAndFailedOnesReturn(t *testing.T) {
	f := &function{do: func(_ context.Context, n int, event events.SQSEvent) (aws.Invocation, error) {
		for _, r := range event.Records {
			if r.Body == "b" && n == 1 {
				return failures(r.MessageId), nil
			}
		}
		return failures(), nil
	}}
	// With the batching window, the three messages form one batch.
	inBubble(t, f, Config{ReportFailures: true, Window: time.Second, MaxConcurrency: 1}, func(t *testing.T, w *fixture) {
		w.send(t, "a", "b", "c")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if got := f.String(); got != "[[a b c] [b]]" {
			t.Errorf("batches = %s, want all three and then b alone", got)
		}
		if got := w.counts("Record"); got != (queue.Counts{}) {
			t.Errorf("left = %+v, want nothing", got)
		}
	})
}

func TestMessageThatAlwaysFailsGoesToTheDeadLetterQueue(t *testing.T) {
	f := &function{do: func(context.Context, int, events.SQSEvent) (aws.Invocation, error) {
		return aws.Invocation{Failure: "Unhandled"}, nil
	}}
	inBubble(t, f, Config{}, func(t *testing.T, w *fixture) {
		w.send(t, "poison")
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(f.batches) != 3 || w.counts("RecordDeadLetters").Visible != 1 || w.counts("Record") != (queue.Counts{}) {
			t.Errorf("calls = %s, queues = %+v, want three calls and a dead letter", f, w.Queues())
		}
	})
}

func TestConcurrentCallsAreLimited(t *testing.T) {
	f := &function{do: func(context.Context, int, events.SQSEvent) (aws.Invocation, error) {
		time.Sleep(time.Second)
		return aws.Invocation{}, nil
	}}
	inBubble(t, f, Config{BatchSize: 1, MaxConcurrency: 3}, func(t *testing.T, w *fixture) {
		for i := range 9 {
			w.send(t, fmt.Sprint(i))
		}
		time.Sleep(4 * time.Second)
		synctest.Wait()
		if f.busiest != 3 || len(f.batches) != 9 {
			t.Errorf("%d calls, at most %d at a time, want 9 and 3", len(f.batches), f.busiest)
		}
	})
}

func TestWorkerPausesIfTheFunctionCannotBeCalled(t *testing.T) {
	f := &function{do: func(context.Context, int, events.SQSEvent) (aws.Invocation, error) {
		return aws.Invocation{}, errors.New("throttled")
	}}
	inBubble(t, f, Config{BatchSize: 1, MaxConcurrency: 1}, func(t *testing.T, w *fixture) {
		w.send(t, "a", "b", "c", "d", "e")
		time.Sleep(2500 * time.Millisecond)
		synctest.Wait()
		if len(f.batches) != 3 {
			t.Errorf("calls in 2.5s = %d, want 3: one, and one after each pause", len(f.batches))
		}
	})
}

func TestBatchOfSeveralMessagesHasANewTrace(t *testing.T) {
	f := &function{}
	inBubble(t, f, Config{Window: time.Second, MaxConcurrency: 1}, func(t *testing.T, w *fixture) {
		w.send(t, "a")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := f.traces[0]; got != "Root=1-00000000-a" {
			t.Errorf("trace of one message = %s, want its own", got)
		}
		w.send(t, "b", "c")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		step := w.seen.all[slices.IndexFunc(w.seen.all, func(s trail.Step) bool { return len(s.Children) > 0 })]
		if want := []string{"1-00000000-b", "1-00000000-c"}; !slices.Equal(step.Children, want) || step.Trace != aws.Root(f.traces[1]) || step.Trace == "1-00000000-b" {
			t.Errorf("step = %+v, want a new trace with the children %v", step, want)
		}
	})
}

func TestStopWaitsForACallAndCancelsItAfterStopTimeout(t *testing.T) {
	for _, c := range []struct {
		name string
		took time.Duration
		left queue.Counts
	}{
		{"short call", 2 * time.Second, queue.Counts{}},
		{"long call", time.Hour, queue.Counts{Visible: 1}},
	} {
		f := &function{do: func(ctx context.Context, _ int, _ events.SQSEvent) (aws.Invocation, error) {
			select {
			case <-time.After(c.took):
				return aws.Invocation{}, nil
			case <-ctx.Done():
				return aws.Invocation{}, ctx.Err()
			}
		}}
		inBubble(t, f, Config{}, func(t *testing.T, w *fixture) {
			w.send(t, "a")
			synctest.Wait()
			begin := time.Now()
			var left queue.Counts
			w.stop()
			left = w.counts("Record")
			if took := time.Since(begin); took > StopTimeout || left != c.left {
				t.Errorf("%s: stopped after %v with %+v left, want at most %v and %+v", c.name, took, left, StopTimeout, c.left)
			}
		})
	}
}

func TestEventHasTheFormatOfLambda(t *testing.T) {
	value := "v"
	payload, err := eventOf(queue.ARN("Record"), []queue.Message{{
		ID: "m", Handle: "h", Body: "Hello", Trace: "Root=1-a-b", Sender: "S", Received: 2,
		Sent: time.UnixMilli(1523232000000), First: time.UnixMilli(1523232000001),
		Attributes: map[string]queue.Attribute{"Text": {DataType: "String", StringValue: &value}, "Bytes": {DataType: "Binary", BinaryValue: []byte{1}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	// As in https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
	want := `{"Records":[{"messageId":"m","receiptHandle":"h","body":"Hello","md5OfBody":"8b1a9953c4611296a827abf8c47804d7",` +
		`"md5OfMessageAttributes":"DIGEST","attributes":{"AWSTraceHeader":"Root=1-a-b","ApproximateFirstReceiveTimestamp":"1523232000001",` +
		`"ApproximateReceiveCount":"2","SenderId":"S","SentTimestamp":"1523232000000"},"messageAttributes":{` +
		`"Bytes":{"binaryValue":"AQ==","stringListValues":[],"binaryListValues":[],"dataType":"Binary"},` +
		`"Text":{"stringValue":"v","stringListValues":[],"binaryListValues":[],"dataType":"String"}},` +
		`"eventSourceARN":"arn:aws:sqs:us-east-1:000000000000:Record","eventSource":"aws:sqs","awsRegion":"us-east-1"}]}`
	var event events.SQSEvent
	if err := json.Unmarshal(payload, &event); err != nil {
		t.Fatal(err)
	}
	want = strings.Replace(want, "DIGEST", event.Records[0].Md5OfMessageAttributes, 1)
	if string(payload) != want {
		t.Errorf("event = %s\nwant    %s", payload, want)
	}
}

func TestNewListsAllFaults(t *testing.T) {
	_, err := New(Config{QueueARN: "arn:aws:sns:x", BatchSize: 100, MaxConcurrency: 2000}, nil, nil, nil, nil)
	for _, want := range []string{"not the ARN of a queue", "no function", "batch size 100 needs", "maximum concurrency 2000"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New = %v, want %s in it", err, want)
		}
	}
}

// TestIdleMappingCallsWithin20ms checks the promise of the local cloud: an idle
// mapping calls its function within 20 ms of the send, in real time. It checks
// the median, because other work can slow down the machine.
func TestIdleMappingCallsWithin20ms(t *testing.T) {
	f := &function{called: make(chan time.Time, 1)}
	w := start(t, filepath.Join(t.TempDir(), "queues"), f, Config{})
	defer w.stop()
	var took []time.Duration
	for range 21 {
		sent := time.Now()
		w.send(t, "a")
		select {
		case called := <-f.called:
			took = append(took, called.Sub(sent))
		case <-time.After(10 * time.Second):
			t.Fatal("the function was not called within 10s")
		}
	}
	slices.Sort(took)
	t.Logf("from send to call: median %v, longest %v", took[10], took[20])
	if took[10] > 20*time.Millisecond {
		t.Errorf("median from send to call = %v, want under 20ms", took[10])
	}
}
