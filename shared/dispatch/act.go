package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strconv"
	"time"

	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/coupon"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/ses"
	"regulars/shared/shop"
)

// attempt is a claimed send with the mail to hand to SES.
type attempt struct {
	send claim.Send // SENDING, with its fence
	mail content.Mail
}

// act waits for a permit and stores the decision. It returns the attempt to
// hand to SES, or nil if the send ended or waits.
func (w *work) act(ctx context.Context, d decided) (*attempt, error) {
	d, err := w.awaitPermit(ctx, d)
	if err != nil {
		return nil, err
	}
	d.Send.Assigned = first(w.record.Assigned, d.Send.Assigned)
	send := d.Send
	if send.State == claim.Sending {
		send, err = w.claim(ctx, d)
	} else {
		err = w.end(ctx, d)
	}
	if err != nil || send.State != claim.Sending {
		return nil, err
	}
	return &attempt{send, d.Mail}, nil
}

// first returns the time that was recorded, or else the time of now.
func first(recorded, now time.Time) time.Time {
	if recorded.IsZero() {
		return now
	}
	return recorded
}

// budgets holds what refused claims showed about the budgets of offers.
type budgets struct {
	spent  map[shop.OfferID]bool // no use is left, or there is no budget
	shards map[shop.OfferID]int  // a shard with a use left
}

// claim makes the decision binding and returns the send with its new fence.
func (w *work) claim(ctx context.Context, d decided) (claim.Send, error) {
	d.Send.Attempt, d.Send.Owner, d.Send.Claimed = w.record.Attempt+1, w.Owner(), w.Now()
	d.Send.Unconfirmed = w.record.Unconfirmed
	c := claim.Claim{Send: d.Send, Contact: d.Contact, ContactRev: d.revs.contact, ProfileRev: d.revs.profile, Merged: d.merged}
	c.Contact, _ = c.Contact.WithoutWaiting(d.Send.Claimed, decide.Hints(w.rivals.over)...)
	if w.record.State == claim.Queued {
		c.From = &claim.Fence{Attempt: w.record.Attempt, Owner: w.record.Owner}
	}
	if coupon := d.Send.Coupon; coupon != nil && w.record.Coupon == nil { // a coupon in the record is issued already
		if shard, ok := w.budgets.shards[coupon.Offer]; ok {
			coupon.Shard = shard
		}
		c.Coupon = coupon
	}
	err := w.Claims.Claim(ctx, c)
	if refused := (*dynamo.ClaimRefused)(nil); errors.As(err, &refused) {
		err = w.learn(ctx, c, refused, err)
	}
	return d.Send, err
}

// learn keeps what the next round needs to know about why the claim was
// refused. It returns the error to go on with: err, or a failure to learn more.
func (w *work) learn(ctx context.Context, c claim.Claim, refused *dynamo.ClaimRefused, err error) error {
	switch {
	case refused.Send:
		w.found(refused.Stored)
	case refused.Budget:
		if errShard := w.findShard(ctx, *c.Coupon); errShard != nil {
			return errShard
		}
	case refused.Coupon && !refused.Contact:
		return fmt.Errorf("the coupon's code is taken, although it was derived for this send alone: %w", refused)
	}
	return err
}

// findShard keeps a shard of the coupon's budget that has a use left, or that none is
// left.
func (w *work) findShard(ctx context.Context, of coupon.Coupon) error {
	shard, err := w.Claims.FundedShard(ctx, of.Offer, of.Version, of.Shard)
	switch {
	case errors.Is(err, dynamo.ErrSpent):
		w.budgets.spent[of.Offer] = true
	case errors.Is(err, dynamo.ErrNotFound): // publishing creates budgets: a missing one was deleted
		slog.ErrorContext(ctx, "an offer has no budget; publish the policy again", "offer", of.Offer, "version", of.Version)
		w.budgets.spent[of.Offer] = true
	case err != nil:
		return err
	default:
		w.budgets.shards[of.Offer] = shard
	}
	return nil
}

// end stores an end without a message, or a wait.
func (w *work) end(ctx context.Context, d decided) error {
	send := d.Send
	send.Attempt, send.Owner, send.Unconfirmed = w.record.Attempt, w.record.Owner, w.record.Unconfirmed
	var err error
	if w.record.ReservationKept && send.State.Ended() && !w.unconfirmed() {
		err = w.Attempts.Refuse(ctx, w.record, send.State, send.Reason, w.Now())
	} else {
		send.ReservationKept, send.Coupon, send.Also = w.record.ReservationKept, w.record.Coupon, w.record.Also
		if send.State.Ended() && w.unconfirmed() {
			send.State = claim.Lost
		}
		send.Reason = w.reason(send.Reason)
		if err = w.Claims.End(ctx, send); err == nil && send.State == claim.Lost {
			w.reportLost(ctx)
		}
	}
	if errors.Is(err, dynamo.ErrConflict) {
		if errLook := w.look(ctx); errLook != nil {
			return errLook
		}
	}
	if err == nil {
		w.updateWaiting(ctx, send, d.listed)
		w.tally.add(send.State)
	}
	return err
}

// How long a message waits after SES asked to wait.
const (
	waitRate    = time.Minute      // too many messages in a second
	waitDay     = time.Hour        // the quota of 24 hours is used up
	waitAccount = 15 * time.Minute // SES has paused or suspended all sending
)

// handOver calls SES once with a claimed send, and records the answer.
func (w *work) handOver(ctx context.Context, a attempt) error {
	a.mail.Tags = maps.Clone(a.mail.Tags) // the decision keeps its own
	a.mail.Tags["attempt"] = strconv.Itoa(a.send.Attempt)
	w.permit.held = nil // the call uses it, whatever SES answers
	sesID, err := w.SES.Send(ctx, a.mail)
	var refused *ses.Refused
	var wait *ses.Wait
	switch {
	case err == nil:
		w.endPause(ctx)
		if err := w.Attempts.Accepted(ctx, a.send, sesID, w.Now()); err != nil {
			return fmt.Errorf("record that SES accepted the message as %s: %w", sesID, err)
		}
		w.tally.add(claim.Accepted)
		return nil
	case errors.As(err, &refused):
		slog.WarnContext(ctx, "SES refused a message", "send", w.id, "campaign", w.intent.Campaign, "code", refused.Code)
		w.countRejected(ctx, refused)
		why := w.reason(claim.Reason{Code: "ses:" + refused.Code, Text: "SES refused the message: " + refused.Code})
		if w.unconfirmed() {
			err = w.Attempts.Lose(ctx, a.send, why, w.Now())
			if err == nil {
				w.reportLost(ctx)
			}
			return err
		}
		return w.Attempts.Refuse(ctx, a.send, claim.Refused, why, w.Now())
	case errors.As(err, &wait):
		slog.WarnContext(ctx, "SES asked to wait; the message is tried again later", "send", w.id, "code", wait.Code)
		why := w.reason(claim.Reason{Code: "ses:" + wait.Code, Text: "SES asked to wait: " + wait.Code})
		return w.Attempts.Wait(ctx, a.send, why, w.Now().Add(w.reportWait(ctx, wait)), w.Now())
	default: // an event of SES says what happened, or the settle function ends the send
		slog.ErrorContext(ctx, "no answer of SES: the message may have been sent", "send", w.id, "campaign", w.intent.Campaign, "err", err)
		return w.Attempts.Watch(ctx, a.send)
	}
}
