package clockwork_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/infra/proof/simulate/clockwork"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// Two tasks alternate by their waits, and idle time costs nothing.
func Example() {
	c := clockwork.New(noon)
	for _, w := range []struct {
		name  string
		pause time.Duration
	}{{"fast", time.Hour}, {"slow", 90 * time.Minute}} {
		c.Go(0, func(ctx context.Context) {
			for range 2 {
				clockwork.From(ctx).Wait(w.pause)
				fmt.Println(c.Now().Format("15:04"), w.name)
			}
		}, func(bool) {})
	}
	for c.Next() {
	}
	// Output:
	// 13:00 fast
	// 13:30 slow
	// 14:00 fast
	// 15:00 slow
}

func TestKilledTaskHasNoFurtherEffect(t *testing.T) {
	for name, kill := range map[string]func(*clockwork.Clockwork, *clockwork.Task){
		"from outside": func(c *clockwork.Clockwork, task *clockwork.Task) { c.After(90*time.Minute, task.Kill) },
		"from within":  func(*clockwork.Clockwork, *clockwork.Task) {},
	} {
		t.Run(name, func(t *testing.T) {
			c := clockwork.New(noon)
			var seen []string
			task := c.Go(0, func(ctx context.Context) {
				me := clockwork.From(ctx)
				defer func() {
					me.Wait(time.Second)
					seen = append(seen, "a dead task went on in a deferred function")
				}()
				me.Wait(time.Hour)
				seen = append(seen, "first")
				if name == "from within" {
					me.Die()
				}
				me.Wait(time.Hour)
				seen = append(seen, "second")
			}, func(killed bool) { seen = append(seen, fmt.Sprint("over, killed ", killed)) })
			kill(c, task)
			for c.Next() {
			}
			if want := []string{"first", "over, killed true"}; !slices.Equal(seen, want) || !task.Dead() {
				t.Errorf("the task did %q (dead %v), want %q", seen, task.Dead(), want)
			}
		})
	}
}

func TestPanicOfATaskReachesTheCaller(t *testing.T) {
	c := clockwork.New(noon)
	c.Go(0, func(context.Context) { panic("a bug") }, func(bool) {})
	defer func() {
		if recover() != "a bug" {
			t.Error("a panic in a task vanished")
		}
	}()
	for c.Next() {
	}
}
