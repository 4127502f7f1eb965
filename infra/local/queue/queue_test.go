package queue

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/trail"
)

// steps is a trail.Recorder that keeps all steps in memory.
type steps struct {
	mu  sync.Mutex
	all []trail.Step
}

func (s *steps) Record(step trail.Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, step)
}

func (s *steps) kinds() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var kinds []string
	for _, step := range s.all {
		kinds = append(kinds, step.Kind+" "+step.Name)
	}
	return strings.Join(kinds, ", ")
}

func openDB(t testing.TB, path string) *bbolt.DB {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, NoFreelistSync: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func open(t testing.TB, path string, recorder trail.Recorder, configs ...Config) (*Service, func()) {
	t.Helper()
	db := openDB(t, path)
	s, err := New(db, "http://127.0.0.1:4566", configs, recorder)
	if err != nil {
		t.Fatal(err)
	}
	return s, func() { s.Close(); _ = db.Close() }
}

// orders returns a queue and its dead-letter queue.
func orders() []Config {
	return []Config{
		{Name: "Orders", VisibilityTimeout: 30 * time.Second, DeadLetterARN: ARN("OrdersDeadLetters"), MaxReceiveCount: 3},
		{Name: "OrdersDeadLetters", Retention: 14 * 24 * time.Hour},
	}
}

func mustSend(t testing.TB, s *Service, queue, body string) string {
	t.Helper()
	id, err := s.Send(t.Context(), queue, Outgoing{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func mustReceive(t testing.TB, s *Service, queue string, wait time.Duration) []Message {
	t.Helper()
	messages, err := s.Receive(t.Context(), queue, 10, wait, nil)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

func bodies(messages []Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Body)
	}
	return strings.Join(all, " ")
}

// commits returns the number of transactions committed to the database so far.
func commits(t *testing.T, s *Service) (n int) {
	t.Helper()
	synctest.Wait() // until writer.later has written everything
	if err := s.db.View(func(tx *bbolt.Tx) error { n = tx.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// inBubble runs a test with synctest's fake clock, so waiting takes no real
// time.
func inBubble(t *testing.T, test func(t *testing.T, s *Service, seen *steps), configs ...Config) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "queues")
	synctest.Test(t, func(t *testing.T) {
		seen := &steps{}
		s, done := open(t, path, seen, configs...)
		defer done()
		test(t, s, seen)
	})
}

func TestMessageReturnsAfterItsVisibilityTimeoutIfNotDeleted(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Service, _ *steps) {
		mustSend(t, s, "Orders", "a")
		start := time.Now()
		first := mustReceive(t, s, "Orders", 0)
		if got := bodies(first); got != "a" {
			t.Fatalf("first receive = %q, want a", got)
		}
		if got := mustReceive(t, s, "Orders", 0); len(got) != 0 {
			t.Fatalf("receive while in flight = %v, want nothing", got)
		}
		again, err := s.Receive(t.Context(), "Orders", 1, 40*time.Second, nil)
		if err != nil || len(again) != 1 || again[0].Received != 2 {
			t.Fatalf("second receive = %+v, %v, want the message with a count of 2", again, err)
		}
		if waited := time.Since(start); waited < 30*time.Second || waited > 31*time.Second {
			t.Errorf("visible again after %v, want 30s", waited)
		}
		// The handle of the first receive is stale: Delete does nothing and succeeds.
		if err := s.Delete("Orders", first[0].Handle); err != nil {
			t.Errorf("Delete(stale handle) = %v, want no error", err)
		}
		if c := s.queues["Orders"].counts(time.Now()); c.InFlight != 1 {
			t.Errorf("in flight after a stale delete = %d, want 1", c.InFlight)
		}
		if err := s.Delete("Orders", again[0].Handle); err != nil {
			t.Errorf("Delete(latest handle) = %v", err)
		}
		if c := s.queues["Orders"].counts(time.Now()); c != (Counts{}) {
			t.Errorf("counts after the delete = %+v, want none", c)
		}
	}, orders()...)
}

func TestLatestHandleDeletesAMessageThatIsVisibleAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Service, _ *steps) {
		mustSend(t, s, "Orders", "a")
		m := mustReceive(t, s, "Orders", 0)[0]
		time.Sleep(31 * time.Second)
		if err := s.Delete("Orders", m.Handle); err != nil {
			t.Fatal(err)
		}
		if got := mustReceive(t, s, "Orders", 0); len(got) != 0 {
			t.Errorf("receive after delete = %v, want nothing", got)
		}
	}, orders()...)
}

