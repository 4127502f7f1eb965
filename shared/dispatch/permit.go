package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/sendrate"
	"regulars/shared/ses"
	"regulars/shared/shop"
)

// This file keeps sends within the account's send rate (docs/decisions/0016): a
// message that may be sent waits for its permit before it is claimed.

// permit holds a message's permit, and its right to probe a paused account.
type permit struct {
	held  *sendrate.Permit // nil: none, or it was used
	probe bool             // this message may try whether SES takes messages again
}

// errWaited starts the next round, because the decision was made before the
// message waited for its permit.
var errWaited = fmt.Errorf("time passed while the message waited for its permit: %w", dynamo.ErrConflict)

// awaitPermit waits for the message's permit. It fails with [errWaited] if it
// had to wait. If no permit is valid soon, it turns the decision into a wait.
func (w *work) awaitPermit(ctx context.Context, d decided) (decided, error) {
	if d.Send.State != claim.Sending {
		return d, nil
	}
	if w.Pace == nil {
		return w.probe(ctx, d)
	}
	if w.permit.held != nil && w.permit.held.Over(w.Now()) {
		w.permit.held = nil
	}
	if w.permit.held == nil {
		taken, err := w.Pace.Take(ctx, d.Send.Class)
		if full := (*sendrate.Full)(nil); errors.As(err, &full) {
			return w.postpone(d, claim.Reason{Code: full.Code, Text: full.Text}, full.Again), nil
		}
		if err != nil {
			return d, err
		}
		w.permit.held = &taken
	}
	ahead := w.permit.held.At.Sub(w.Now())
	if ahead <= 0 {
		return w.probe(ctx, d)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < ahead+forSES {
		why := claim.Reason{Code: "rate", Text: "the message's permit is valid only after the function's time is over"}
		return w.postpone(d, why, w.Now().Add(waitRate)), nil
	}
	if err := w.sleep(ctx, ahead); err != nil {
		return d, err
	}
	return d, errWaited
}

// returnPermit gives a permit that was not used to the worker's next
// message.
func (w *work) returnPermit() {
	if w.permit.held != nil {
		w.Pace.Return(*w.permit.held)
		w.permit.held = nil
	}
}

// postpone turns a decision into a wait: until then, or until just before the
// intent expires if that is earlier. If the intent expires before it could be
// looked at again, it ends as EXPIRED with the same reason.
func (w *work) postpone(d decided, why claim.Reason, then time.Time) decided {
	d.Send.State, d.Send.Reason = claim.Queued, why
	wake, ok := decide.WaitUntil(w.Now(), then, w.intent)
	if !ok {
		d.Send.State = claim.Expired
		d.Send.Reason.Text += "; the intent expires before"
		return d
	}
	d.Send.Wake = shop.Millis(wake)
	return d
}

// reportWait reports to the other functions what SES said about the send rate,
// and returns how long the message itself waits.
func (w *work) reportWait(ctx context.Context, wait *ses.Wait) time.Duration {
	var pause time.Duration
	var err error
	switch {
	case wait.Paused():
		return w.pauseAccount(ctx, wait)
	case wait.Account:
		return waitAccount
	case wait.Day():
		pause = waitDay
		if w.Pace != nil {
			err = w.Pace.UsedUp(ctx)
		}
	default:
		pause = waitRate
		if w.Pace != nil {
			err = w.Pace.TooFast(ctx)
		}
	}
	if err != nil {
		slog.ErrorContext(ctx, "the answer of SES about the send rate was not stored; the other functions do not slow down", "code", wait.Code, "err", err)
	}
	return pause
}

func (h *Dispatcher) sleep(ctx context.Context, d time.Duration) error {
	if h.Sleep != nil {
		return h.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
