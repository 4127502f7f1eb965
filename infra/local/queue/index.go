package queue

import (
	"container/heap"
	"sync"
	"time"
)

// index is what memory holds of one queue: an entry for each message, ordered
// by when it becomes visible. A visible message is one whose time has come, so
// delay, visibility time-out and waiting are one and the same number.
type index struct {
	Config
	mu      sync.Mutex
	entries map[uint64]*entry
	order   byVisible
	last    uint64        // the highest sequence given out
	changed chan struct{} // closed when something became visible earlier than was known
	purged  time.Time
}

type entry struct {
	sequence uint64
	sent     time.Time
	visible  time.Time
	receives
	position int // in order
}

func newIndex(c Config) *index {
	return &index{Config: c, entries: map[uint64]*entry{}, changed: make(chan struct{})}
}

// sequence reserves n numbers in a row and returns the first.
func (x *index) sequence(n int) uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	first := x.last + 1
	x.last += uint64(n)
	return first
}

// add makes stored messages known to receivers.
func (x *index) add(entries ...*entry) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range entries {
		x.entries[e.sequence] = e
		heap.Push(&x.order, e)
	}
	x.notify()
}

// notify wakes all who wait for a message. Callers hold the lock.
func (x *index) notify() {
	close(x.changed)
	x.changed = make(chan struct{})
}

// remove forgets a message if the count is that of its latest receive, and
// returns it so that it can be added again when the store refuses to; otherwise
// nil.
func (x *index) remove(sequence uint64, count int) *entry {
	x.mu.Lock()
	defer x.mu.Unlock()
	e := x.entries[sequence]
	if e == nil || e.Count != count {
		return nil
	}
	x.drop(e)
	return e
}

func (x *index) drop(e *entry) {
	heap.Remove(&x.order, e.position)
	delete(x.entries, e.sequence)
}

// taking is what one look at the index brings.
type taking struct {
	received []entry // copies, as they are after this receive
	dead     []*entry
	expired  []*entry
	changed  <-chan struct{} // closed when it is worth looking again
	next     time.Time       // when the next message becomes visible by itself; zero: none will
}

// take receives up to limit visible messages and hides them until now+hidden.
// What was received too often, or is too old, is taken out of the index: the
// caller has to store that.
func (x *index) take(now time.Time, limit int, hidden time.Duration) taking {
	x.mu.Lock()
	defer x.mu.Unlock()
	var t taking
	var taken []*entry
	for len(taken) < limit && len(x.order) > 0 {
		e := x.order[0]
		if e.visible.After(now) {
			break
		}
		x.drop(e)
		switch {
		case now.Sub(e.sent) >= x.Retention:
			t.expired = append(t.expired, e)
		case x.DeadLetterARN != "" && e.Count >= x.MaxReceiveCount:
			t.dead = append(t.dead, e)
		default:
			taken = append(taken, e)
		}
	}
	for _, e := range taken {
		e.Count++
		if e.First.IsZero() {
			e.First = now
		}
		e.visible = now.Add(hidden)
		x.entries[e.sequence] = e
		heap.Push(&x.order, e)
		t.received = append(t.received, *e)
	}
	if len(x.order) > 0 {
		t.next = x.order[0].visible
	}
	t.changed = x.changed
	return t
}

// hide changes when a message that is in flight becomes visible. It refuses
// what is gone or was received again (known is false), and what is visible
// already (flying is false).
func (x *index) hide(now time.Time, sequence uint64, count int, until time.Time) (known, flying bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e := x.entries[sequence]
	if e == nil || e.Count != count {
		return false, false
	}
	if !e.visible.After(now) {
		return true, false
	}
	earlier := until.Before(e.visible)
	e.visible = until
	heap.Fix(&x.order, e.position)
	if earlier {
		x.notify()
	}
	return true, true
}

// old takes those messages out that are past their retention.
func (x *index) old(now time.Time) []*entry {
	x.mu.Lock()
	defer x.mu.Unlock()
	var old []*entry
	for _, e := range x.entries {
		if now.Sub(e.sent) >= x.Retention {
			old = append(old, e)
		}
	}
	for _, e := range old {
		x.drop(e)
	}
	return old
}

// Counts are the messages of a queue by what they wait for.
type Counts struct {
	Visible  int // waiting for a receiver
	InFlight int // received, not deleted yet
	Delayed  int // sent, not visible yet
}

func (x *index) counts(now time.Time) Counts {
	x.mu.Lock()
	defer x.mu.Unlock()
	var c Counts
	for _, e := range x.order {
		switch {
		case now.Sub(e.sent) >= x.Retention:
		case !e.visible.After(now):
			c.Visible++
		case e.Count > 0:
			c.InFlight++
		default:
			c.Delayed++
		}
	}
	return c
}

// list returns copies of up to limit entries, oldest first.
func (x *index) list(now time.Time, limit int) []entry {
	x.mu.Lock()
	defer x.mu.Unlock()
	all := make([]entry, 0, len(x.order))
	for _, e := range x.order {
		if now.Sub(e.sent) < x.Retention {
			all = append(all, *e)
		}
	}
	oldestFirst(all)
	return all[:min(limit, len(all))]
}

// byVisible is a heap: the message that is visible first is on top; of two that
// are, the older.
type byVisible []*entry

func (o byVisible) Len() int { return len(o) }
func (o byVisible) Less(i, j int) bool {
	if !o[i].visible.Equal(o[j].visible) {
		return o[i].visible.Before(o[j].visible)
	}
	return o[i].sequence < o[j].sequence
}

func (o byVisible) Swap(i, j int) {
	o[i], o[j] = o[j], o[i]
	o[i].position, o[j].position = i, j
}

func (o *byVisible) Push(x any) {
	e := x.(*entry)
	e.position = len(*o)
	*o = append(*o, e)
}

func (o *byVisible) Pop() any {
	last := len(*o) - 1
	e := (*o)[last]
	(*o)[last] = nil
	*o = (*o)[:last]
	return e
}
