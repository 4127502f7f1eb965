package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// This file lets the best of a customer's messages have the place that several
// want (docs/decisions/0018). Nothing in it is needed for a promise: whoever
// loses a hint or skips a rival chooses worse, and sends no more than before.

// rivalry is what an intent knows of the others that want its place.
type rivalry struct {
	met    map[shop.SendID]bool            // rivals that were seen to: they count no more
	first  map[shop.SendID]shop.CampaignID // of these, those that were let go first
	gone   []campaign.Intent               // on the contact's list, and not open any more
	merged []claim.Send                    // the ends of those that the message speaks for
	listed bool                            // the intent is itself on the contact's list
}

// compete sees to it that a message which may go is the best that may. It
// returns the decision to carry out: the same, one that gives way, or one that
// speaks for others as well. again says that a better one was sent just now, so
// that everything has to be read anew.
//
// A better one that waits is not waited for: it is taken here and now, as its
// own message would. So nobody waits for a ghost, two can never wait for each
// other, and each is taken at most once, whatever comes of it.
func (s *sending) compete(ctx context.Context, snapshot decide.Snapshot, mine decide.Decision) (d decide.Decision, again bool, err error) {
	now := mine.Send.Changed
	for !s.stored.ReservationKept { // one that kept its slot has its place
		ahead := decide.Ahead(now, snapshot, s.intent, s.met, s.rules)
		awaited := 0
		for _, rival := range ahead {
			switch open, err := s.open(ctx, snapshot, rival); {
			case err != nil:
				return mine, false, err
			case open == nil:
			case open.State == claim.Queued:
				return mine, true, s.letFirst(ctx, *open)
			default:
				awaited++
			}
		}
		if len(ahead) == 0 {
			break
		}
		if awaited == len(ahead) {
			return decide.Yield(now, snapshot, s.intent, ahead[awaited-1], s.rules), false, nil
		}
	}
	return s.merge(ctx, snapshot, mine)
}

// open returns the record of a rival that is still open and holds nothing; one
// without a state for a rival that is only expected yet; or nil for one that
// counts no more: it has ended, or is in the ledger.
func (s *sending) open(ctx context.Context, snapshot decide.Snapshot, rival campaign.Intent) (*claim.Send, error) {
	id := rival.SendID(s.rules.Tenant)
	stored, err := s.Sends.Send(ctx, rival.Customer, id)
	listed := slices.Contains(snapshot.Contact.Waiting, decide.Hint(rival))
	switch {
	case errors.Is(err, dynamo.ErrNotFound) && !listed:
		return &claim.Send{ID: id, Intent: rival}, nil
	case err != nil && !errors.Is(err, dynamo.ErrNotFound):
		return nil, err
	case stored.State == claim.Queued && !stored.ReservationKept:
		return &stored, nil
	}
	s.met[id] = true
	if listed {
		s.gone = append(s.gone, rival)
	}
	return nil, nil
}

// letFirst takes a better intent that waits. Where that fails, its own message
// will come: the one at hand has done its duty.
func (s *sending) letFirst(ctx context.Context, rival claim.Send) error {
	if err := enoughTime(ctx); err != nil {
		return err
	}
	s.met[rival.ID], s.first[rival.ID] = true, rival.Intent.Campaign
	slog.InfoContext(ctx, "a better message goes first", "send", s.id, "campaign", s.intent.Campaign, "first", rival.ID)
	better := s.begin(s.rules, rival.Intent)
	better.stored = rival
	if err := better.settle(ctx); err != nil {
		slog.ErrorContext(ctx, "a better message could not go first", "send", s.id, "first", rival.ID, "err", err)
	}
	return enoughTime(ctx)
}

// merge has the message speak for what waits and can be said in it.
func (s *sending) merge(ctx context.Context, snapshot decide.Snapshot, mine decide.Decision) (decide.Decision, bool, error) {
	now := mine.Send.Changed
	for _, other := range decide.Companions(now, snapshot, s.intent, s.met, s.rules) {
		stored, err := s.open(ctx, snapshot, other)
		switch {
		case err != nil:
			return mine, false, err
		case stored == nil:
			continue
		}
		end := decide.Merge(now, stored.Intent, s.intent, s.rules)
		end.Attempt, end.Owner, end.Claimed = stored.Attempt, stored.Owner, stored.Claimed
		s.merged = append(s.merged, end)
		if snapshot.Merged == nil {
			snapshot.Merged = map[shop.SendID][]campaign.Intent{}
		}
		snapshot.Merged[s.id] = append(snapshot.Merged[s.id], stored.Intent)
	}
	if len(s.merged) == 0 {
		return mine, false, nil
	}
	decisions, err := decide.Decide(now, snapshot, []campaign.Intent{s.intent}, s.rules)
	if err != nil {
		return mine, false, err
	}
	return decisions[0], false, nil
}

// list keeps the contact's list of what waits: a hint, so that a failure costs a
// worse choice later, and no more.
func (s *sending) list(ctx context.Context, d claim.Send) {
	waits := d.State == claim.Queued && !d.ReservationKept
	over := !waits && d.Changed.After(s.intent.NotAfter) // it leaves the list by itself
	if waits == s.listed || over {
		return
	}
	err := s.Reader.Customers.UpdateContact(ctx, s.intent.Customer, func(c frequency.Contact) (frequency.Contact, bool) {
		if waits {
			return c.WithWaiting(decide.Hint(s.intent), d.Changed)
		}
		return c.WithoutWaiting(d.Changed, decide.Hint(s.intent))
	})
	if err != nil {
		slog.WarnContext(ctx, "the list of what waits is out of date", "send", s.id, "err", err)
	}
}
