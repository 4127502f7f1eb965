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

// Store keeps counts and brakes; [dynamo.Store] is one.
type Store interface {
	// AddToBreakerTally adds to a scope's counts of a day and returns all its days.
	AddToBreakerTally(ctx context.Context, s Scope, day string, more Counts) (Tally, error)

	// UpdateBreakers replaces the brakes that are on by what change makes of them,
	// or leaves them where it returns false. It returns them as they are then.
	UpdateBreakers(ctx context.Context, change func(Now) (Now, bool)) (Now, error)

	// Brakes returns the brakes that are on.
	Breakers(context.Context) (Now, error)
}

// Patience is how long nothing is tried after SES refused everything.
const ProbeInterval = 15 * time.Minute

// Keeper counts what becomes of messages, and puts brakes on. It may be used by
// many goroutines at once.
type Keeper struct {
	Store Store
	Now   func() time.Time
}

// Add counts what became of messages, by campaign, and puts on the brakes that
// they call for. It costs one write for each campaign and one for the account,
// whatever the number of messages: give it a batch.
//
// Counts are statistics: what cannot be written is missing, and where an answer
// of the store was lost it may be there twice.
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
	if more.Bounced+more.Complained+more.Rejected == 0 { // nothing bad came: what was allowed before is so now
		return nil
	}
	why := tally.Sum(now).Verdict()
	if why == "" {
		return nil
	}
	put := false
	_, err = k.Store.UpdateBreakers(ctx, func(n Now) (Now, bool) {
		n, put = n.With(s, Breaker{Since: now, Why: why})
		return n, put
	})
	if err == nil && put {
		slog.ErrorContext(ctx, "BRAKE: messages are held until somebody releases it (docs/runbooks/breaker.md)", "scope", s, "why", why)
	}
	return err
}

// Paused holds everything, because SES refuses everything, and says until when.
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
		return time.Time{}, fmt.Errorf("hold everything: %w", err)
	}
	if first {
		slog.ErrorContext(ctx, "BRAKE: SES takes nothing from the account; everything is held (docs/runbooks/breaker.md)", "code", code)
	}
	return n.Pause.Probe, nil
}

// Probe reports whether the caller's message is the one that may try whether SES
// takes it, and until when the others wait. Where the pause was lifted meanwhile
// every message may.
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
		return false, time.Time{}, fmt.Errorf("ask whether to probe SES: %w", err)
	}
	if n.Pause != nil {
		until = n.Pause.Probe
	}
	return may, until, nil
}

// Lift ends a pause: SES has taken a message.
func (k *Keeper) Lift(ctx context.Context) error {
	lifted := false
	_, err := k.Store.UpdateBreakers(ctx, func(n Now) (Now, bool) {
		lifted = n.Pause != nil
		n.Pause = nil
		return n, lifted
	})
	if err != nil {
		return fmt.Errorf("lift the pause: %w", err)
	}
	if lifted {
		slog.WarnContext(ctx, "SES takes messages again; what was held goes")
	}
	return nil
}

// On returns how many brakes are on.
func (k *Keeper) On(ctx context.Context) (int, error) {
	n, err := k.Store.Breakers(ctx)
	return n.On(), err
}
