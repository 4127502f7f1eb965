package world

import (
	"context"
	"fmt"
	"time"

	"regulars/infra/proof/simulate/clockwork"
)

// worker is one warm process of a function: it handles one invocation at a time, has
// its own clock, and can die at each I/O point.
type worker struct {
	world *World
	name  string
	skew  time.Duration
	limit time.Duration // the function's timeout
	queue *queue        // nil: it is called once
	born  func() *worker
	serve func(ctx context.Context, batch []*queueMessage)
	task  *clockwork.Task
	busy  bool

	answered []int // acceptances whose answer arrived, since the current message was taken
}

type workerKey struct{}

func workerOf(ctx context.Context) *worker { return ctx.Value(workerKey{}).(*worker) }

func (w *World) task(ctx context.Context) *worker { return workerOf(ctx) }

// newWorker returns a worker whose clock is wrong by at most mostSkew.
func (w *World) newWorker(kind string, limit time.Duration) *worker {
	w.born++
	t := &worker{world: w, name: fmt.Sprint(kind, "-", w.born), limit: limit}
	if w.skewed && w.random.IntN(2) == 0 {
		t.skew = w.between(-mostSkew, mostSkew)
		w.Stats.Faults[ClockSkewed]++
	}
	return t
}

// now returns the time by the worker's clock.
func (t *worker) now() time.Time { return t.world.clock.Now().Add(t.skew) }

// Wait lets time pass for the worker.
func (t *worker) Wait(d time.Duration) { t.task.Wait(d) }

// pause is the store's wait between two attempts.
func (w *World) pause(ctx context.Context, attempt int) error {
	workerOf(ctx).Wait(w.between(0, 10*time.Millisecond<<min(attempt-1, 6)))
	return nil
}

func (t *worker) die(what, key string, f Fault) {
	t.world.step(t.name, what, key, f, "died")
	t.task.Die()
}

func (t *worker) free() bool { return !t.busy }

// invoke lets the worker process a batch.
func (t *worker) invoke(batch []*queueMessage) {
	w := t.world
	t.busy = true
	task := w.clock.Go(w.latency(), func(ctx context.Context) {
		t.serve(context.WithValue(ctx, workerKey{}, t), batch)
	}, t.over)
	t.task = task
	w.clock.After(t.limit, func() {
		if t.task == task && t.busy {
			w.Stats.Faults[TimedOut]++
			w.step(t.name, "stopped", "", TimedOut, "")
			task.Kill()
		}
	})
}

// over is called when an invocation has ended. A dead worker is replaced by one with
// another clock and an empty memory.
func (t *worker) over(killed bool) {
	t.busy = false
	if t.queue == nil {
		return
	}
	if !killed {
		t.queue.pump()
		return
	}
	q := t.queue
	for i, other := range q.workers {
		if other == t {
			fresh := t.born()
			q.workers[i] = fresh
			fresh.busy = true
			t.world.clock.After(t.world.latency(), func() {
				fresh.busy = false
				q.pump()
			})
		}
	}
}

// each passes the messages of a batch to handle, one after the other, as package queue
// does; then it calls after, and deletes the messages that did not fail.
func (t *worker) each(batch []*queueMessage, handle func(*queueMessage) error, after func()) {
	var good []*queueMessage
	for _, l := range batch {
		err := handle(l)
		if err == nil {
			good = append(good, l)
		} else {
			t.world.step(t.name, "failed", l.name, NoFault, errorOf(err))
		}
	}
	after()
	t.Wait(t.world.latency()) // the answer travels to the poller
	for _, l := range good {
		t.queue.delete(t, l)
	}
}

// errorOf returns an error's text, shortened for the trace.
func errorOf(err error) string {
	text := err.Error()
	if len(text) > 100 {
		text = text[:100] + "…"
	}
	return text
}
