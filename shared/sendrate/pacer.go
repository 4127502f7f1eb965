package sendrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"regulars/shared/shop"
)

// Store keeps the shared state; [dynamo.Store] is one.
//
// SaveSendRate writes next where the stored state still has the revision. It returns
// what is stored then, next or what was in the way, with its revision, and
// whether it is next. Of several writers on one revision exactly one may hear
// that it is its own.
type Store interface {
	SendRate(context.Context) (State, string, error) // the zero State and "" where none is stored
	SaveSendRate(ctx context.Context, next State, revision string) (stored State, storedRevision string, saved bool, err error)
}

// Pacer gives one container's messages their moments. A container that is quiet
// leases one at a time, with one write; the busier it is, the more at once. It
// may be used by many goroutines.
type Pacer struct {
	Store Store
	Quota func(context.Context) (Quota, error) // asks SES
	Now   func() time.Time
	By    func() string // a fresh name for each write

	mu     sync.Mutex // never held while something is asked
	seen   seen
	hand   []Permit  // leased and not used, by time
	leased time.Time // when the last lease was taken
	last   int       // how many moments it had
	answer *answer   // SES's, to be stored with the next lease
}

// seen is the shared state as this container last saw it.
type seen struct {
	state State
	rev   string
	ever  bool
}

// answer is what SES said of the quota, and the Total of before it was asked.
type answer struct {
	quota Quota
	mark  int64
}

// Moment is the right to send one message from At on, for [Keep].
type Permit struct {
	At   time.Time
	Lane Lane
}

// Over reports whether the moment has passed without use.
func (m Permit) Over(now time.Time) bool { return now.Sub(m.At) > Keep }

// defeats bounds how often others may come first before a message waits.
const defeats = 16

// Take returns a moment for a message of the class, up to [Horizon] ahead:
// whoever takes it waits for it. It fails with [*Full] where none may be had
// now, and otherwise where the state cannot be read or written.
func (p *Pacer) Take(ctx context.Context, class shop.Class) (Permit, error) {
	for range defeats {
		now := p.now()
		if m, ok := p.held(now, class); ok {
			return m, nil
		}
		m, err := p.reserve(ctx, now, class)
		if errors.Is(err, errBeaten) {
			continue
		}
		if full := (*Full)(nil); err != nil && !errors.As(err, &full) {
			err = fmt.Errorf("lease a moment of the account's rate: %w", err)
		}
		return m, err
	}
	return Permit{}, &Full{Code: "rate", Text: "too many functions ask for their turn at once", Again: p.now().Add(time.Minute)}
}

func (p *Pacer) now() time.Time { return shop.Millis(p.Now()) }

// Return gives back a moment that was not used, for the container's next message.
func (p *Pacer) Return(m Permit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hand = append(p.hand, m)
	slices.SortFunc(p.hand, func(a, b Permit) int { return a.At.Compare(b.At) })
}

// TooFast slows everybody down: SES said that the account sends too fast.
func (p *Pacer) TooFast(ctx context.Context) error {
	p.mu.Lock()
	p.hand = nil // they were leased at a pace that is too fast
	p.mu.Unlock()
	if err := p.change(ctx, func(s State) (State, bool) { return s.SlowDown(p.now()) }); err != nil {
		return fmt.Errorf("slow down: %w", err)
	}
	return nil
}

// UsedUp stops everybody for a while: SES said that the day's quota is used up.
func (p *Pacer) UsedUp(ctx context.Context) error {
	p.mu.Lock()
	p.hand = nil
	p.mu.Unlock()
	if err := p.change(ctx, func(s State) (State, bool) { return s.Close(p.now()) }); err != nil {
		return fmt.Errorf("stop for the day's quota: %w", err)
	}
	return nil
}

// inHand takes a moment that was leased before and suits the class. What
// customers need to know does not wait for one that lies ahead: its own lane may
// be free sooner.
func (p *Pacer) held(now time.Time, class shop.Class) (Permit, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hand = slices.DeleteFunc(p.hand, func(m Permit) bool { return m.Over(now) || m.At.Sub(now) > astray })
	i := slices.IndexFunc(p.hand, func(m Permit) bool {
		return m.Lane == OpenLane && !Transactional(class) || Transactional(class) && !m.At.After(now)
	})
	if i < 0 {
		return Permit{}, false
	}
	m := p.hand[i]
	p.hand = slices.Delete(p.hand, i, i+1)
	return m, true
}
