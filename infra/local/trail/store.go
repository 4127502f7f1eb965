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

// Keep is how many steps a store holds where it is not told otherwise. An order
// event takes about fifteen steps, so this is the way of some 3,000 events.
const Keep = 50_000

// flushEvery is how long a step may be in memory only. A killed program loses
// no more of its trail than this.
const flushEvery = 100 * time.Millisecond

var bucket = []byte("trail")

// Store is a [Recorder] with a memory. It answers from memory and writes behind:
// Record takes a lock for microseconds and never waits for the disk.
type Store struct {
	db   *bbolt.DB
	keep int

	mu     sync.RWMutex
	steps  []Step              // oldest first
	first  uint64              // the sequence number of steps[0]
	own    map[string][]uint64 // by trace: its own steps, oldest first
	batch  map[string][]string // by trace: the traces of the batches that gathered it
	unsent []Step              // recorded, not in the database yet

	stop chan struct{}
	done chan struct{}
}

// New opens the trail kept in db and begins to write behind. Keep of 0 means
// [Keep]. It fails where the stored trail cannot be read.
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

// Record remembers the step. One without a trace is kept for the count alone.
func (s *Store) Record(step Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(step)
	s.unsent = append(s.unsent, step)
}

// add puts the step into memory and forgets the oldest tenth when there are too
// many. The caller holds the lock.
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
			_ = s.Flush() // what could not be written is tried again
		case <-s.stop:
			return
		}
	}
}

// Flush writes what is in memory only. It fails where the database does; the
// steps stay in memory and are written by a later one.
func (s *Store) Flush() error {
	s.mu.Lock()
	unsent, first := s.unsent, s.first
	unsent = unsent[max(0, len(unsent)-len(s.steps)):] // older ones are forgotten already
	next := s.first + uint64(len(s.steps)) - uint64(len(unsent))
	s.unsent = nil
	s.mu.Unlock()
	if len(unsent) == 0 {
		return nil
	}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucket)
		for i, step := range unsent {
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
		if len(unsent)+len(s.unsent) < s.keep { // a broken disk must not eat the memory
			s.unsent = append(unsent, s.unsent...)
		}
		s.mu.Unlock()
		return fmt.Errorf("write %d steps of the trail: %w", len(unsent), err)
	}
	return nil
}

// Close writes what is left and stops writing behind. The database stays open.
func (s *Store) Close() error {
	close(s.stop)
	<-s.done
	return s.Flush()
}

func key(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
