package ses

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Run is woken by a message, tells what is due at its time, and tries again
// what the bus did not take.
func TestRunTellsInTime(t *testing.T) {
	db := openDB(t, t.TempDir()+"/local.db")
	synctest.Test(t, func(t *testing.T) {
		told := &bus{}
		s, err := New(db, told, &steps{}, Config{
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
			told.mu.Lock()
			defer told.mu.Unlock()
			return len(told.events)
		}
		told.down = true
		l := &letter{Message: Message{ID: newID(time.Now()), At: time.Now(), From: "shop@example.com", To: []string{"ann@example.com"}}, sender: "shop@example.com", recipients: []string{"ann@example.com"}, set: set("regulars")}
		if err := s.accept(l); err != nil {
			t.Fatal(err)
		}
		s.wake()
		if n := count(0); n != 0 {
			t.Errorf("told %d while the bus is down, want none", n)
		}
		told.mu.Lock()
		told.down = false
		told.mu.Unlock()
		if n := count(300 * time.Millisecond); n != 1 {
			t.Errorf("after 300 ms told %d, want the delivery, which came due", n)
		}
		if n := count(time.Second); n != 2 {
			t.Errorf("after 1.3 s told %d, want the send too, tried again", n)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v, want the context's error", err)
		}
	})
}
