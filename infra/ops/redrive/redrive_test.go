package main

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/queue"
	"regulars/infra/local/trail"
)

type silent struct{}

func (silent) Record(trail.Step) {}

// cloud returns the local cloud's SQS with these queues and their dead-letter
// queues, and its endpoint.
func cloud(t *testing.T, names ...string) (*queue.Service, string) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "queues"), 0o600, &bbolt.Options{NoSync: true, NoFreelistSync: true, Timeout: time.Second})
	must(t, err)
	configs := []queue.Config{{Name: "Unrelated"}}
	for _, name := range names {
		dead := strings.Replace(name, "Queue", "DeadLetters", 1)
		configs = append(configs, queue.Config{Name: dead}, queue.Config{Name: name, DeadLetterARN: queue.ARN(dead), MaxReceiveCount: 1})
	}
	s, err := queue.New(db, "http://127.0.0.1:4566", configs, silent{})
	must(t, err)
	web := httptest.NewServer(s)
	t.Cleanup(func() { web.Close(); s.Close(); _ = db.Close() })
	return s, web.URL
}

// do runs the command against an endpoint and returns what it prints.
func do(t *testing.T, endpoint string, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := run(ctx, args, func(name string) string { return map[string]string{"AWS_ENDPOINT_URL": endpoint}[name] }, &out)
	return out.String(), err
}

// refuse puts a message on the dead-letter queue, as a function does.
func refuse(t *testing.T, s *queue.Service, dead, body string, attributes map[string]string) {
	t.Helper()
	must(t, s.Enqueue(t.Context(), queue.ARN(dead), body, attributes, ""))
}

func waiting(t *testing.T, s *queue.Service, name string) (bodies []string) {
	t.Helper()
	for {
		more, err := s.Receive(t.Context(), name, 10, 10*time.Millisecond, nil) // a timeout of 0 can last into the next millisecond
		must(t, err)
		if len(more) == 0 {
			return bodies
		}
		for _, m := range more {
			bodies = append(bodies, m.Body)
		}
	}
}

func TestMoveReturnsDeadLettersToTheirQueue(t *testing.T) {
	s, endpoint := cloud(t, "RecordQueue", "SendQueue")
	for range 23 { // as if a function put them there: SQS does not know their source queue
		refuse(t, s, "RecordDeadLetters", "order", nil)
	}
	refuse(t, s, "SendDeadLetters", "intent", nil)
	out, err := do(t, endpoint, "record") // case does not matter
	must(t, err)
	if !strings.HasSuffix(out, "moved 23 messages from RecordDeadLetters to RecordQueue\n") {
		t.Errorf("the output is %q", out)
	}
	if got := waiting(t, s, "RecordQueue"); len(got) != 23 || got[0] != "order" {
		t.Errorf("%d messages are on the queue, want the 23 dead letters", len(got))
	}
	if got := len(waiting(t, s, "SendDeadLetters")); got != 1 {
		t.Errorf("the other queue has %d dead letters, want 1", got)
	}
	out, err = do(t, endpoint, "Record")
	must(t, err)
	if out != "moved 0 messages from RecordDeadLetters to RecordQueue\n" {
		t.Errorf("without dead letters the output is %q", out)
	}
}

func TestMoveReportsMessagesThatAnotherConsumerHolds(t *testing.T) {
	s, endpoint := cloud(t, "RecordQueue")
	refuse(t, s, "RecordDeadLetters", "a", nil)
	refuse(t, s, "RecordDeadLetters", "b", nil)
	if _, err := s.Receive(t.Context(), "RecordDeadLetters", 1, 0, nil); err != nil {
		t.Fatal(err)
	}
	out, err := do(t, endpoint, "Record")
	must(t, err)
	if !strings.Contains(out, "moved 1 message from") || !strings.Contains(out, "1 message not moved") {
		t.Errorf("the output is %q, want the moved and the not moved messages", out)
	}
}

