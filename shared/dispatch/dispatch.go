// Package dispatch does the work of the send function: it decides an intent,
// claims what may go, hands it to SES once, and writes down what became of it.
//
// It is a package of its own, and not the function's, so that the very code that
// runs on Lambda is what infra/proof/simulate runs under faults
// (docs/decisions/0014).
package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/message"
	"regulars/shared/sendrate"
	"regulars/shared/ses"
	"regulars/shared/shop"
)

// Sends is where sends are kept; [dynamo.Store] is one.
type Sends interface {
	Send(context.Context, shop.CustomerID, shop.SendID) (claim.Send, error)
	Claim(context.Context, claim.Claim) error
	End(context.Context, claim.Send) error
	Accepted(ctx context.Context, d claim.Send, sesID string, at time.Time) error
	Wait(ctx context.Context, d claim.Send, why claim.Reason, wake, at time.Time) error
	Refuse(ctx context.Context, d claim.Send, end claim.State, why claim.Reason, at time.Time) error
	Lose(ctx context.Context, d claim.Send, why claim.Reason, at time.Time) error
	Watch(context.Context, claim.Send) error
	FundedShard(ctx context.Context, offer shop.OfferID, version, start int) (int, error)
}

// SES takes one message; [ses.Client] is one. Every error is one of the gate's.
type SES interface {
	Send(context.Context, message.Mail) (string, error)
}

// Dispatcher takes intents. It may be used by many goroutines at once.
type Dispatcher struct {
	Sends  Sends
	Reader *Reader
	SES    SES
	Now    func() time.Time
	Owner  func() string // a fresh name for each claim

	Count func(metric string, n int) // publishes a metric; nil: nobody counts

	Pace    *sendrate.Pacer                            // nil: as fast as it goes
	Sleep   func(context.Context, time.Duration) error // waits for a message's moment; nil: by the clock
	Breaker *breaker.Keeper                            // nil: nothing is counted, and a pause is not told
}

// Take decides an intent and does what was decided. Where it returns nil, the
// send has ended or its wait is stored: the intent's message may be
// acknowledged. After any other answer the intent has to come again. again says
// that it did: then what is stored is looked at first.
func (h *Dispatcher) Take(ctx context.Context, intent campaign.Intent, again bool) error {
	rules, err := h.Reader.rules(ctx, intent)
	if err != nil {
		return err
	}
	s := h.begin(rules, intent)
	if again {
		if err := s.look(ctx); err != nil {
			return err
		}
	}
	if err := s.settle(ctx); err != nil {
		return fmt.Errorf("send %s: %w", s.id, err)
	}
	return nil
}

func (h *Dispatcher) begin(rules decide.Config, intent campaign.Intent) *sending {
	return &sending{
		Dispatcher: h, rules: rules, intent: intent, id: intent.SendID(rules.Tenant),
		spent: map[shop.OfferID]bool{}, shards: map[shop.OfferID]int{},
		rivalry: rivalry{met: map[shop.SendID]bool{}, first: map[shop.SendID]shop.CampaignID{}},
	}
}

// sending is one intent at work.
type sending struct {
	*Dispatcher
	rules  decide.Config
	intent campaign.Intent
	id     shop.SendID

	stored claim.Send            // what is known to be stored; zero where nothing is
	spent  map[shop.OfferID]bool // offers whose budget was found used up
	shards map[shop.OfferID]int  // shards that were found to have a use left
	turn   turn                  // its moment in the account's second
	probes bool                  // it is the one that may try whether SES takes anything again
	rivalry
}

// contention bounds how often a decision is made anew because something that it
// was made from changed before it was claimed; then the message comes again.
const contention = 8

// settle decides and claims until one of both stands, then acts on it.
func (s *sending) settle(ctx context.Context) error {
	defer s.giveBack()
	for range contention {
		switch {
		case s.stored.State.Ended():
			return nil
		case s.stored.State == claim.Sending: // another's, alive or dead: the clock will see to it
			return s.Sends.Watch(ctx, s.stored)
		}
		if err := enoughTime(ctx); err != nil {
			return err
		}
		decision, rev, err := s.decide(ctx)
		if errors.Is(err, errStored) {
			continue
		}
		if err != nil {
			return err
		}
		if ready, err := s.await(ctx, &decision); err != nil {
			return err
		} else if !ready {
			continue
		}
		if decision.Send.State == claim.Sending {
			err = s.claim(ctx, &decision, rev)
		} else {
			err = s.end(ctx, decision.Send)
		}
		switch {
		case errors.Is(err, dynamo.ErrConflict):
			continue
		case err != nil || decision.Send.State != claim.Sending:
			return err
		}
		return s.send(ctx, decision)
	}
	return fmt.Errorf("what it was decided from changed %d times: %w", contention, dynamo.ErrConflict)
}

