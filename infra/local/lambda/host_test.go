package lambda_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/lambda"
)

var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "lambda-test")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "bootstrap")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", binary, "./testdata/function")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, out))
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// cloud is a host with one function "F" (ID "Fixture"), its log and its queue.
type cloud struct {
	*lambda.Host
	dir   string
	log   *safeBuffer
	queue *fakeQueue
	db    *bbolt.DB
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// fakeQueue passes the messages that are sent to it to the test.
type fakeQueue struct{ got chan string }

func (q *fakeQueue) Enqueue(_ context.Context, arn, body string, attributes map[string]string, _ string) error {
	q.got <- fmt.Sprintf("%s %s %v", arn, body, attributes)
	return nil
}

func start(t *testing.T, change func(*lambda.Config, *lambda.Options)) *cloud {
	t.Helper()
	c := &cloud{dir: t.TempDir(), log: &safeBuffer{}, queue: &fakeQueue{got: make(chan string, 10)}}
	db, err := bbolt.Open(filepath.Join(c.dir, "cloud.db"), 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	c.db = db
	config := lambda.Config{
		ID: "Fixture", Name: "F", ARN: "arn:aws:lambda:us-east-1:000000000000:function:F", Binary: binary,
		Handler: "bootstrap", Timeout: 10 * time.Second, MemoryMB: 256, Reserved: -1, LogFormat: "JSON",
		Retries: 2, MaxAge: time.Hour, URL: true,
		Env: map[string]string{"TENANT": "shop", "GATE": filepath.Join(c.dir, "gate")},
	}
	options := lambda.Options{
		Endpoint: "http://127.0.0.1:1", LogDir: filepath.Join(c.dir, "log"), Queue: c.queue,
		Log: slog.New(slog.NewTextHandler(c.log, nil)), RetryAfter: func(int) time.Duration { return 0 },
	}
	if change != nil {
		change(&config, &options)
	}
	if c.Host, err = lambda.New(db, []lambda.Config{config}, options); err != nil {
		t.Fatal(err)
	}
	c.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		c.Close(ctx)
		db.Close()
	})
	return c
}

func (c *cloud) call(t *testing.T, event string) (aws.Invocation, map[string]any) {
	t.Helper()
	got, err := c.Invoke(t.Context(), "F", []byte(event), "")
	if err != nil {
		t.Fatalf("Invoke(%s) failed: %v", event, err)
	}
	var answer map[string]any
	_ = json.Unmarshal(got.Payload, &answer)
	return got, answer
}

func (c *cloud) openGate(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, "gate"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// waitUntil waits until the condition holds, and fails the test after 5 s.
func waitUntil(t *testing.T, condition string, holds func() bool) {
	t.Helper()
	tick, limit := time.NewTicker(time.Millisecond), time.After(5*time.Second)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("after 5 s still waiting until %s", condition)
		}
	}
}

func TestWarmProcessIsUsedAgain(t *testing.T) {
	c := start(t, nil)
	first, one := c.call(t, `{"do":"work"}`)
	second, two := c.call(t, `{"do":"work"}`)
	if !first.Cold || second.Cold {
		t.Errorf("cold = %t, then %t, want true, then false", first.Cold, second.Cold)
	}
	if one["pid"] != two["pid"] || two["calls"] != 2.0 {
		t.Errorf("second call = process %v, call %v, want process %v, call 2", two["pid"], two["calls"], one["pid"])
	}
	if one["request"] != first.RequestID || one["arn"] != "arn:aws:lambda:us-east-1:000000000000:function:F" {
		t.Errorf("the function saw request %v of %v, want %s", one["request"], one["arn"], first.RequestID)
	}
	if left := one["left"].(float64); left < 8 || left > 10 {
		t.Errorf("time left = %v s, want the timeout of 10 s", left)
	}
	status := c.Functions()[0]
	if status.Cold.Count != 1 || status.Warm.Count != 1 || status.Processes != 1 || status.Idle != 1 {
		t.Errorf("Functions() = %+v, want one cold and one warm call of one process", status)
	}
}