func TestListShowsTheFaultsOfTheNewestDeadLetters(t *testing.T) {
	s, endpoint := cloud(t, "RecordQueue", "SendQueue")
	for n, at := range []string{"2026-11-22T12:00:00Z", "2026-11-22T12:04:00Z", "2026-11-22T12:01:00Z", "2026-11-22T12:03:00Z"} {
		refuse(t, s, "RecordDeadLetters", `{"email":"ann@example.com"}`, map[string]string{
			"Refused": at, "Faults": `[{"path":"/detail/total","fault":"is missing"},{"path":"","fault":"fault ` + string(rune('a'+n)) + `"}]`,
		})
	}
	out, err := do(t, endpoint, "-list")
	must(t, err)
	for _, want := range []string{"RecordDeadLetters: 4 messages\n  22 Nov 12:04:00  ", "\n    /detail/total is missing\n    fault b\n  22 Nov 12:03:00  ", "fault c", "SendDeadLetters: 0 messages\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("-list does not print %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "fault a") || strings.Contains(out, "ann@") {
		t.Errorf("-list shows the oldest, or a customer's address:\n%s", out)
	}
	if got := len(waiting(t, s, "RecordDeadLetters")); got != 4 {
		t.Errorf("%d dead letters can be received after -list, want all 4: -list must not remove any", got)
	}
}

func TestListShowsMessagesThatFailedTooOften(t *testing.T) {
	s, endpoint := cloud(t, "RecordQueue")
	must(t, s.Enqueue(t.Context(), queue.ARN("RecordQueue"), "order", nil, ""))
	now := time.Duration(0)
	for range 2 { // the first attempt fails; the second makes it a dead letter
		_, err := s.Receive(t.Context(), "RecordQueue", 1, 0, &now)
		must(t, err)
	}
	out, err := do(t, endpoint, "-list")
	must(t, err)
	if !strings.Contains(out, "RecordDeadLetters: 1 message\n") || !strings.Contains(out, "given up after several attempts") {
		t.Errorf("-list prints %q", out)
	}
}

func TestWrongArgumentsAreExplained(t *testing.T) {
	_, endpoint := cloud(t, "RecordQueue", "SendQueue")
	_, empty := cloud(t)
	for phrase, c := range map[string]struct {
		endpoint string
		args     []string
		want     string
	}{
		"no queue":         {endpoint, nil, "name the queue"},
		"two queues":       {endpoint, []string{"Record", "Send"}, "one queue at a time, not 2"},
		"a list of one":    {endpoint, []string{"-list", "Record"}, "do not name one"},
		"an unknown queue": {endpoint, []string{"Reccord"}, `there is no queue "Reccord" with dead letters; there is Record, Send`},
		"another cloud":    {empty, []string{"Record"}, "check the account, region and stack"},
		"no local cloud":   {"http://127.0.0.1:1", []string{"Record"}, "nothing answers at http://127.0.0.1:1: start the local cloud with make run"},
	} {
		_, err := do(t, c.endpoint, c.args...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", phrase, err, c.want)
		}
	}
}

// CloudFormation adds the stack's name and a suffix to the names of queues.
func TestMoveFindsTheQueuesOfAStack(t *testing.T) {
	s, endpoint := cloud(t, "shop-RecordQueue-1A2B3C4D5E6F", "shop-2-RecordQueue-XYZ")
	refuse(t, s, "shop-RecordDeadLetters-1A2B3C4D5E6F", "order", nil)
	d, _, err := connect(t.Context(), options{}, func(string) string { return endpoint })
	must(t, err)
	d.naming = deployed("shop")
	var out strings.Builder
	must(t, d.move(t.Context(), "Record", &out))
	if want := "moved 1 message from shop-RecordDeadLetters-1A2B3C4D5E6F to shop-RecordQueue-1A2B3C4D5E6F\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("the output is %q, want %q", out.String(), want)
	}
	if all, err := d.pairs(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("pairs = %+v, %v, want the one of the stack", all, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