// forSES is the time that asking SES may take, with what is written after it.
const forSES = ses.Timeout + 2*time.Second

// enoughTime fails where the function could be stopped while SES is asked.
func enoughTime(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < forSES {
		return errors.New("too little of the function's time is left to ask SES; it comes again")
	}
	return nil
}

func (s *sending) look(ctx context.Context) error {
	stored, err := s.Sends.Send(ctx, s.intent.Customer, s.id)
	if err != nil && !errors.Is(err, dynamo.ErrNotFound) {
		return err
	}
	s.stored = stored
	return nil
}

// errStored means that a record of the send was found, where none was known.
var errStored = errors.New("the send has a record")

func (s *sending) decide(ctx context.Context) (decide.Decision, dynamo.Rev, error) {
	snapshot, rev, err := s.Reader.snapshot(ctx, s.intent, s.rules)
	if err != nil {
		return decide.Decision{}, "", err
	}
	if s.stored.State == "" && s.mentioned(snapshot.Contact) { // it waits, or is at work: else its claim would be refused, which costs more than to look
		if err := s.look(ctx); err != nil {
			return decide.Decision{}, "", err
		}
		if s.stored.State != "" {
			return decide.Decision{}, "", errStored
		}
	}
	snapshot.Spent, snapshot.First = s.spent, s.first
	s.merged, s.listed = nil, slices.Contains(snapshot.Contact.Waiting, decide.Hint(s.intent))
	if s.stored.ReservationKept {
		snapshot.Kept = map[shop.SendID]claim.Send{s.id: s.stored}
	}
	decisions, err := decide.Decide(s.Now(), snapshot, []campaign.Intent{s.intent}, s.rules)
	if err != nil {
		return decide.Decision{}, "", err
	}
	decision := decisions[0]
	if decision.Send.State == claim.Sending {
		var again bool
		if decision, again, err = s.compete(ctx, snapshot, decision); err != nil {
			return decide.Decision{}, "", err
		}
		if again { // each rival is seen to once, so that this comes to an end
			return s.decide(ctx)
		}
	}
	return decision, rev, nil
}

// mentioned reports whether the contact knows of the send: a sign that it has a
// record.
func (s *sending) mentioned(c frequency.Contact) bool {
	return slices.Contains(c.Waiting, decide.Hint(s.intent)) ||
		slices.ContainsFunc(c.Ledger, func(e frequency.Entry) bool { return e.Send == s.id })
}

// claim makes the decision binding, under a fresh fence.
func (s *sending) claim(ctx context.Context, d *decide.Decision, rev dynamo.Rev) error {
	d.Send.Attempt, d.Send.Owner, d.Send.Claimed = s.stored.Attempt+1, s.Owner(), s.Now()
	d.Send.Unconfirmed = s.stored.Unconfirmed
	c := claim.Claim{Send: d.Send, Contact: d.Contact, ContactRev: rev, Merged: s.merged}
	c.Contact, _ = c.Contact.WithoutWaiting(d.Send.Claimed, decide.Hints(s.gone)...)
	if s.stored.State == claim.Queued {
		c.From = &claim.Fence{Attempt: s.stored.Attempt, Owner: s.stored.Owner}
	}
	if coupon := d.Send.Coupon; coupon != nil && s.stored.Coupon == nil { // else it was issued before, and is kept
		if shard, ok := s.shards[coupon.Offer]; ok {
			coupon.Shard = shard
		}
		c.Coupon = coupon
	}
	err := s.Sends.Claim(ctx, c)
	var refused *dynamo.ClaimRefused
	if !errors.As(err, &refused) {
		return err
	}
	switch {
	case refused.Send:
		s.stored = refused.Stored
	case refused.Budget:
		shard, errShard := s.Sends.FundedShard(ctx, c.Coupon.Offer, c.Coupon.Version, c.Coupon.Shard)
		switch {
		case errors.Is(errShard, dynamo.ErrSpent):
			s.spent[c.Coupon.Offer] = true
		case errors.Is(errShard, dynamo.ErrNotFound): // publishing makes budgets: one that is missing was taken away
			slog.ErrorContext(ctx, "an offer has no budget; publish the rules again", "offer", c.Coupon.Offer, "version", c.Coupon.Version)
			s.spent[c.Coupon.Offer] = true
		case errShard != nil:
			return errShard
		default:
			s.shards[c.Coupon.Offer] = shard
		}
	case refused.Coupon && !refused.Contact:
		return fmt.Errorf("its coupon's code is taken, although nobody else can have it: %w", refused)
	}
	return err
}

