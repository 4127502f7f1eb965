package breaker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Store stores counts and tripped breakers; [dynamo.Store] is one.
type Store interface {
	// AddToBreakerTally adds to a scope's counts of a day and returns the
	// counts of all its days.
	AddToBreakerTally(ctx context.Context, s Scope, day string, more Counts) (Tally, error)

	// UpdateBreakers replaces the tripped breakers by the result of change, or
	// leaves them as they are if change returns false. It returns the tripped
	// breakers after the call.
	UpdateBreakers(ctx context.Context, change func(Now) (Now, bool)) (Now, error)

	// Breakers returns the tripped breakers.
	Breakers(context.Context) (Now, error)
}

// ProbeInterval is how long no message is tried after SES refused one because
// the account is paused.
const ProbeInterval = 15 * time.Minute

// Keeper counts the outcomes of messages and trips breakers. Many goroutines
// may use it at once.
type Keeper struct {
	Store Store
	Now   func() time.Time
}

// Add adds the counts of each campaign, and trips the breakers whose limits
// they pass. It costs one write for each campaign and one for the account,
// whatever the number of messages: call it with a batch.
//
// Counts are statistics: a count that cannot be written is missing, and one is
// added twice if the store's answer was lost.
func (k *Keeper) Add(ctx context.Context, more map[shop.CampaignID]Counts) error {
	var all Counts
	var errs []error
	for _, c := range slices.Sorted(maps.Keys(more)) {
		all = all.Plus(more[c])
		errs = append(errs, k.add(ctx, Of(c), more[c]))
	}
	if all != (Counts{}) {
		errs = append(errs, k.add(ctx, Account, all))
	}
	return errors.Join(errs...)
}

func (k *Keeper) add(ctx context.Context, s Scope, more Counts) error {
	if more == (Counts{}) {
		return nil
	}
	now := k.Now().UTC()
	tally, err := k.Store.AddToBreakerTally(ctx, s, Day(now), more)
	if err != nil {
		return err
	}
	if more.Bounced+more.Complained+more.Rejected == 0 { // only good outcomes: they cannot trip a breaker
		return nil
	}
	why := tally.Sum(now).Verdict()
	if why == "" {
		return nil
	}
	trips := false
	_, err = k.Store.UpdateBreakers(ctx, func(n Now) (Now, bool) {
		n, trips = n.With(s, Breaker{Since: now, Why: why})
		return n, trips
	})
	if err == nil && trips {
		slog.ErrorContext(ctx, "a breaker has tripped; its messages are held until a person releases it (docs/runbooks/breaker.md)", "scope", s, "why", why)
	}
	return err
}

// Paused stores that SES refuses all messages, so that all functions hold them.
// It returns when the next message may try again.
func (k *Keeper) Paused(ctx context.Context, code string) (until time.Time, err error) {
	now := k.Now().UTC()
	first := false
	n, err := k.Store.UpdateBreakers(ctx, func(n Now) (Now, bool) {
		if first = n.Pause == nil; first {
			n.Pause = &Pause{Since: now, Code: code, Probe: now.Add(ProbeInterval)}
			return n, true
		}
		return n, false
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("store the pause of the account: %w", err)
	}
	if first {
		slog.ErrorContext(ctx, "SES takes nothing from the account; all messages are held (docs/runbooks/breaker.md)", "code", code)
	}
	return n.Pause.Probe, nil
}

// Probe reports whether the caller's message may try whether SES takes messages
// again, and until when the other messages wait. Every message may try if the
// pause has ended.
func (k *Keeper) Probe(ctx context.Context) (may bool, until time.Time, err error) {
	now := k.Now().UTC()
	n, err := k.Store.UpdateBreakers(ctx, func(n Now) (Now, bool) {
		if may = n.Pause == nil; may {
			return n, false
		}
		if may = !now.Before(n.Pause.Probe); may {
			next := *n.Pause
			next.Probe = now.Add(ProbeInterval)
			n.Pause = &next
		}
		return n, may
	})
	if err != nil {
		return false, time.Time{}, fmt.Errorf("read the pause of the account: %w", err)
	}
	if n.Pause != nil {
		until = n.Pause.Probe
	}
	return may, until, nil
}

// Lift ends a pause. Call it if SES has taken a message.
func (k *Keeper) Lift(ctx context.Context) error {
	lifted := false
	_, err := k.Store.UpdateBreakers(ctx, func(n Now) (Now, bool) {
		lifted = n.Pause != nil
		n.Pause = nil
		return n, lifted
	})
	if err != nil {
		return fmt.Errorf("end the pause of the account: %w", err)
	}
	if lifted {
		slog.WarnContext(ctx, "SES takes messages again; the held messages are sent")
	}
	return nil
}

// Tripped returns how many breakers have tripped; a pause counts as one.
func (k *Keeper) Tripped(ctx context.Context) (int, error) {
	n, err := k.Store.Breakers(ctx)
	return n.Tripped(), err
}
