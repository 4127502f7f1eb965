package queue

import (
	"container/heap"
	"sync"
	"time"
)

// index holds one queue in memory: an entry for each message, ordered by the
// time at which it becomes visible. One time per entry covers all cases: a
// delayed message and a message in flight have a time in the future, a visible
// message has a time in the past.
type index struct {
	Config
	mu      sync.Mutex
	entries map[uint64]*entry
	order   byVisible
	last    uint64        // the highest sequence in use
	changed chan struct{} // closed when a message was added or becomes visible earlier than planned
	purged  time.Time     // last Purge
}

type entry struct {
	sequence uint64
	sent     time.Time
	visible  time.Time
	receives
	position int // in index.order
}

func newIndex(c Config) *index {
	return &index{Config: c, entries: map[uint64]*entry{}, changed: make(chan struct{})}
}

// sequence reserves n consecutive sequence numbers and returns the first.
func (x *index) sequence(n int) uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	first := x.last + 1
	x.last += uint64(n)
	return first
}

// add makes stored messages available to receivers.
func (x *index) add(entries ...*entry) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range entries {
		x.entries[e.sequence] = e
		heap.Push(&x.order, e)
	}
	x.notify()
}

// notify wakes all receivers that wait for a message. The caller holds the
// lock.
func (x *index) notify() {
	close(x.changed)
	x.changed = make(chan struct{})
}

// remove takes a message out of the index and returns it, if the count is that
// of its latest receive; otherwise it returns nil. If the message cannot be
// deleted from the store, the caller adds it again.
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

// taking is the result of take.
type taking struct {
	received []entry         // copies, as they are after this receive
	dead     []*entry        // received too often
	expired  []*entry        // past their retention
	changed  <-chan struct{} // closed when another take may find more
	next     time.Time       // when the next message becomes visible; zero: the index is empty
}

// take receives up to limit visible messages and hides them until now+hidden.
// It removes dead and expired messages from the index; the caller must store
// that.
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

// hide sets the time at which a message in flight becomes visible. It changes
// nothing if the message was deleted or received again (known is false), or if
// it is visible already (inFlight is false).
func (x *index) hide(now time.Time, sequence uint64, count int, until time.Time) (known, inFlight bool) {
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

// expire removes the messages past their retention from the index and returns
// them.
func (x *index) expire(now time.Time) []*entry {
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

// Counts are the numbers of messages of a queue, by state.
type Counts struct {
	Visible  int // can be received
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

// byVisible is a heap with the message that becomes visible first on top; of
// two with the same time, the older one.
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
