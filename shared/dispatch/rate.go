package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/sendrate"
	"regulars/shared/ses"
	"regulars/shared/shop"
)

// This file keeps sends within the account's rate (docs/decisions/0016): a
// message that may go waits for its moment before it is claimed.

// turn is a message's moment in the account's second.
type turn struct {
	moment sendrate.Permit
	has    bool
}

// await waits for the message's moment. It reports false where it had to wait:
// time has passed then, and the message is to be decided anew. Where no moment
// may be had soon, it makes a wait of the decision.
func (s *sending) await(ctx context.Context, d *decide.Decision) (ready bool, err error) {
	if d.Send.State != claim.Sending {
		return true, nil
	}
	if s.Pace == nil {
		return true, s.probe(ctx, d)
	}
	if s.turn.has && s.turn.moment.Over(s.Now()) {
		s.turn.has = false
	}
	if !s.turn.has {
		moment, err := s.Pace.Take(ctx, d.Send.Class)
		if full := (*sendrate.Full)(nil); errors.As(err, &full) {
			s.putOff(d, claim.Reason{Code: full.Code, Text: full.Text}, full.Again)
			return true, nil
		}
		if err != nil {
			return false, err
		}
		s.turn = turn{moment, true}
	}
	ahead := s.turn.moment.At.Sub(s.Now())
	if ahead <= 0 {
		return true, s.probe(ctx, d)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < ahead+forSES {
		s.putOff(d, claim.Reason{Code: "rate", Text: "its turn comes after the function's time is over"}, s.Now().Add(waitRate))
		return true, nil
	}
	return false, s.sleep(ctx, ahead)
}

// giveBack leaves a moment that was not used to the container's next message.
func (s *sending) giveBack() {
	if s.turn.has {
		s.Pace.Return(s.turn.moment)
		s.turn.has = false
	}
}

// putOff makes a wait of a decision: until then, or until just before the
// intent's own time is over, when it ends for that reason.
func (s *sending) putOff(d *decide.Decision, why claim.Reason, then time.Time) {
	d.Send.State, d.Send.Reason = claim.Queued, why
	wake, ok := decide.WaitUntil(s.Now(), then, s.intent)
	if !ok {
		d.Send.State = claim.Expired
		d.Send.Reason.Text += "; its own time is over before"
		return
	}
	d.Send.Wake = shop.Millis(wake)
}

// heed tells everybody what SES said about the rate, and returns how long the
// message itself is to wait.
func (s *sending) heed(ctx context.Context, wait *ses.Wait) time.Duration {
	var pause time.Duration
	var err error
	switch {
	case wait.Paused():
		return s.paused(ctx, wait)
	case wait.Account:
		return waitAccount
	case wait.Day():
		pause = waitDay
		if s.Pace != nil {
			err = s.Pace.UsedUp(ctx)
		}
	default:
		pause = waitRate
		if s.Pace != nil {
			err = s.Pace.TooFast(ctx)
		}
	}
	if err != nil {
		slog.ErrorContext(ctx, "the other functions do not know what SES said of the rate", "code", wait.Code, "err", err)
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
