package dispatch

import (
	"context"
	"fmt"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
)

// Rehearse returns the decision that [Dispatcher.Take] would carry out if the intent
// were delivered now, and writes nothing. SENDING means that the message would be
// handed to SES. Where Take would send a better rival first, Rehearse goes on with the
// contact that the rival would leave. A send that has ended, or that another worker is
// sending, is returned as its record says.
//
// left is the contact that holds for the customer as the message and its rivals would
// leave it; nil if none of them would be sent.
//
// It needs Claims, of which it only reads, Reader and Now. It asks for no permit: the
// send rate delays a message, and changes nothing else.
func (h *Dispatcher) Rehearse(ctx context.Context, intent campaign.Intent) (d decide.Decision, left *frequency.Contact, err error) {
	config, err := h.Reader.config(ctx, intent)
	if err != nil {
		return d, nil, err
	}
	w := h.begin(config, intent, claim.Send{})
	w.rehearsal = &rehearsal{}
	if err := w.look(ctx); err != nil {
		return d, nil, err
	}
	if d, err = w.rehearse(ctx); err != nil {
		return d, nil, fmt.Errorf("rehearse send %s: %w", w.id, err)
	}
	if left = w.rehearsal.contact; d.Send.State == claim.Sending && w.record.State != claim.Sending {
		left = &d.Contact
	}
	return d, left, nil
}

// rehearsal is what a rehearsal knows in place of what it does not write.
type rehearsal struct {
	contact *frequency.Contact // as the rivals that would go first would leave it; nil: none would
}

// rehearse decides until a decision could be stored.
func (w *work) rehearse(ctx context.Context) (decide.Decision, error) {
	var d decided
	err := dynamo.Retry(ctx, nil, func() error {
		if w.record.State.Ended() || w.record.State == claim.Sending {
			d.Decision = decide.Decision{Send: w.record}
			return nil
		}
		for again := true; again; {
			in, err := w.prepare(ctx)
			if err != nil {
				return err
			}
			if d, again, err = w.decide(ctx, in); err != nil {
				return err
			}
		}
		return w.fund(ctx, d)
	})
	return d.Decision, err
}

// fund fails with [dynamo.ErrConflict] if the decision has a coupon of an offer whose
// budget is used up. A claim would be refused for that reason.
func (w *work) fund(ctx context.Context, d decided) error {
	coupon := d.Send.Coupon
	if d.Send.State != claim.Sending || coupon == nil || w.record.Coupon != nil {
		return nil
	}
	if err := w.findShard(ctx, *coupon); err != nil {
		return err
	}
	if w.budgets.spent[coupon.Offer] {
		return fmt.Errorf("the budget of offer %s is used up: %w", coupon.Offer, dynamo.ErrConflict)
	}
	return nil
}

// rehearseFirst decides a better intent that waits, and keeps the contact that it would
// leave. As in [work.letFirst], an error of that intent does not stop the message.
func (w *work) rehearseFirst(ctx context.Context, rival claim.Send) error {
	w.rivals.seen[rival.ID], w.rivals.first[rival.ID] = true, rival.Intent.Campaign
	other := w.begin(w.config, rival.Intent, rival)
	other.rehearsal = w.rehearsal
	if d, err := other.rehearse(ctx); err == nil && d.Send.State == claim.Sending {
		w.rehearsal.contact = &d.Contact
	}
	return ctx.Err()
}
