package dispatch

import (
	"context"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
)

// decided is a decision that is not stored yet.
type decided struct {
	decide.Decision
	merged []claim.Send // the ends of the sends that the message speaks for as well

	revs   revs // of what it was made from
	listed bool // the intent is on the contact's waiting list
}

// decide decides the intent. If the message may be sent, it is compared with
// its rivals. again says that a rival was sent first just now, so that
// everything has to be read again.
func (w *work) decide(ctx context.Context, in prepared) (d decided, again bool, err error) {
	decisions, err := decide.Decide(w.Now(), in.snapshot, []campaign.Intent{w.intent}, w.config)
	if err != nil {
		return decided{}, false, err
	}
	w.intent = decisions[0].Send.Intent // a cart may have changed since it was raised
	d = decided{Decision: decisions[0], revs: in.revs, listed: in.listed}
	if d.Send.State != claim.Sending {
		return d, false, nil
	}
	return w.compete(ctx, in.snapshot, d)
}
