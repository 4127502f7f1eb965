package dispatch

import (
	"context"
	"log/slog"

	"regulars/shared/claim"
)

// unknown is the code of a reason that says that an attempt may have arrived:
// there was no answer of SES to it, and no event.
const unknown = "unknown"

// unconfirmed reports whether an earlier attempt of the send may be in the
// customer's inbox. Then nothing is given back, whatever the result of the next
// attempt, because the coupon may be in that inbox too; and the send ends as
// LOST, the only end that a late event of SES can still raise.
func (w *work) unconfirmed() bool {
	return w.record.Unconfirmed > 0
}

// reason returns why the send waits or ends. If an earlier attempt may have
// arrived, the reason says that instead of the given code.
func (w *work) reason(why claim.Reason) claim.Reason {
	if !w.unconfirmed() {
		return why
	}
	return claim.Reason{Code: unknown, Text: why.Text + "; an earlier attempt is unconfirmed and may have arrived"}
}

// reportLost logs and counts a send that ended as LOST, as the settle function
// does for those that it ends.
func (w *work) reportLost(ctx context.Context) {
	slog.ErrorContext(ctx, "a send is LOST: it may have arrived, and is not sent again", "send", w.id, "campaign", w.intent.Campaign)
	if w.Count != nil {
		w.Count("Lost", 1)
	}
}
