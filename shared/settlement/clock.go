package settlement

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

const (
	mostDue  = 2_000            // looked at in one minute
	again    = 10 * time.Minute // a send that was woken is woken again then, should its message get lost
	attempts = 3                // of a service message whose fate is unknown
)

// Tick is what is done each minute: it wakes the sends whose wait is over, and ends the claims of which nothing
// was heard.
func (h *Settler) Tick(ctx context.Context) error {
	var woken, lost int
	err := h.Due.Due(ctx, h.Now(), mostDue, func(d claim.Send) error {
		var err error
		switch d.State {
		case claim.Queued:
			woken++
			err = h.wake(ctx, d)
		case claim.Sending:
			var gone bool
			gone, err = h.giveUp(ctx, d)
			if gone {
				lost++
			}
		}
		if errors.Is(err, dynamo.ErrConflict) { // it moved on by itself
			return nil
		}
		return err
	})
	if woken+lost > 0 {
		slog.InfoContext(ctx, "clock", "woken", woken, "lost", lost)
	}
	if lost > 0 {
		h.Count("Lost", lost)
	}
	return err
}

// wake puts a waiting send's intent on the queue again. It stays on the list,
// for later, in case that message gets lost.
func (h *Settler) wake(ctx context.Context, d claim.Send) error {
	if err := h.Intents.Put(ctx, d.Intent); err != nil {
		return err
	}
	d.Wake = h.Now().Add(again)
	return h.Sends.End(ctx, d)
}

// giveUp ends a claim whose worker is dead and of which SES told nothing. A
// promotion or a promise may have gone: it is lost, and never sent again. What
// the customer needs to know is worth a possible duplicate.
func (h *Settler) giveUp(ctx context.Context, d claim.Send) (lost bool, err error) {
	needed := d.Class == shop.ClassSafety || d.Class == shop.ClassService || d.Class == shop.ClassRecovery
	d.Unheard++
	if needed && d.Unheard < attempts {
		why := claim.Reason{Code: "unknown", Text: fmt.Sprintf("nothing was heard of attempt %d; it is sent again, because the customer needs it", d.Attempt)}
		return false, h.Sends.Wait(ctx, d, why, h.Now(), h.Now())
	}
	slog.ErrorContext(ctx, "lost", "send", d.ID, "campaign", d.Intent.Campaign, "attempt", d.Attempt)
	why := claim.Reason{Code: "unknown", Text: "SES's answer was lost and no event came: it may have arrived, so it is not sent again"}
	return true, h.Sends.Lose(ctx, d, why, h.Now())
}
