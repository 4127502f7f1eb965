package recording

import (
	"context"
	"errors"
	"log/slog"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
)

// product saves an event about products with save, and puts the runs of campaigns
// that it asks for on plan's queue. The runs are stored with the product first: so
// the same event again asks for the same runs, of which plan starts each once.
func (h *Recorder) product(ctx context.Context, save func(dynamo.News) ([]campaign.Start, error)) error {
	inForce, err := h.Policy(ctx)
	if err != nil && !errors.Is(err, dynamo.ErrNotFound) { // a shop can load its catalogue before it publishes
		return err
	}
	now := h.Now()
	starts, err := save(dynamo.News{Now: now, Start: func(s campaign.ProductState) []campaign.Start { return s.Start(now, inForce.Campaigns) }})
	if err != nil || len(starts) == 0 {
		return err
	}
	runs := make([]any, len(starts))
	for i, start := range starts {
		runs[i] = start
		slog.InfoContext(ctx, "something happened to a product, and a campaign's run is on plan's queue", "campaign", start.Campaign, "occasion", start.Subject.Occasion())
	}
	return h.Runs.Put(ctx, runs...)
}
