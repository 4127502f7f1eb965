package world

import (
	"context"
	"fmt"
	"slices"
	"time"

	"regulars/infra/proof/simulate/clockwork"
	batches "regulars/shared/queue"
)

// worker is one warm process of a function: it handles one invocation at a time, has
// its own clock, and can die at each I/O point. A batch that is worked side by side
// has a lane for each group of its messages: a copy of the worker with a task of its
// own. If one lane dies, the process does.
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

	process *worker   // of a lane; nil: this is the process
	lanes   []*worker // of a process: those that are at work
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
	if p := t.process; p != nil {
		p.lanes = slices.DeleteFunc(p.lanes, func(l *worker) bool { return l == t })
		p.task.Kill()
	}
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
	for _, l := range slices.Clone(t.lanes) { // none, unless the process was killed
		l.task.Kill()
	}
	t.lanes = nil
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

// each passes the messages of a batch to handle, then calls after, and deletes the
// messages that did not fail. Like package queue it handles messages about different
// things at the same time, in schedules that do so ([World.beside]).
func (t *worker) each(ctx context.Context, batch []*queueMessage, handle func(context.Context, *queueMessage) error, after func()) {
	good := make([]bool, len(batch))
	do := func(ctx context.Context, i int) {
		err := handle(ctx, batch[i])
		if good[i] = err == nil; err != nil {
			t.world.step(workerOf(ctx).name, "failed", batch[i].name, NoFault, errorOf(err))
		}
	}
	if t.world.beside {
		t.sideBySide(batch, do)
	} else {
		for i := range batch {
			do(ctx, i)
		}
	}
	after()
	t.Wait(t.world.latency()) // the answer travels to the poller
	for i, l := range batch {
		if good[i] {
			t.queue.delete(t, l)
		}
	}
}

// sideBySide gives each group of messages a lane, and waits for all.
func (t *worker) sideBySide(batch []*queueMessage, do func(ctx context.Context, i int)) {
	var all []int
	about := make([][]string, len(batch))
	for i, l := range batch {
		all, about[i] = append(all, i), l.about()
	}
	for n, group := range batches.Groups(all, about) {
		lane := *t
		lane.process, lane.lanes, lane.name = t, nil, fmt.Sprint(t.name, ".", n+1)
		lane.task = t.world.clock.Go(0, func(ctx context.Context) {
			for _, i := range group {
				do(context.WithValue(ctx, workerKey{}, &lane), i)
			}
		}, func(killed bool) {
			t.lanes = slices.DeleteFunc(t.lanes, func(l *worker) bool { return l == &lane })
			if len(t.lanes) == 0 && !killed {
				t.task.Unpark()
			}
		})
		t.lanes = append(t.lanes, &lane)
	}
	t.task.Park()
}

// turns lets the lanes of a process do something one after the other.
type turns struct {
	held    bool
	waiting []*worker
}

func (q *turns) wait(ctx context.Context) (end func(), err error) {
	for t := workerOf(ctx); q.held; {
		q.waiting = append(q.waiting, t)
		t.task.Park()
	}
	q.held = true
	return func() {
		q.held = false
		if len(q.waiting) > 0 {
			q.waiting[0].task.Unpark()
			q.waiting = q.waiting[1:]
		}
	}, nil
}

// errorOf returns an error's text, shortened for the trace.
func errorOf(err error) string {
	text := err.Error()
	if len(text) > 100 {
		text = text[:100] + "…"
	}
	return text
}
