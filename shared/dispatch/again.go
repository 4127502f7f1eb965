package dispatch

import (
	"context"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// Runs counts the planned intents of runs; [dynamo.Store] does so.
type Runs interface {
	PlannedAgain(ctx context.Context, run dynamo.Run, send shop.SendID) error
}

// found keeps the send's record. If two runs of one occasion planned the send,
// because the customer's zone changed between them, the work goes on with the
// intent that came first, so that the record and the lists name one run only.
func (w *work) found(record claim.Send) {
	w.record = record
	if !record.Intent.Run.IsZero() {
		w.intent = record.Intent
	}
}

// countAgain takes the intent out of the planned intents of its run if the record
// is of an intent of another run: one send cannot end twice.
func (w *work) countAgain(ctx context.Context, came campaign.Intent) error {
	first := w.record.Intent.Run
	if w.Runs == nil || came.Run.IsZero() || first.IsZero() || first.Equal(came.Run) {
		return nil
	}
	return w.Runs.PlannedAgain(ctx, dynamo.Run{Campaign: came.Campaign, Version: came.Version, At: came.Run, Local: came.RunLocal()}, w.id)
}
