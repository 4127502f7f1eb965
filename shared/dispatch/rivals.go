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

// This file chooses the best of a customer's messages that compete for the same
// cap (docs/decisions/0018). No promise depends on it: if a hint is lost or a
// rival is overlooked, a worse message is sent, but not one more.

// rivals is what the rounds learned about the intents that compete with one
// intent.
type rivals struct {
	seen  map[shop.SendID]bool            // they are not considered again
	first map[shop.SendID]shop.CampaignID // of these, those that were allowed to go first
	over  []campaign.Intent               // still on the contact's waiting list, but not open any more
}

// compete compares a message that may be sent with its rivals. It returns the
// decision to carry out: the same, one to give way, or one that speaks for
// other intents as well. again says that a rival was sent first just now, so
// that everything has to be read again.
//
// A better rival that waits is not waited for. It is taken here, as its own
// queue message would take it. So no intent waits for one that never comes, two
// intents can never wait for each other, and each is taken at most once,
// whatever the result.
func (w *work) compete(ctx context.Context, snapshot decide.Snapshot, mine decided) (d decided, again bool, err error) {
	now := mine.Send.Changed
	for !w.record.ReservationKept { // with a kept reservation, its place in the caps is certain
		ahead := decide.Ahead(now, snapshot, w.intent, w.rivals.seen, w.config)
		expected := 0
		for _, rival := range ahead {
			switch open, err := w.open(ctx, snapshot, rival); {
			case err != nil:
				return mine, false, err
			case open == nil:
			case open.State == claim.Queued && w.rehearsal != nil:
				return mine, true, w.rehearseFirst(ctx, *open)
			case open.State == claim.Queued:
				return mine, true, w.letFirst(ctx, *open)
			default:
				expected++
			}
		}
		if len(ahead) == 0 {
			break
		}
		if expected == len(ahead) {
			err := mine.make(decide.Made{Now: now, Snapshot: snapshot, Intent: w.intent, Yields: &ahead[expected-1], Config: w.config})
			return mine, false, err
		}
	}
	d, err = w.merge(ctx, snapshot, mine)
	return d, false, err
}

// open returns the record of a rival that is open and has no reservation. For a
// rival that has no record yet but is expected, it returns a record without a
// state. It returns nil for a rival that has ended or is in the ledger; that
// rival is not considered again.
func (w *work) open(ctx context.Context, snapshot decide.Snapshot, rival campaign.Intent) (*claim.Send, error) {
	id := rival.SendID(w.config.Tenant)
	stored, err := w.Claims.Send(ctx, rival.Customer, id)
	listed := slices.Contains(snapshot.Contact.Waiting, decide.Hint(rival))
	switch {
	case errors.Is(err, dynamo.ErrNotFound) && !listed:
		return &claim.Send{ID: id, Intent: rival}, nil
	case err != nil && !errors.Is(err, dynamo.ErrNotFound):
		return nil, err
	case stored.State == claim.Queued && !stored.ReservationKept:
		return &stored, nil
	}
	w.rivals.seen[id] = true
	if listed {
		w.rivals.over = append(w.rivals.over, rival)
	}
	return nil, nil
}

// letFirst takes a better intent that waits. An error of that intent is only
// logged: the rival stays due, and the clock wakes it.
func (w *work) letFirst(ctx context.Context, rival claim.Send) error {
	if err := enoughTime(ctx); err != nil {
		return err
	}
	w.rivals.seen[rival.ID], w.rivals.first[rival.ID] = true, rival.Intent.Campaign
	slog.InfoContext(ctx, "a better message is sent first", "send", w.id, "campaign", w.intent.Campaign, "first", rival.ID)
	if err := w.begin(w.config, rival.Intent, rival).run(ctx); err != nil {
		slog.ErrorContext(ctx, "a better message could not be sent first; it stays due", "send", w.id, "first", rival.ID, "err", err)
	}
	return enoughTime(ctx)
}

// merge makes the message speak for the waiting intents that it can include.
func (w *work) merge(ctx context.Context, snapshot decide.Snapshot, mine decided) (decided, error) {
	now := mine.Send.Changed
	for _, other := range decide.Companions(now, snapshot, w.intent, w.rivals.seen, w.config) {
		stored, err := w.open(ctx, snapshot, other)
		switch {
		case err != nil:
			return mine, err
		case stored == nil:
			continue
		}
		end := decide.Merge(now, snapshot.Profile, stored.Intent, w.intent, w.config)
		end.Attempt, end.Owner, end.Claimed, end.Assigned = stored.Attempt, stored.Owner, stored.Claimed, first(stored.Assigned, end.Assigned)
		mine.merged = append(mine.merged, end)
		if snapshot.Merged == nil {
			snapshot.Merged = map[shop.SendID][]campaign.Intent{}
		}
		snapshot.Merged[w.id] = append(snapshot.Merged[w.id], stored.Intent)
	}
	if len(mine.merged) == 0 {
		return mine, nil
	}
	return mine, mine.make(decide.Made{Now: now, Snapshot: snapshot, Intent: w.intent, Config: w.config})
}

// updateWaiting puts the intent on the contact's waiting list, or takes it off,
// according to the stored send. listed says whether it is on the list now. The
// list is a hint: a failure causes a worse choice later, and nothing else.
func (w *work) updateWaiting(ctx context.Context, stored claim.Send, listed bool) {
	// An intent that waits for its own time competes with no other until then.
	waits := stored.State == claim.Queued && !stored.ReservationKept && !stored.Changed.Before(w.intent.NotBefore)
	expired := !waits && stored.Changed.After(w.intent.NotAfter) // the list drops it by itself
	if waits == listed || expired {
		return
	}
	change := func(c frequency.Contact) (frequency.Contact, bool) {
		if waits {
			return c.WithWaiting(decide.Hint(w.intent), stored.Changed)
		}
		return c.WithoutWaiting(stored.Changed, decide.Hint(w.intent))
	}
	var err error
	if stored.Mailbox != "" {
		err = w.Reader.Customers.UpdateMailbox(ctx, stored.Mailbox, change)
	} else {
		err = w.Reader.Customers.UpdateContact(ctx, w.intent.Customer, change)
	}
	if err != nil {
		slog.WarnContext(ctx, "the contact's waiting list was not updated", "send", w.id, "err", err)
	}
}