func TestEnvironmentHasNothingOfTheUser(t *testing.T) {
	t.Setenv("AWS_PROFILE", "work")
	t.Setenv("AWS_SESSION_TOKEN", "of-the-user")
	c := start(t, func(_ *lambda.Config, o *lambda.Options) { o.DynamoDB = "http://127.0.0.1:2" })
	_, answer := c.call(t, `{"do":"work"}`)
	all := fmt.Sprint(answer["env"])
	for _, want := range []string{
		"TENANT=shop", "AWS_REGION=us-east-1", "AWS_LAMBDA_FUNCTION_NAME=F", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
		"AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:2", "AWS_LAMBDA_LOG_FORMAT=JSON", "_HANDLER=bootstrap",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("environment lacks %s: %s", want, all)
		}
	}
	for _, leak := range []string{"AWS_PROFILE", "AWS_SESSION_TOKEN", "HOME="} {
		if strings.Contains(all, leak) {
			t.Errorf("environment has %s of the user", leak)
		}
	}
}

func TestTraceReachesTheFunction(t *testing.T) {
	c := start(t, nil)
	got, err := c.Invoke(t.Context(), "F", []byte(`{}`), "1-67891233-abcdef012345678912345678")
	if err != nil || !strings.Contains(string(got.Payload), `"trace":"Root=1-67891233-abcdef012345678912345678"`) {
		t.Errorf("Invoke = %s, %v, want the trace in it", got.Payload, err)
	}
}

func TestInvokeReturnsTheFunctionsAnswerOrFailure(t *testing.T) {
	tests := map[string]struct {
		event, failure string
		answer, log    string // parts of the answer and of the tail of the log
		reused         bool   // the next call runs in the same process
	}{
		"it answers":              {`{"do":"work"}`, "", `"calls"`, "", true},
		"it returns an error":     {`{"do":"fail"}`, "Handled", "no such customer", "", true},
		"it panics":               {`{"do":"panic"}`, "Handled", "out of cheese", "", false},
		"it crashes":              {`{"do":"crash"}`, "Unhandled", "Runtime exited with error: exit status 3", "about to crash", false},
		"it exceeds its timeout":  {`{"do":"sleep"}`, "TimedOut", "Task timed out after 1.00 seconds", "sleeping", false},
		"its answer is too large": {`{"do":"large"}`, "Handled", "exceeded maximum allowed payload size", "", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t, func(f *lambda.Config, _ *lambda.Options) { f.Timeout = time.Second })
			_, before := c.call(t, `{"do":"work"}`)
			got, _ := c.call(t, test.event)
			if got.Failure != test.failure || !strings.Contains(string(got.Payload), test.answer) || !strings.Contains(string(got.Log), test.log) {
				t.Errorf("Invoke(%s) = %q %.200s, log %q, want %q with %q, log with %q", test.event, got.Failure, got.Payload, got.Log, test.failure, test.answer, test.log)
			}
			if got.Failure == "TimedOut" && (got.Took < time.Second || got.Took > 3*time.Second) {
				t.Errorf("killed after %v, want 1 s", got.Took)
			}
			_, after := c.call(t, `{"do":"work"}`)
			if test.reused && before["pid"] != after["pid"] {
				t.Errorf("next call ran in process %v, want the same process %v", after["pid"], before["pid"])
			}
			if after["calls"] == nil {
				t.Errorf("next call = %v, want it to succeed", after)
			}
		})
	}
}

func TestFailedStartIsLoggedOnce(t *testing.T) {
	c := start(t, func(f *lambda.Config, _ *lambda.Options) { f.Env["INIT"] = "exit" })
	for range 3 {
		got, _ := c.call(t, `{}`)
		if got.Failure != "Unhandled" || !strings.Contains(string(got.Payload), "exit status 1") {
			t.Errorf("Invoke = %q %s, want Unhandled, exit status 1", got.Failure, got.Payload)
		}
	}
	log := c.log.String()
	if strings.Count(log, "function cannot start") != 1 || !strings.Contains(log, "the setting TENANT is missing") {
		t.Errorf("log = %s, want one line with the function's output", log)
	}
}

