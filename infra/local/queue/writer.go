package queue

import (
	"errors"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"
)

var errClosed = errors.New("the queues are closed")

// writer makes all writes to the queues' buckets. It commits all waiting
// changes in one transaction: a single message is written without delay, and
// many messages share one commit. (bbolt's own Batch waits 10 ms for more
// changes, which is too long for a single message.)
type writer struct {
	db   *bbolt.DB
	mu   sync.Mutex
	open bool
	todo []change
	wake chan struct{} // holds one token while todo is not empty
	done chan struct{}
}

type change struct {
	apply func(*bbolt.Tx) error // must be safe to run twice: see commit
	done  chan error            // receives the result; nil: no caller waits for it
}

func newWriter(db *bbolt.DB) *writer {
	w := &writer{db: db, open: true, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go w.run()
	return w
}

// write adds a change and returns when it is committed or has failed.
func (w *writer) write(apply func(*bbolt.Tx) error) error {
	done := make(chan error, 1)
	if err := w.add(change{apply, done}); err != nil {
		return err
	}
	return <-done
}

// later adds a change and returns at once. The change is committed after all
// earlier and before all later ones; a crash can lose it.
func (w *writer) later(apply func(*bbolt.Tx) error) {
	_ = w.add(change{apply, nil}) // it fails only after close, when losing the change does no harm
}

func (w *writer) add(c change) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.open {
		return errClosed
	}
	w.todo = append(w.todo, c)
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return nil
}

// close commits the waiting changes and stops the writer.
func (w *writer) close() {
	w.mu.Lock()
	if w.open {
		w.open = false
		close(w.wake)
	}
	w.mu.Unlock()
	<-w.done
}

func (w *writer) run() {
	defer close(w.done)
	for open := true; open; {
		_, open = <-w.wake
		w.mu.Lock()
		todo := w.todo
		w.todo = nil
		w.mu.Unlock()
		if len(todo) > 0 {
			w.commit(todo)
		}
	}
}

// commit applies all changes in one transaction. If one of them fails, commit
// tries each in a transaction of its own, so that one bad change does not fail
// the others.
func (w *writer) commit(todo []change) {
	err := w.db.Update(func(tx *bbolt.Tx) error {
		for _, c := range todo {
			if err := c.apply(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && len(todo) > 1 {
		for _, c := range todo {
			w.commit([]change{c})
		}
		return
	}
	for _, c := range todo {
		if c.done == nil {
			continue
		}
		if err != nil {
			err = fmt.Errorf("write the queues to the database: %w", err)
		}
		c.done <- err
	}
}
