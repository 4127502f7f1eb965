// Package clockwork is a discrete-event simulator: it runs many tasks one at a time
// on a virtual clock, in an order that only its caller decides.
//
// Virtual time stands still while a task computes, and jumps to the next event when
// all tasks wait, so that an idle night costs nothing. A task is a coroutine
// ([iter.Pull]): ordinary, blocking Go code that gives up control in [Task.Wait]
// and [Task.Park], and nowhere else. Two tasks never run at once, and no real clock, goroutine or
// map decides which runs next: the same seed of the caller gives the same order.
//
// A task can be killed at each point at which it waits, as a process can be killed
// at each point at which it talks to another. Its deferred functions run, because
// Go cannot abandon a stack, but they have no effect: waiting panics in a dead
// task.
package clockwork

import (
	"container/heap"
	"context"
	"iter"
	"time"

	"regulars/shared/rescue"
)

// Clockwork is the virtual clock and the queue of events. It is not safe for
// concurrent use.
type Clockwork struct {
	start  time.Time
	passed time.Duration
	events events
	nth    int
}

// New returns a clockwork at start, without events.
func New(start time.Time) *Clockwork { return &Clockwork{start: start} }

// Now returns the true virtual time.
func (c *Clockwork) Now() time.Time { return c.start.Add(c.passed) }

// Passed returns how much virtual time has passed since the start.
func (c *Clockwork) Passed() time.Duration { return c.passed }

// After schedules do for when d has passed. If d is not positive, do happens at the
// current time, after the events that are due already. Events at the same time
// happen in the order in which they were scheduled.
func (c *Clockwork) After(d time.Duration, do func()) {
	c.nth++
	heap.Push(&c.events, event{at: c.passed + max(d, 0), nth: c.nth, do: do})
}

// Next runs the next event, and reports whether there was one.
func (c *Clockwork) Next() bool {
	if len(c.events) == 0 {
		return false
	}
	e := heap.Pop(&c.events).(event)
	c.passed = e.at
	e.do()
	return true
}

// Task is a coroutine.
type Task struct {
	clockwork *Clockwork
	next      func() (struct{}, bool)
	stop      func()
	yield     func(struct{}) bool
	over      func(killed bool)

	dead, done bool
}

// Go starts work as a task when d has passed. over is called once, when the task has
// returned or was killed. The context of work leads to the task: see [From].
func (c *Clockwork) Go(d time.Duration, work func(context.Context), over func(killed bool)) *Task {
	t := &Task{clockwork: c, over: over}
	t.next, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(rescue.Exit); !ok {
					panic(r)
				}
			}
		}()
		work(context.WithValue(context.Background(), key{}, t))
	})
	c.After(d, t.resume)
	return t
}

func (t *Task) resume() {
	if t.done {
		return
	}
	if _, waits := t.next(); !waits {
		t.finish()
	}
}

func (t *Task) finish() {
	t.done = true
	t.over(t.dead)
}

// Wait lets d pass for this task while other tasks run. It does not return if the
// task is killed in that time.
func (t *Task) Wait(d time.Duration) {
	if t.dead {
		panic(rescue.Exit{})
	}
	t.clockwork.After(d, t.resume)
	if !t.yield(struct{}{}) {
		panic(rescue.Exit{})
	}
}

// Park lets other tasks run until [Task.Unpark]. It does not return if the task is
// killed in that time.
func (t *Task) Park() {
	if t.dead || !t.yield(struct{}{}) {
		panic(rescue.Exit{})
	}
}

// Unpark ends the task's [Task.Park], after the events that are due already.
func (t *Task) Unpark() { t.clockwork.After(0, t.resume) }

// Die kills the task from within.
func (t *Task) Die() {
	t.dead = true
	panic(rescue.Exit{})
}

// Kill kills the task from outside, while it waits. It does nothing if the task is
// over.
func (t *Task) Kill() {
	if t.done {
		return
	}
	t.dead = true
	t.stop()
	t.finish()
}

// Dead reports whether the task was killed.
func (t *Task) Dead() bool { return t.dead }

type key struct{}

// From returns the task that the context belongs to. It panics if there is none:
// code that waits in the simulation must get its context from a task.
func From(ctx context.Context) *Task { return ctx.Value(key{}).(*Task) }

type event struct {
	at  time.Duration
	nth int
	do  func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].nth < e[j].nth
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	old[len(old)-1] = event{}
	*e = old[:len(old)-1]
	return last
}