func TestMissingBinaryFailsTheCall(t *testing.T) {
	c := start(t, func(f *lambda.Config, _ *lambda.Options) { f.Binary = "/nowhere/bootstrap" })
	if got, _ := c.call(t, `{}`); got.Failure != "Unhandled" || !strings.Contains(string(got.Payload), "no such file") {
		t.Errorf("Invoke = %q %s, want Unhandled, no such file", got.Failure, got.Payload)
	}
}

func TestConcurrentCallsRunInDifferentProcesses(t *testing.T) {
	c := start(t, nil)
	const calls = 3
	pids := make(chan any, calls)
	var all sync.WaitGroup
	for range calls {
		all.Go(func() {
			_, answer := c.call(t, `{"do":"wait"}`)
			pids <- answer["pid"]
		})
	}
	waitUntil(t, "each call runs in a process of its own", func() bool { return c.Functions()[0].Processes == calls })
	c.openGate(t)
	all.Wait()
	seen := map[any]bool{}
	for range calls {
		seen[<-pids] = true
	}
	if len(seen) != calls {
		t.Errorf("%d concurrent calls ran in %d processes, want one process each", calls, len(seen))
	}
}

func TestReservedConcurrencyThrottles(t *testing.T) {
	c := start(t, func(f *lambda.Config, _ *lambda.Options) { f.Reserved = 1 })
	var first sync.WaitGroup
	first.Go(func() { c.call(t, `{"do":"wait"}`) })
	waitUntil(t, "the first call runs", func() bool { return c.Functions()[0].Busy > 0 })
	if _, err := c.Invoke(t.Context(), "F", nil, ""); !errors.Is(err, aws.ErrThrottled) {
		t.Errorf("second concurrent call: %v, want %v", err, aws.ErrThrottled)
	}
	c.openGate(t)
	first.Wait()
}

func TestCallsBeyondMaxProcessesWait(t *testing.T) {
	c := start(t, func(_ *lambda.Config, o *lambda.Options) { o.MaxProcesses = 1 })
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if got, _ := c.call(t, `{"do":"wait"}`); got.Failure != "" {
				t.Errorf("Invoke = %q %s, want it to wait and succeed", got.Failure, got.Payload)
			}
		})
	}
	c.openGate(t)
	all.Wait()
	if status := c.Functions()[0]; status.Processes != 1 || status.Cold.Count != 1 {
		t.Errorf("Functions() = %+v, want one process", status)
	}
}

func TestIdleProcessesAreEnded(t *testing.T) {
	c := start(t, func(_ *lambda.Config, o *lambda.Options) { o.IdleFor = 20 * time.Millisecond })
	c.call(t, `{}`)
	waitUntil(t, "the idle process is ended", func() bool { return c.Functions()[0].Processes == 0 })
	if got, _ := c.call(t, `{}`); got.Failure != "" || !got.Cold {
		t.Errorf("call after that = %+v, want a cold one", got)
	}
}

func TestWarmProcessThatDiedIsReplaced(t *testing.T) {
	c := start(t, nil)
	_, answer := c.call(t, `{}`)
	process, err := os.FindProcess(int(answer["pid"].(float64)))
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the process has ended", func() bool { return process.Signal(nilSignal) != nil })
	got, _ := c.call(t, `{}`)
	if got.Failure != "" || !got.Cold {
		t.Errorf("call after the process died = %q %s, want a new process", got.Failure, got.Payload)
	}
}

