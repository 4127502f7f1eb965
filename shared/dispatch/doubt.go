package dispatch

import (
	"context"
	"log/slog"

	"regulars/shared/claim"
)

// unknown is the code of a reason that leaves it open whether an attempt has
// arrived: SES's answer was lost, and no event told of it.
const unknown = "unknown"

// doubtful reports whether an earlier attempt of the send may be in the
// customer's inbox. Whatever becomes of the next one, nothing is given back
// then, because the coupon may be there too; and where it ends, it is LOST, the
// one end which an event that comes after all can still raise.
func (s *sending) doubtful() bool {
	return s.stored.Unconfirmed > 0
}

// doubting returns why a send waits or ends; where an earlier attempt may have
// arrived, that is what counts, and what is said.
func (s *sending) doubting(why claim.Reason) claim.Reason {
	if !s.doubtful() {
		return why
	}
	return claim.Reason{Code: unknown, Text: why.Text + "; nothing was heard of an attempt before, which may have arrived"}
}

// lost tells that the send has ended as LOST, as the clock does of those that it
// ends.
func (s *sending) lost(ctx context.Context) {
	slog.ErrorContext(ctx, "lost", "send", s.id, "campaign", s.intent.Campaign)
	if s.Count != nil {
		s.Count("Lost", 1)
	}
}