// end stores an end without a message, or a wait.
func (s *sending) end(ctx context.Context, d claim.Send) error {
	d.Attempt, d.Owner, d.Unconfirmed = s.stored.Attempt, s.stored.Owner, s.stored.Unconfirmed
	var err error
	if s.stored.ReservationKept && d.State.Ended() && !s.doubtful() {
		err = s.Sends.Refuse(ctx, s.stored, d.State, d.Reason, s.Now())
	} else {
		d.ReservationKept, d.Coupon, d.Also = s.stored.ReservationKept, s.stored.Coupon, s.stored.Also
		if d.State.Ended() && s.doubtful() {
			d.State = claim.Lost
		}
		d.Reason = s.doubting(d.Reason)
		if err = s.Sends.End(ctx, d); err == nil && d.State == claim.Lost {
			s.lost(ctx)
		}
	}
	if errors.Is(err, dynamo.ErrConflict) {
		if errLook := s.look(ctx); errLook != nil {
			return errLook
		}
	}
	if err == nil {
		s.list(ctx, d)
		slog.InfoContext(ctx, "decided", "send", s.id, "campaign", s.intent.Campaign, "state", d.State, "reason", d.Reason.Code)
	}
	return err
}

// patience after SES asked to wait.
const (
	waitRate    = time.Minute      // too many a second
	waitDay     = time.Hour        // the day's quota is used up
	waitAccount = 15 * time.Minute // sending is paused or suspended
)

// send hands a claimed message to SES, once, and writes down what became of it.
func (s *sending) send(ctx context.Context, d decide.Decision) error {
	m := d.Mail
	m.Tags["attempt"] = strconv.Itoa(d.Send.Attempt)
	s.turn.has = false // it is used now, whatever SES says
	sesID, err := s.SES.Send(ctx, m)
	var refused *ses.Refused
	var wait *ses.Wait
	switch {
	case err == nil:
		slog.InfoContext(ctx, "accepted", "send", s.id, "campaign", s.intent.Campaign, "ses", sesID)
		s.lift(ctx)
		return s.Sends.Accepted(ctx, d.Send, sesID, s.Now())
	case errors.As(err, &refused):
		slog.WarnContext(ctx, "refused by SES", "send", s.id, "campaign", s.intent.Campaign, "code", refused.Code)
		s.rejected(ctx, refused)
		why := s.doubting(claim.Reason{Code: "ses:" + refused.Code, Text: "SES refused the message: " + refused.Code})
		if s.doubtful() {
			err = s.Sends.Lose(ctx, d.Send, why, s.Now())
			if err == nil {
				s.lost(ctx)
			}
			return err
		}
		return s.Sends.Refuse(ctx, d.Send, claim.Refused, why, s.Now())
	case errors.As(err, &wait):
		slog.WarnContext(ctx, "SES asks to wait", "send", s.id, "code", wait.Code)
		why := s.doubting(claim.Reason{Code: "ses:" + wait.Code, Text: "SES asked to wait: " + wait.Code})
		return s.Sends.Wait(ctx, d.Send, why, s.Now().Add(s.heed(ctx, wait)), s.Now())
	default: // nobody knows: an event of SES tells, or the clock ends it
		slog.ErrorContext(ctx, "SES's answer was lost", "send", s.id, "campaign", s.intent.Campaign, "err", err)
		return s.Sends.Watch(ctx, d.Send)
	}
}