func TestKillEndsTheChosenProcess(t *testing.T) {
	c := start(t, nil)
	if _, ok := c.Kill(func([]lambda.Victim) int { return 0 }); ok {
		t.Error("Kill without processes returned true, want false")
	}
	_, answer := c.call(t, `{}`)
	process, err := os.FindProcess(int(answer["pid"].(float64)))
	if err != nil {
		t.Fatal(err)
	}
	choose := func(busy bool) func([]lambda.Victim) int {
		return func(all []lambda.Victim) int {
			if len(all) != 1 || all[0] != (lambda.Victim{Function: "F", Busy: busy}) {
				t.Errorf("Kill chooses among %+v, want one process of F, busy: %v", all, busy)
			}
			return 0
		}
	}
	if _, ok := c.Kill(choose(false)); !ok {
		t.Error("Kill killed nothing, want the idle process")
	}
	waitUntil(t, "the process has ended", func() bool { return process.Signal(nilSignal) != nil })
	var running sync.WaitGroup
	running.Go(func() {
		if got, _ := c.call(t, `{"do":"sleep"}`); got.Failure != "Unhandled" || !got.Cold {
			t.Errorf("a call whose process is killed = %+v, want a failure, in a new process", got)
		}
	})
	waitUntil(t, "the function sleeps", func() bool {
		text, _ := os.ReadFile(filepath.Join(c.dir, "log", "Fixture.log"))
		return strings.Contains(string(text), "sleeping")
	})
	if v, ok := c.Kill(choose(true)); !ok || !v.Busy {
		t.Errorf("Kill = %+v, %v, want the busy process", v, ok)
	}
	running.Wait()
}

// As on Lambda, background work of a function must not run after its answer. If
// it did, a function could come to depend on it.
func TestIdleProcessIsFrozen(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	c := start(t, nil)
	_, answer := c.call(t, `{}`)
	waitUntil(t, "the process is stopped", func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%v/stat", answer["pid"]))
		return err == nil && strings.Contains(string(status), ") T ")
	})
	if _, again := c.call(t, `{}`); again["pid"] != answer["pid"] || again["calls"] != 2.0 {
		t.Errorf("the next call ran in process %v, call %v, want the thawed one", again["pid"], again["calls"])
	}
}

func TestCloseEndsProcesses(t *testing.T) {
	c := start(t, nil)
	_, answer := c.call(t, `{}`)
	c.Close(t.Context())
	process, _ := os.FindProcess(int(answer["pid"].(float64)))
	if process.Signal(nilSignal) == nil {
		t.Errorf("process %v still runs after Close", answer["pid"])
	}
	if _, err := c.Invoke(t.Context(), "F", nil, ""); !errors.Is(err, aws.ErrStopping) {
		t.Errorf("Invoke after Close: %v, want %v", err, aws.ErrStopping)
	}
}

func TestInvokeAPI(t *testing.T) {
	c := start(t, nil)
	server := httptest.NewServer(c.Host)
	defer server.Close()
	post := func(function, event string, header ...string) (*http.Response, string) {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+lambda.APIPrefix+function+"/invocations", strings.NewReader(event))
		for i := 0; i < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		return response, string(body)
	}
	tests := map[string]struct {
		function, event string
		header          []string
		status          int
		failure, body   string // X-Amz-Function-Error; a part of the body
	}{
		"by name":               {"F", `{}`, nil, 200, "", "calls"},
		"by ARN":                {"arn:aws:lambda:us-east-1:000000000000:function:F", `{}`, nil, 200, "", "calls"},
		"by ID":                 {"Fixture", `{}`, nil, 200, "", "calls"},
		"the function fails":    {"F", `{"do":"fail"}`, nil, 200, "Unhandled", "no such customer"},
		"no such function":      {"G", `{}`, nil, 404, "", "Function not found: G"},
		"the event is not JSON": {"F", `{`, nil, 400, "", "is not JSON"},
		"a dry run":             {"F", `{}`, []string{"X-Amz-Invocation-Type", "DryRun"}, 204, "", ""},
		"an unknown kind":       {"F", `{}`, []string{"X-Amz-Invocation-Type", "Later"}, 400, "", "not Later"},
		"an asynchronous call":  {"F", `{}`, []string{"X-Amz-Invocation-Type", "Event"}, 202, "", ""},
		"an event above 1 MB":   {"F", `"` + strings.Repeat("x", 1<<20) + `"`, []string{"X-Amz-Invocation-Type", "Event"}, 413, "", "must be smaller"},
	}
	for name, test := range tests {
		response, body := post(test.function, test.event, test.header...)
		if response.StatusCode != test.status || response.Header.Get("X-Amz-Function-Error") != test.failure || !strings.Contains(body, test.body) {
			t.Errorf("%s: %d %q %.200s, want %d %q with %q", name, response.StatusCode, response.Header.Get("X-Amz-Function-Error"), body, test.status, test.failure, test.body)
		}
	}
	response, _ := post("F", `{"do":"work"}`, "X-Amz-Log-Type", "Tail")
	if tail, _ := base64.StdEncoding.DecodeString(response.Header.Get("X-Amz-Log-Result")); string(tail) != "did work\n" {
		t.Errorf("LogType Tail returned %q, want the function's output", tail)
	}
	list, err := http.Get(server.URL + lambda.APIPrefix)
	if err != nil {
		t.Fatal(err)
	}
	defer list.Body.Close()
	if body, _ := io.ReadAll(list.Body); !bytes.Contains(body, []byte(`"FunctionName":"F"`)) {
		t.Errorf("ListFunctions = %s, want F", body)
	}
}

