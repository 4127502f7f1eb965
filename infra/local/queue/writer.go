package queue

import (
	"errors"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"
)

var errClosed = errors.New("the queues are closed")

// writer is the only one who writes the queues' buckets. It takes all changes
// that wait and commits them together: a lone message waits for nobody, and a
// flood shares its commits. (bbolt's own Batch waits 10 ms for company first,
// which is too long for a lone message.)
type writer struct {
	db   *bbolt.DB
	mu   sync.Mutex
	open bool
	todo []change
	wake chan struct{} // holds one token while todo is not empty
	done chan struct{}
}

type change struct {
	apply func(*bbolt.Tx) error // must be safe to run again: see commit
	done  chan error            // nil: nobody waits
}

func newWriter(db *bbolt.DB) *writer {
	w := &writer{db: db, open: true, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go w.run()
	return w
}

// write returns when the change is committed.
func (w *writer) write(apply func(*bbolt.Tx) error) error {
	done := make(chan error, 1)
	if err := w.add(change{apply, done}); err != nil {
		return err
	}
	return <-done
}

// later returns at once; the change is committed after all earlier ones and
// before all later ones. It is for what may be lost in a crash.
func (w *writer) later(apply func(*bbolt.Tx) error) {
	_ = w.add(change{apply, nil}) // only when closed, where there is nothing to lose
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

// close commits what waits and returns when nothing is left.
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

// commit applies all changes in one transaction. Where one of them fails, each
// is tried by itself, so that one bad change does not refuse its neighbours.
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
			err = fmt.Errorf("store in the queues' file: %w", err)
		}
		c.done <- err
	}
}
