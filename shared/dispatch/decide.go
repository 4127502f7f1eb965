package dispatch

import (
	"context"

	"regulars/shared/claim"
	"regulars/shared/decide"
)

// decided is a decision that is not stored yet.
type decided struct {
	decide.Decision
	made   decide.Made  // with what it was made from
	merged []claim.Send // the ends of the sends that the message speaks for as well

	revs   revs // of what it was made from
	listed bool // the intent is on the contact's waiting list
}

// decide decides the intent. If the message may be sent, it is compared with
// its rivals. again says that a rival was sent first just now, so that
// everything has to be read again.
func (w *work) decide(ctx context.Context, in prepared) (d decided, again bool, err error) {
	d = decided{revs: in.revs, listed: in.listed}
	if err := d.make(decide.Made{Now: w.Now(), Snapshot: in.snapshot, Intent: w.intent, Config: w.config}); err != nil {
		return decided{}, false, err
	}
	w.intent = d.Send.Intent // a cart may have changed since it was raised
	if d.Send.State != claim.Sending {
		return d, false, nil
	}
	return w.compete(ctx, in.snapshot, d)
}

// make makes the decision from the inputs, and keeps both.
func (d *decided) make(from decide.Made) (err error) {
	from.Decision, err = from.Again()
	d.made, d.Decision = from, from.Decision
	return err
}