func TestEventIsRetriedAndThenSentToTheDestination(t *testing.T) {
	c := start(t, func(f *lambda.Config, _ *lambda.Options) {
		f.OnFailure = "arn:aws:sqs:us-east-1:000000000000:Failed"
	})
	invokeEvent(t, c, `{"do":"fail"}`)
	got := <-c.queue.got
	for _, want := range []string{"Failed", `"approximateInvokeCount":3`, `"condition":"RetriesExhausted"`, `"requestPayload":{"do":"fail"}`, "no such customer"} {
		if !strings.Contains(got, want) {
			t.Errorf("destination got %s, want %s in it", got, want)
		}
	}
	if failed := c.Functions()[0].Failed; failed != 3 {
		t.Errorf("attempts = %d, want 3", failed)
	}
}

func TestDeadLetterQueueReceivesTheEventAlone(t *testing.T) {
	c := start(t, func(f *lambda.Config, _ *lambda.Options) {
		f.OnFailure, f.DeadLetters, f.Retries = "arn:aws:sqs:us-east-1:000000000000:Dead", true, 0
	})
	invokeEvent(t, c, `{"do":"fail"}`)
	if got := <-c.queue.got; !strings.Contains(got, `Dead {"do":"fail"} map[ErrorMessage:`) {
		t.Errorf("dead-letter queue got %s", got)
	}
}

// An event that was accepted with status 202 must be handled after a restart.
func TestEventsSurviveARestart(t *testing.T) {
	c := start(t, func(f *lambda.Config, o *lambda.Options) {
		f.MaxAge = 3 * time.Hour
		o.RetryAfter = func(int) time.Duration { return time.Hour } // the first host never makes a second attempt
	})
	invokeEvent(t, c, `{"do":"fail"}`)
	waitUntil(t, "the first attempt failed", func() bool { return c.Functions()[0].Failed > 0 })
	c.Close(t.Context())

	queue := &fakeQueue{got: make(chan string, 1)}
	next, err := lambda.New(c.db, []lambda.Config{{
		ID: "Fixture", Name: "F", ARN: "arn", Binary: binary, Timeout: 5 * time.Second, Reserved: -1,
		OnFailure: "arn:aws:sqs:us-east-1:000000000000:Failed",
	}}, lambda.Options{
		LogDir: filepath.Join(c.dir, "log"), Queue: queue, Log: slog.New(slog.DiscardHandler),
		RetryAfter: func(int) time.Duration { return 0 },
		Now:        func() time.Time { return time.Now().Add(2 * time.Hour) },
	})
	if err != nil {
		t.Fatal(err)
	}
	next.Start()
	defer next.Close(t.Context())
	if got := <-queue.got; !strings.Contains(got, `"requestPayload":{"do":"fail"}`) {
		t.Errorf("after the restart the destination got %s", got)
	}
}

func invokeEvent(t *testing.T, c *cloud, event string) {
	t.Helper()
	request := httptest.NewRequest(http.MethodPost, lambda.APIPrefix+"F/invocations", strings.NewReader(event))
	request.Header.Set("X-Amz-Invocation-Type", "Event")
	response := httptest.NewRecorder()
	c.ServeHTTP(response, request)
	if response.Code != http.StatusAccepted {
		t.Fatalf("Invoke(Event) = %d %s", response.Code, response.Body)
	}
}
