package trail

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// Keep is the default number of steps that a store holds. An order event has
// about 15 steps, so this is enough for some 3,000 events.
const Keep = 50_000

// flushEvery is the longest time for which a step is in memory only. A program
// that is killed loses the steps of this time.
const flushEvery = 100 * time.Millisecond

var bucket = []byte("trail")

// Store is a [Recorder] that keeps the newest steps in memory and in bbolt. It
// reads from memory and writes to disk in the background, so Record holds a
// lock for microseconds and never waits for the disk.
type Store struct {
	db   *bbolt.DB
	keep int

	mu        sync.RWMutex
	steps     []Step              // oldest first
	first     uint64              // the sequence number of steps[0]
	own       map[string][]uint64 // by trace: sequence numbers of its own steps, oldest first
	batch     map[string][]string // by trace: the traces of the batches that contain it
	unwritten []Step              // recorded, not in the database yet

	stop chan struct{}
	done chan struct{}
}

// New opens the trail stored in db and starts to write in the background. A
// keep of 0 means [Keep]. It fails if the stored trail cannot be read. Call
// Close when done.
func New(db *bbolt.DB, keep int) (*Store, error) {
	if keep <= 0 {
		keep = Keep
	}
	s := &Store{
		db: db, keep: keep, first: 1,
		own: map[string][]uint64{}, batch: map[string][]string{},
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("open the trail: %w", err)
	}
	go s.write()
	return s, nil
}

func (s *Store) load() error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucket)
		if err != nil {
			return err
		}
		c := b.Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			var step Step
			if err := json.Unmarshal(v, &step); err != nil {
				return fmt.Errorf("step %x: %w", k, err)
			}
			if len(s.steps) == 0 {
				s.first = binary.BigEndian.Uint64(k)
			}
			s.add(step)
		}
		return nil
	})
}

// Record stores the step. [Store.Newest] omits steps without a trace.
func (s *Store) Record(step Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(step)
	s.unwritten = append(s.unwritten, step)
}

// add adds the step to memory. When there are 10% more than keep, it removes
// the oldest so that keep remain. The caller holds the lock.
func (s *Store) add(step Step) {
	s.index(step, s.first+uint64(len(s.steps)))
	s.steps = append(s.steps, step)
	if len(s.steps) <= s.keep+s.keep/10 {
		return
	}
	drop := len(s.steps) - s.keep
	s.steps = append([]Step(nil), s.steps[drop:]...)
	s.first += uint64(drop)
	clear(s.own)
	clear(s.batch)
	for i, kept := range s.steps {
		s.index(kept, s.first+uint64(i))
	}
}

func (s *Store) index(step Step, at uint64) {
	s.own[step.Trace] = append(s.own[step.Trace], at)
	for _, child := range step.Children {
		if child != step.Trace && !slices.Contains(s.batch[child], step.Trace) {
			s.batch[child] = append(s.batch[child], step.Trace)
		}
	}
}

func (s *Store) write() {
	defer close(s.done)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = s.Flush() // if it fails, the next tick tries again
		case <-s.stop:
			return
		}
	}
}

// Flush writes the steps that are in memory only. If the database fails, Flush
// fails, and the steps stay in memory for a later Flush.
func (s *Store) Flush() error {
	s.mu.Lock()
	unwritten, first := s.unwritten, s.first
	unwritten = unwritten[max(0, len(unwritten)-len(s.steps)):] // older ones are removed already
	next := s.first + uint64(len(s.steps)) - uint64(len(unwritten))
	s.unwritten = nil
	s.mu.Unlock()
	if len(unwritten) == 0 {
		return nil
	}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucket)
		for i, step := range unwritten {
			v, err := json.Marshal(step)
			if err != nil {
				return err
			}
			if err := b.Put(key(next+uint64(i)), v); err != nil {
				return err
			}
		}
		c := b.Cursor()
		for k, _ := c.First(); k != nil && binary.BigEndian.Uint64(k) < first; k, _ = c.First() {
			if err := b.Delete(k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.mu.Lock()
		if len(unwritten)+len(s.unwritten) < s.keep { // otherwise drop them: a broken disk must not fill the memory
			s.unwritten = append(unwritten, s.unwritten...)
		}
		s.mu.Unlock()
		return fmt.Errorf("write %d steps of the trail: %w", len(unwritten), err)
	}
	return nil
}

// Close stops the writes in the background and writes the remaining steps. It
// does not close the database.
func (s *Store) Close() error {
	close(s.stop)
	<-s.done
	return s.Flush()
}

func key(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
