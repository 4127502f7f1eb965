package sendrate

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"regulars/shared/shop"
)

// errBeaten means that another container came first; what it wrote is known now.
var errBeaten = errors.New("another container came first")

// lease gets moments from the shared state, with one write where nobody else
// has written since this container did. It returns the first and keeps the rest
// in hand.
//
// Who finds what SES said of the quota too old says so in the same write, and
// alone asks.
func (p *Pacer) reserve(ctx context.Context, now time.Time, class shop.Class) (Permit, error) {
	state, rev, err := p.look(ctx)
	if err != nil {
		return Permit{}, err
	}
	state, asks := state.Ask(now)
	l, next, full := state.Reserve(now, class, p.wants(now))
	if full != nil && !asks {
		return Permit{}, full
	}
	next, err = p.write(ctx, next, rev)
	if err != nil {
		return Permit{}, err
	}
	if asks {
		learned := p.ask(ctx, next, state.Total)
		if full != nil && learned {
			return Permit{}, errBeaten // what it was refused by has changed
		}
	}
	if full != nil {
		return Permit{}, full
	}
	return p.keep(l, now), nil
}

// wants returns how many moments to lease: twice as many as last time where
// those were used within a second, one where it is quiet.
func (p *Pacer) wants(now time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch since := now.Sub(p.leased); {
	case since < 0 || since >= Keep:
		return 1
	case since < time.Second:
		return max(1, 2*p.last)
	default:
		return max(1, p.last/2)
	}
}

// keep takes the lease in hand but for its first moment, which it returns.
func (p *Pacer) keep(l Block, now time.Time) Permit {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leased, p.last = now, l.Count
	for i := range l.Count - 1 {
		p.hand = append(p.hand, Permit{At: l.First.Add(time.Duration(i+1) * l.Every), Lane: l.Lane})
	}
	slices.SortFunc(p.hand, func(a, b Permit) int { return a.At.Compare(b.At) })
	return Permit{At: l.First, Lane: l.Lane}
}

// ask asks SES for the quota and reports whether it is another than was known;
// then it is stored at once, and otherwise with the next lease. What was leased
// after mark has not been sent yet, as far as the answer can know.
func (p *Pacer) ask(ctx context.Context, known State, mark int64) (learned bool) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	q, err := p.Quota(ctx)
	if err == nil && q.PerSecond <= 0 {
		err = errors.New("it answered without a rate")
	}
	if err != nil {
		slog.ErrorContext(ctx, "cannot ask SES for the account's quota; going on with what was known", "per_second", known.perSecond(), "per_day", known.Quota.PerDay, "known_since", known.Quota.At, "err", err)
		return false
	}
	q.At = p.now()
	p.mu.Lock()
	p.answer = &answer{q, mark}
	p.mu.Unlock()
	if q.PerSecond == known.Quota.PerSecond && q.PerDay == known.Quota.PerDay && known.leftToday(shop.ClassPromotion) > 0 {
		return false
	}
	slog.InfoContext(ctx, "SES told the account's quota", "per_second", q.PerSecond, "per_day", q.PerDay, "sent", q.Sent)
	if err := p.change(ctx, func(s State) (State, bool) { return s, true }); err != nil {
		slog.WarnContext(ctx, "cannot store the account's quota yet", "err", err)
		return false
	}
	return true
}

// change writes what edit makes of the state, however often others come first.
// Where edit returns false nothing is written.
func (p *Pacer) change(ctx context.Context, edit func(State) (State, bool)) error {
	for range defeats {
		state, rev, err := p.look(ctx)
		if err != nil {
			return err
		}
		next, changed := edit(state)
		if !changed {
			return nil
		}
		if _, err = p.write(ctx, next, rev); !errors.Is(err, errBeaten) {
			return err
		}
	}
	return errBeaten
}

// look returns the state as last seen, and reads it where it never was.
func (p *Pacer) look(ctx context.Context) (State, string, error) {
	p.mu.Lock()
	s := p.seen
	p.mu.Unlock()
	if s.ever {
		return s.state, s.rev, nil
	}
	state, rev, err := p.Store.SendRate(ctx)
	if err != nil {
		return State{}, "", err
	}
	p.remember(state, rev)
	return state, rev, nil
}

// write stores next, with SES's last answer, where the state still has that
// revision; else it fails with errBeaten.
func (p *Pacer) write(ctx context.Context, next State, rev string) (State, error) {
	p.mu.Lock()
	told := p.answer
	p.mu.Unlock()
	if told != nil {
		next = next.WithQuota(told.quota, told.mark)
	}
	next.By = p.By()
	stored, storedRev, saved, err := p.Store.SaveSendRate(ctx, next, rev)
	if err != nil {
		p.forget()
		return State{}, err
	}
	p.remember(stored, storedRev)
	if !saved {
		return State{}, errBeaten
	}
	p.mu.Lock()
	if p.answer == told {
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

// forget makes the next lease read the state: whether the last write was made is
// not known.
func (p *Pacer) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = seen{}
}