func TestMessageReceivedTooOftenMovesToTheDeadLetterQueue(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Service, seen *steps) {
		id := mustSend(t, s, "Orders", "poison")
		for range 3 {
			if got := mustReceive(t, s, "Orders", 20*time.Second); len(got) != 1 {
				t.Fatalf("receive = %v, want the message", got)
			}
			time.Sleep(30 * time.Second)
		}
		if c := s.queues["OrdersDeadLetters"].counts(time.Now()); c.Visible != 0 {
			t.Fatalf("dead letters before the fourth receive = %d, want 0", c.Visible)
		}
		before := commits(t, s)
		if got := mustReceive(t, s, "Orders", 0); len(got) != 0 {
			t.Fatalf("fourth receive = %v, want nothing", got)
		}
		if n := commits(t, s) - before; n != 1 {
			t.Errorf("the move took %d transactions, want 1: a crash between two transactions would lose or duplicate the message", n)
		}
		dead := mustReceive(t, s, "OrdersDeadLetters", 0)
		if len(dead) != 1 || dead[0].ID != id || dead[0].Body != "poison" || dead[0].Source != ARN("Orders") {
			t.Fatalf("dead letters = %+v, want the unchanged message, from Orders", dead)
		}
		want := "queued Orders, received Orders, received Orders, received Orders, dead OrdersDeadLetters, received OrdersDeadLetters"
		if got := seen.kinds(); got != want {
			t.Errorf("trail = %s, want %s", got, want)
		}
	}, orders()...)
}

func TestDelayedMessageIsVisibleAfterItsDelay(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Service, _ *steps) {
		delay := 10 * time.Second
		if _, err := s.Send(t.Context(), "Orders", Outgoing{Body: "later", Delay: &delay}); err != nil {
			t.Fatal(err)
		}
		if c := s.queues["Orders"].counts(time.Now()); c.Delayed != 1 || c.Visible != 0 {
			t.Errorf("counts = %+v, want one delayed", c)
		}
		start := time.Now()
		if got := bodies(mustReceive(t, s, "Orders", 20*time.Second)); got != "later" || time.Since(start) != delay {
			t.Errorf("receive = %q after %v, want later after 10s", got, time.Since(start))
		}
	}, orders()...)
}

func TestLongPollReturnsAtOnceWhenAMessageArrives(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Service, _ *steps) {
		start := time.Now()
		go func() {
			time.Sleep(3 * time.Second)
			mustSend(t, s, "Orders", "a")
		}()
		if got := bodies(mustReceive(t, s, "Orders", 20*time.Second)); got != "a" || time.Since(start) != 3*time.Second {
			t.Errorf("receive = %q after %v, want a after 3s", got, time.Since(start))
		}
		start = time.Now()
		if got := mustReceive(t, s, "OrdersDeadLetters", 20*time.Second); len(got) != 0 || time.Since(start) != 20*time.Second {
			t.Errorf("receive of an empty queue = %v after %v, want nothing after 20s", got, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Receive(ctx, "Orders", 1, 20*time.Second, nil); err == nil {
			t.Error("receive with an ended context = no error, want that of the context")
		}
	}, orders()...)
}

func TestHideChangesWhenAMessageIsVisibleAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Service, _ *steps) {
		mustSend(t, s, "Orders", "a")
		m := mustReceive(t, s, "Orders", 0)[0]
		if err := s.Hide("Orders", m.Handle, 0); err != nil {
			t.Fatal(err)
		}
		again := mustReceive(t, s, "Orders", 0)
		if len(again) != 1 {
			t.Fatalf("receive after Hide(0) = %v, want the message", again)
		}
		if err := s.Hide("Orders", m.Handle, 0); asError(err).Query != "InvalidParameterValue" {
			t.Errorf("Hide(stale handle) = %v, want InvalidParameterValue", err)
		}
		time.Sleep(31 * time.Second)
		if err := s.Hide("Orders", again[0].Handle, 0); asError(err).Code != "MessageNotInflight" {
			t.Errorf("Hide(visible message) = %v, want MessageNotInflight", err)
		}
	}, orders()...)
}

func TestMessagePastItsRetentionIsNotReceived(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Service, _ *steps) {
		mustSend(t, s, "Orders", "a")
		time.Sleep(4*24*time.Hour + time.Second)
		if got := mustReceive(t, s, "Orders", 0); len(got) != 0 {
			t.Errorf("receive after the retention = %v, want nothing", got)
		}
	}, orders()...)
}

func TestRestartKeepsMessagesAndReceiveCounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queues")
	s, done := open(t, path, &steps{}, orders()...)
	for _, body := range []string{"a", "b", "c"} {
		mustSend(t, s, "Orders", body)
	}
	messages := mustReceive(t, s, "Orders", 0)
	if err := s.Delete("Orders", messages[1].Handle); err != nil {
		t.Fatal(err)
	}
	done()

	s, done = open(t, path, &steps{}, orders()...)
	defer done()
	again := mustReceive(t, s, "Orders", 0)
	if got := bodies(again); got != "a c" {
		t.Fatalf("received after the restart = %q, want the two undeleted messages at once: a c", got)
	}
	if again[0].ID != messages[0].ID || again[0].Received != 2 || !again[0].First.Equal(messages[0].First) {
		t.Errorf("after the restart = %+v, want ID %s, count 2, first received %v", again[0], messages[0].ID, messages[0].First)
	}
	mustSend(t, s, "Orders", "d")
	if got := bodies(mustReceive(t, s, "Orders", 0)); got != "d" {
		t.Errorf("a new message after the restart = %q, want d: no sequence number may be used twice", got)
	}
}

func TestMoveReturnsMessagesToTheirSourceQueue(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Service, _ *steps) {
		mustSend(t, s, "Orders", "poison")
		for range 4 {
			mustReceive(t, s, "Orders", 0)
			time.Sleep(30 * time.Second)
		}
		if _, err := s.StartMove(ARN("Orders"), "", 0); asError(err).Code != "ResourceNotFoundException" {
			t.Errorf("StartMove(not a dead-letter queue) = %v, want ResourceNotFoundException", err)
		}
		if _, err := s.StartMove(ARN("OrdersDeadLetters"), "", 0); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if task := s.Moves(ARN("OrdersDeadLetters"), 1)[0]; task.Status != "COMPLETED" || task.Moved != 1 {
			t.Errorf("task = %+v, want one message moved", task)
		}
		back := mustReceive(t, s, "Orders", 0)
		if len(back) != 1 || back[0].Received != 1 {
			t.Fatalf("moved back = %+v, want the message with a new count", back)
		}

		mustSend(t, s, "OrdersDeadLetters", "sent to the dead-letter queue directly")
		if _, err := s.StartMove(ARN("OrdersDeadLetters"), "", 0); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if task := s.Moves(ARN("OrdersDeadLetters"), 1)[0]; task.Status != "FAILED" || !strings.Contains(task.Failure, "CouldNotDetermineMessageSource") {
			t.Errorf("task for a message without a source = %+v, want FAILED", task)
		}
		if _, err := s.StartMove(ARN("OrdersDeadLetters"), ARN("Orders"), 0); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := bodies(mustReceive(t, s, "Orders", 0)); got != "sent to the dead-letter queue directly" {
			t.Errorf("moved to a destination = %q", got)
		}
	}, orders()...)
}

func TestNewListsAllFaultsOfTheConfiguration(t *testing.T) {
	db := openDB(t, filepath.Join(t.TempDir(), "queues"))
	defer func() { _ = db.Close() }()
	_, err := New(db, "", []Config{
		{Name: "A", VisibilityTimeout: 13 * time.Hour},
		{Name: "B", DeadLetterARN: ARN("Nowhere"), MaxReceiveCount: 3},
		{Name: "C.fifo"},
		{Name: "D", MaxReceiveCount: 2},
	}, &steps{})
	if err == nil {
		t.Fatal("New = no error")
	}
	for _, want := range []string{`"A": visibility`, `"B": dead-letter queue`, `"C.fifo": the name`, `"D": maxReceiveCount`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("New = %v, want %s in it", err, want)
		}
	}
}

// BenchmarkSend measures stored messages per second with several senders.
func BenchmarkSend(b *testing.B) {
	s, done := open(b, filepath.Join(b.TempDir(), "queues"), &steps{}, orders()...)
	defer done()
	body := strings.Repeat("x", 1000)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Send(context.Background(), "Orders", Outgoing{Body: body}); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkRound measures one send, receive and delete of a message.
func BenchmarkRound(b *testing.B) {
	s, done := open(b, filepath.Join(b.TempDir(), "queues"), &steps{}, orders()...)
	defer done()
	for b.Loop() {
		mustSend(b, s, "Orders", "a")
		if err := s.Delete("Orders", mustReceive(b, s, "Orders", time.Second)[0].Handle); err != nil {
			b.Fatal(err)
		}
	}
}
