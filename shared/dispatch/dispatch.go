package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/sendrate"
	"regulars/shared/ses"
	"regulars/shared/shop"
)

// Claims reads sends and stores decisions about them; [dynamo.Store] is one.
type Claims interface {
	// Send fails with [dynamo.ErrNotFound] if the send has no record.
	Send(context.Context, shop.CustomerID, shop.SendID) (claim.Send, error)
	// Claim fails with [*dynamo.ClaimRefused], which is a [dynamo.ErrConflict],
	// if a part of the claim is no longer valid.
	Claim(context.Context, claim.Claim) error
	// End stores a wait, or an end without a message.
	End(context.Context, claim.Send) error
	// FundedShard returns a shard of the offer's budget with a use left, the
	// first from start on.
	FundedShard(ctx context.Context, offer shop.OfferID, version, start int) (int, error)
}

// Attempts records the outcome of a claimed attempt; [dynamo.Store] does so. It
// writes under the fence of the given send.
type Attempts interface {
	Accepted(ctx context.Context, d claim.Send, sesID string, at time.Time) error
	Wait(ctx context.Context, d claim.Send, why claim.Reason, wake, at time.Time) error
	Refuse(ctx context.Context, d claim.Send, end claim.State, why claim.Reason, at time.Time) error
	Lose(ctx context.Context, d claim.Send, why claim.Reason, at time.Time) error
	Watch(context.Context, claim.Send) error
}

// SES takes one message and returns SES's ID for it; [ses.Client] is one. Each
// error is a [*ses.Refused], a [*ses.Wait] or a [*ses.Unknown].
type SES interface {
	Send(context.Context, content.Mail) (string, error)
}

// Inputs keeps what decisions were made from; [redecide.Keeper] does so.
type Inputs interface {
	Keep(context.Context, decide.Made)
}

// Dispatcher takes intents. Many goroutines may use it at once.
type Dispatcher struct {
	Claims   Claims
	Attempts Attempts
	Reader   *Reader
	SES      SES
	Now      func() time.Time
	Owner    func() string // returns a fresh name for each claim

	Inputs Inputs // nil: no decision can be made again

	Runs  Runs                       // nil: nothing is counted twice, so nothing is taken out
	Count func(metric string, n int) // publishes a metric; nil: none is published

	Pace    *sendrate.Pacer                            // gives permits; nil: no message needs one
	Sleep   func(context.Context, time.Duration) error // waits until a permit is valid; nil: by the real clock
	Breaker *breaker.Keeper                            // nil: nothing is counted, and other functions do not learn of a pause by SES

	tally tally // see [Dispatcher.Tally]
}

// Take decides an intent and carries the decision out. If it returns nil, the
// send has ended, its wait is stored, or it is on the list of due sends: the
// intent's queue message may be acknowledged. After an error the intent has to
// be delivered again. again says that this is a repeated delivery; then Take
// reads the send's record first; so it does for a run by the customers' clocks, and
// for an intent that has waited for its time, whose record is expected.
func (h *Dispatcher) Take(ctx context.Context, intent campaign.Intent, again bool) error {
	config, err := h.Reader.config(ctx, intent)
	if err != nil {
		return err
	}
	w := h.begin(config, intent, claim.Send{})
	if again || !intent.Run.IsZero() || !intent.NotBefore.IsZero() { // two runs can have planned the send: see found
		if err := w.look(ctx); err != nil {
			return err
		}
	}
	if err := w.run(ctx); err != nil {
		return fmt.Errorf("send %s: %w", w.id, err)
	}
	return w.countAgain(ctx, intent)
}

// begin returns the work on an intent, whose record is the given one; the zero
// record if it was not read.
func (h *Dispatcher) begin(config decide.Config, intent campaign.Intent, record claim.Send) *work {
	return &work{
		Dispatcher: h, config: config, intent: intent, id: intent.SendID(config.Tenant), record: record,
		budgets: budgets{spent: map[shop.OfferID]bool{}, shards: map[shop.OfferID]int{}},
		rivals:  rivals{seen: map[shop.SendID]bool{}, first: map[shop.SendID]shop.CampaignID{}},
	}
}

// work is one intent, with what must outlast a round because the next round
// needs it. The results of the steps are not kept here.
type work struct {
	*Dispatcher
	config decide.Config
	intent campaign.Intent
	id     shop.SendID

	record  claim.Send // the send as last read; zero if it has no record or was not read
	budgets budgets    // claim learns of them
	rivals  rivals     // decide learns of them
	permit  permit     // act takes and uses it

	outdatedRows int // how often rows from memory were out of date: see outdated

	made *decide.Made // the decision that was stored, with its inputs; nil: none was

	rehearsal *rehearsal // nil: the decision is carried out
}

// run prepares, decides and claims until the decision is stored, then hands a
// claimed send to SES.
func (w *work) run(ctx context.Context) error {
	defer w.returnPermit()
	defer w.keep(ctx)
	var claimed *attempt
	err := dynamo.Retry(ctx, nil, func() (err error) {
		claimed, err = w.round(ctx)
		return err
	})
	switch {
	case errors.Is(err, dynamo.ErrConflict):
		return fmt.Errorf("decided %d times, and each decision was out of date before it was stored; deliver the intent again: %w", dynamo.Attempts, err)
	case err != nil:
		return err
	case w.record.State == claim.Sending: // another worker's claim: that worker or the settle function ends it
		return w.Attempts.Watch(ctx, w.record)
	case claimed == nil:
		return nil
	}
	return w.handOver(ctx, *claimed)
}

// keep keeps what the stored decision was made from: after SES has answered, so that no
// message waits for it.
func (w *work) keep(ctx context.Context) {
	if w.made != nil && w.Inputs != nil {
		w.Inputs.Keep(ctx, *w.made)
	}
}

// round takes the three steps once, and returns the attempt that it claimed;
// nil if there is nothing to hand to SES. It fails with [dynamo.ErrConflict] if
// the decision was out of date.
func (w *work) round(ctx context.Context) (claimed *attempt, err error) {
	if w.record.State.Ended() || w.record.State == claim.Sending {
		return nil, nil
	}
	if err := enoughTime(ctx); err != nil {
		return nil, err
	}
	if err := w.lookForHalt(ctx); err != nil {
		return nil, err
	}
	var d decided
	for again := true; again; { // each rival is sent first at most once, so this ends
		in, err := w.prepare(ctx)
		if err != nil {
			return nil, err
		}
		if d, again, err = w.decide(ctx, in); err != nil {
			return nil, err
		}
	}
	if claimed, err = w.act(ctx, d); err == nil {
		w.made = &d.made
	}
	return claimed, err
}

// forSES is the time that the call to SES may take, with the writes after it.
const forSES = ses.Timeout + 2*time.Second

// enoughTime fails if Lambda could stop the function during the call to SES.
func enoughTime(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < forSES {
		return fmt.Errorf("less than %s of the function's time is left, too little to call SES; deliver the intent again", forSES)
	}
	return nil
}
