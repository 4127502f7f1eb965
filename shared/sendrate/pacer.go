package sendrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"regulars/shared/retry"
	"regulars/shared/shop"
)

// Store stores the shared state, in one shard or more ([State]); [dynamo.Store] is one.
//
// SendRate returns the zero State and "" if none is stored.
//
// SaveSendRate writes next if the stored state still has the revision. It
// returns the state that is stored after the call, with its revision, and
// whether that is next. Of several writers with the same revision, saved is
// true for exactly one.
type Store interface {
	SendRate(ctx context.Context, shard int) (State, string, error)
	SaveSendRate(ctx context.Context, shard int, next State, revision string) (stored State, storedRevision string, saved bool, err error)
}

// Pacer gives permits to the messages of one worker. A worker with few
// messages reserves one permit at a time, with one write each; the more
// messages it has, the more permits it reserves at once: those of a batch that
// ask at the same time share one block. Many goroutines may use it.
type Pacer struct {
	Store Store
	Quota func(context.Context) (Quota, error) // reads the quota from SES
	Now   func() time.Time
	By    func() string // returns a fresh name for each write

	// Turn waits until no other goroutine of this worker reserves permits, and returns
	// what ends the turn; nil: by a lock. So the messages of a batch share one write
	// instead of conflicting with each other.
	Turn func(context.Context) (end func(), err error)
	turn turn

	mu       sync.Mutex // not held during calls to SES and the store
	seen     seen
	mine     shard     // from which this worker reserves
	permits  []Permit  // reserved and not used, by time
	reserved time.Time // when the last block was reserved
	last     int       // how many permits that block had
	asking   int       // messages that ask for a permit now
	answer   *answer   // of SES, to be stored with the next block
}

// seen is the shared state as this worker last saw it.
type seen struct {
	state State
	rev   string
	read  bool // false: the state was not read yet, or has to be read again
}

// shard is one of the states among which a rate is divided: the n-th of a number.
type shard struct{ n, of int }

// answer is the quota as SES returned it, and the Total before that call.
type answer struct {
	quota Quota
	mark  int64
}

// Permit is the right to send one message from At on, for [Keep].
type Permit struct {
	At    time.Time
	Lane  Lane
	Shard int
}

// Over reports whether the permit has expired.
func (m Permit) Over(now time.Time) bool { return now.Sub(m.At) > Keep }

// tries is how often a write is tried if other workers change the state
// first.
const tries = 16

// Take returns a permit for a message of the class, up to [Horizon] ahead; the
// caller waits until it is valid. It fails with [*Full] if no permit is free,
// and with another error if the state cannot be read or written.
func (p *Pacer) Take(ctx context.Context, class shop.Class) (Permit, error) {
	p.asks(1)
	defer p.asks(-1)
	var m Permit
	err := retry.Do(ctx, tries, nil, isConflict, func() (err error) {
		m, err = p.take(ctx, class)
		return err
	})
	var full *Full
	switch {
	case isConflict(err):
		return Permit{}, &Full{Code: "rate", Text: "too many functions reserved permits at the same time", Again: p.now().Add(time.Minute)}
	case err != nil && !errors.As(err, &full):
		err = fmt.Errorf("reserve a permit of the account's send rate: %w", err)
	}
	return m, err
}

// take takes a permit that was reserved before, or reserves a block.
func (p *Pacer) take(ctx context.Context, class shop.Class) (Permit, error) {
	if m, ok := p.held(p.now(), class); ok {
		return m, nil
	}
	wait := p.Turn
	if wait == nil {
		wait = p.turn.wait
	}
	end, err := wait(ctx)
	if err != nil {
		return Permit{}, err
	}
	defer end()
	now := p.now()
	if m, ok := p.held(now, class); ok { // reserved during the wait
		return m, nil
	}
	for shards := 1; shards < mostShards; shards++ {
		if far, err := p.far(ctx, now, class); err != nil || !far || !p.leave() {
			break // reserve reports the error
		}
	}
	return p.reserve(ctx, now, class)
}

func (p *Pacer) asks(more int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asking += more
}

// turn is a lock for which a caller waits no longer than its context allows. The zero
// turn is free.
type turn struct {
	once sync.Once
	held chan struct{}
}

func (t *turn) wait(ctx context.Context) (end func(), err error) {
	t.once.Do(func() { t.held = make(chan struct{}, 1) })
	select {
	case t.held <- struct{}{}:
		return func() { <-t.held }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *Pacer) now() time.Time { return shop.Millis(p.Now()) }

// Return gives back a permit that was not used, for the worker's next
// message.
func (p *Pacer) Return(m Permit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.permits = append(p.permits, m)
	slices.SortFunc(p.permits, func(a, b Permit) int { return a.At.Compare(b.At) })
}

// TooFast slows all functions down. Call it if SES answered that the account
// sends too fast.
func (p *Pacer) TooFast(ctx context.Context) error {
	p.mu.Lock()
	p.permits = nil // they were reserved at a pace that is too fast
	p.mu.Unlock()
	if err := p.changeAll(ctx, func(s State) (State, bool) { return s.SlowDown(p.now()) }); err != nil {
		return fmt.Errorf("slow down the account's send rate: %w", err)
	}
	return nil
}

// UsedUp stops all functions for ten minutes. Call it if SES answered that the
// day's quota is used up.
func (p *Pacer) UsedUp(ctx context.Context) error {
	p.mu.Lock()
	p.permits = nil
	p.mu.Unlock()
	if err := p.changeAll(ctx, func(s State) (State, bool) { return s.Close(p.now()) }); err != nil {
		return fmt.Errorf("stop sending, because the day's quota is used up: %w", err)
	}
	return nil
}

// held takes a permit that was reserved before and suits the class. A
// transactional message takes only one that is valid now, because the reserved
// lane may be free sooner than a later permit.
func (p *Pacer) held(now time.Time, class shop.Class) (Permit, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.permits = slices.DeleteFunc(p.permits, func(m Permit) bool { return m.Over(now) || m.At.Sub(now) > astray })
	i := slices.IndexFunc(p.permits, func(m Permit) bool {
		return m.Lane == OpenLane && !Transactional(class) || Transactional(class) && !m.At.After(now)
	})
	if i < 0 {
		return Permit{}, false
	}
	m := p.permits[i]
	p.permits = slices.Delete(p.permits, i, i+1)
	return m, true
}
