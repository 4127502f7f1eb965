package sendrate

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"regulars/shared/retry"
	"regulars/shared/shop"
)

// errConflict means that another worker changed the state first. The changed
// state was read.
var errConflict = errors.New("another worker changed the send rate's state first; retry")

func isConflict(err error) bool { return errors.Is(err, errConflict) }

// reserve reserves a block of permits in the shared state. That takes one write
// if no other worker has written since this one did. It returns the first
// permit and keeps the others.
//
// If the known quota is too old, the same write says that this worker reads
// it from SES, so that no other does.
func (p *Pacer) reserve(ctx context.Context, now time.Time, class shop.Class) (Permit, error) {
	state, rev, err := p.look(ctx)
	if err != nil {
		return Permit{}, err
	}
	state, due := state.QuotaDue(now)
	block, next, full := state.Reserve(now, class, p.wants(now))
	if full != nil && !due {
		return Permit{}, full
	}
	next, err = p.write(ctx, next, rev)
	if err != nil {
		return Permit{}, err
	}
	if due {
		learned := p.readQuota(ctx, next, state.Total)
		if full != nil && learned {
			return Permit{}, errConflict // the quota that refused it has changed
		}
	}
	if full != nil {
		return Permit{}, full
	}
	return p.keep(block, now), nil
}

// wants returns how many permits to reserve: twice as many as last time if
// those were used within a second, half as many if they lasted longer, one if
// they lasted for [Keep], and always one for each message that asks now.
func (p *Pacer) wants(now time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch since := now.Sub(p.reserved); {
	case since < 0 || since >= Keep:
		return max(1, p.asking)
	case since < time.Second:
		return max(1, p.asking, 2*p.last)
	default:
		return max(1, p.asking, p.last/2)
	}
}

// keep returns the first permit of the block and keeps the others.
func (p *Pacer) keep(b Block, now time.Time) Permit {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reserved, p.last = now, b.Count
	for i := range b.Count - 1 {
		p.permits = append(p.permits, Permit{At: b.First.Add(time.Duration(i+1) * b.Every), Lane: b.Lane, Shard: p.mine.n})
	}
	slices.SortFunc(p.permits, func(a, b Permit) int { return a.At.Compare(b.At) })
	return Permit{At: b.First, Lane: b.Lane, Shard: p.mine.n}
}

// readQuota reads the quota from SES and reports whether it differs from the known
// one. If it differs it is stored at once, otherwise with the next block. mark
// is the Total before the call: permits reserved after it are not in the
// answer's count of sent messages.
func (p *Pacer) readQuota(ctx context.Context, known State, mark int64) (learned bool) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	q, err := p.Quota(ctx)
	if err == nil && q.PerSecond <= 0 {
		err = errors.New("the answer has no rate")
	}
	if err != nil {
		slog.ErrorContext(ctx, "cannot read the account's quota from SES; using the known one", "per_second", known.perSecond(), "per_day", known.Quota.PerDay, "known_since", known.Quota.At, "err", err)
		return false
	}
	q.At = p.now()
	p.mu.Lock()
	p.answer = &answer{q, mark}
	p.mu.Unlock()
	if q.PerSecond == known.Quota.PerSecond && q.PerDay == known.Quota.PerDay && known.leftToday(shop.ClassPromotion) > 0 {
		return false
	}
	slog.InfoContext(ctx, "the account's quota at SES is new or has changed", "per_second", q.PerSecond, "per_day", q.PerDay, "sent", q.Sent)
	if err := p.change(ctx, func(s State) (State, bool) { return s, true }); err != nil {
		slog.WarnContext(ctx, "the account's quota was not stored; the next block stores it", "err", err)
		return false
	}
	return true
}

// change stores the result of edit, and starts again if another worker
// changed the state first, [tries] times at most. If edit returns false nothing
// is written.
func (p *Pacer) change(ctx context.Context, edit func(State) (State, bool)) error {
	return retry.Do(ctx, tries, nil, isConflict, func() error {
		state, rev, err := p.look(ctx)
		if err != nil {
			return err
		}
		next, changed := edit(state)
		if !changed {
			return nil
		}
		_, err = p.write(ctx, next, rev)
		return err
	})
}

// look returns the state as last seen, and reads it if it was not read yet.
func (p *Pacer) look(ctx context.Context) (State, string, error) {
	p.mu.Lock()
	s := p.seen
	p.mu.Unlock()
	if s.read && !p.moved(s.state) {
		return s.state, s.rev, nil
	}
	p.mu.Lock()
	mine := p.mine
	p.mu.Unlock()
	state, rev, err := p.Store.SendRate(ctx, mine.n)
	if err != nil {
		return State{}, "", err
	}
	if rev == "" && mine.n > 0 { // no worker has used this shard yet
		state.Quota, state.QuotaRead, state.Pace, state.Slowed, state.Closed = s.state.Quota, s.state.QuotaRead, s.state.Pace, s.state.Slowed, s.state.Closed
	}
	p.remember(state, rev)
	if mine.n == 0 && p.moved(state) { // other shards can know another quota for a minute
		return p.look(ctx)
	}
	return state, rev, nil
}

// write stores next, with SES's last answer, if the stored state still has the
// revision; otherwise it fails with [errConflict].
func (p *Pacer) write(ctx context.Context, next State, rev string) (State, error) {
	p.mu.Lock()
	given, mine := p.answer, p.mine
	p.mu.Unlock()
	if given != nil {
		next = next.WithQuota(given.quota, given.mark)
	}
	next.By = p.By()
	stored, storedRev, saved, err := p.Store.SaveSendRate(ctx, mine.n, next, rev)
	if err != nil {
		p.forget()
		return State{}, err
	}
	p.remember(stored, storedRev)
	if !saved {
		return State{}, errConflict
	}
	p.mu.Lock()
	if p.answer == given {
		p.answer = nil
	}
	p.mu.Unlock()
	return stored, nil
}

func (p *Pacer) remember(state State, rev string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = seen{state, rev, true}
}

// forget makes the next call read the state, because it is not known whether
// the last write was made.
func (p *Pacer) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = seen{}
}
