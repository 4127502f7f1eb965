package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
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

// tick wakes the sends whose wait is over, and ends the claims of which nothing
// was heard.
func (h *handler) tick(ctx context.Context) error {
	var woken, lost int
	err := h.due.Due(ctx, h.now(), mostDue, func(d claim.Send) error {
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
		count("Lost", lost, h.now())
	}
	return err
}

// wake puts a waiting send's intent on the queue again. It stays on the list,
// for later, in case that message gets lost.
func (h *handler) wake(ctx context.Context, d claim.Send) error {
	if err := h.intents.Put(ctx, d.Intent); err != nil {
		return err
	}
	d.Wake = h.now().Add(again)
	return h.sends.End(ctx, d)
}

// giveUp ends a claim whose worker is dead and of which SES told nothing. A
// promotion or a promise may have gone: it is lost, and never sent again. What
// the customer needs to know is worth a possible duplicate.
func (h *handler) giveUp(ctx context.Context, d claim.Send) (lost bool, err error) {
	needed := d.Class == shop.ClassSafety || d.Class == shop.ClassService || d.Class == shop.ClassRecovery
	d.Unheard++
	if needed && d.Unheard < attempts {
		why := claim.Reason{Code: "unknown", Text: fmt.Sprintf("nothing was heard of attempt %d; it is sent again, because the customer needs it", d.Attempt)}
		return false, h.sends.Wait(ctx, d, why, h.now(), h.now())
	}
	slog.ErrorContext(ctx, "lost", "send", d.ID, "campaign", d.Intent.Campaign, "attempt", d.Attempt)
	why := claim.Reason{Code: "unknown", Text: "SES's answer was lost and no event came: it may have arrived, so it is not sent again"}
	return true, h.sends.Lose(ctx, d, why, h.now())
}

// count publishes a metric, by a line on the function's output.
func count(name string, n int, now time.Time) { fmt.Fprintln(os.Stdout, metric(name, n, now)) }

// metric returns n of a thing in CloudWatch's embedded metric format.
func metric(name string, n int, now time.Time) string {
	return fmt.Sprintf(`{"_aws":{"Timestamp":%d,"CloudWatchMetrics":[{"Namespace":"Regulars","Dimensions":[[]],"Metrics":[{"Name":%q,"Unit":"Count"}]}]},%q:%d}`,
		now.UnixMilli(), name, name, n)
}
