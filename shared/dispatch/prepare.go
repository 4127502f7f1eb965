package dispatch

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// prepared is what a decision is made from.
type prepared struct {
	snapshot decide.Snapshot
	revs     revs
	listed   bool // the intent is on the contact's waiting list
}

// errRecordFound starts the next round, because prepare read a record of the
// send that was not known before.
var errRecordFound = fmt.Errorf("the send has a record that was not read before: %w", dynamo.ErrConflict)

// prepare reads what the decision is made from.
func (w *work) prepare(ctx context.Context) (prepared, error) {
	snapshot, revs, err := w.Reader.snapshot(ctx, w.intent, w.config)
	if err != nil {
		return prepared{}, err
	}
	if w.rehearsal != nil && w.rehearsal.contact != nil {
		snapshot.Contact = *w.rehearsal.contact
	}
	if w.record.State == "" && mentions(snapshot.Contact, w.intent, w.id) {
		// The send waits or is being sent. Reading its record costs less than a
		// claim that is refused because of it.
		if err := w.look(ctx); err != nil {
			return prepared{}, err
		}
		if w.record.State != "" {
			return prepared{}, errRecordFound
		}
	}
	snapshot.Spent, snapshot.First = w.budgets.spent, w.rivals.first
	if w.record.ReservationKept {
		snapshot.Kept = map[shop.SendID]claim.Send{w.id: w.record}
	}
	return prepared{snapshot, revs, slices.Contains(snapshot.Contact.Waiting, decide.Hint(w.intent))}, nil
}

// look reads the send's record.
func (w *work) look(ctx context.Context) error {
	record, err := w.Claims.Send(ctx, w.intent.Customer, w.id)
	if err != nil && !errors.Is(err, dynamo.ErrNotFound) {
		return err
	}
	w.found(record)
	return nil
}

// mentions reports whether the contact has the intent on its waiting list or
// the send in its ledger. Then the send probably has a record.
func mentions(c frequency.Contact, intent campaign.Intent, id shop.SendID) bool {
	return slices.Contains(c.Waiting, decide.Hint(intent)) ||
		slices.ContainsFunc(c.Ledger, func(e frequency.Entry) bool { return e.Send == id })
}
