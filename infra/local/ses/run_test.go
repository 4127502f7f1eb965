package ses

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A new message wakes Run; Run publishes each event when it is due and retries
// events for which the bus failed.
func TestRunPublishesWhenDueAndRetries(t *testing.T) {
	db := openDB(t, t.TempDir()+"/local.db")
	synctest.Test(t, func(t *testing.T) {
		events := &bus{}
		s, err := New(db, events, &steps{}, Config{
			Identities: []Identity{{Name: "example.com"}}, ConfigurationSets: []ConfigurationSet{set("regulars")},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		count := func(after time.Duration) int {
			time.Sleep(after)
			synctest.Wait()
			events.mu.Lock()
			defer events.mu.Unlock()
			return len(events.events)
		}
		events.down = true
		l := &draft{Message: Message{ID: newID(time.Now()), At: time.Now(), From: "shop@example.com", To: []string{"ann@example.com"}}, sender: "shop@example.com", recipients: []string{"ann@example.com"}, set: set("regulars")}
		if err := s.accept(l); err != nil {
			t.Fatal(err)
		}
		s.wake()
		if n := count(0); n != 0 {
			t.Errorf("published %d events while the bus is down, want none", n)
		}
		events.mu.Lock()
		events.down = false
		events.mu.Unlock()
		if n := count(300 * time.Millisecond); n != 1 {
			t.Errorf("published %d events after 300 ms, want only the delivery, which became due", n)
		}
		if n := count(time.Second); n != 2 {
			t.Errorf("published %d events after 1.3 s, want also the retried send", n)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v, want the context's error", err)
		}
	})
}
