package dispatch

import (
	"context"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/shop"
)

// Config returns what decisions about a campaign are made from that is the same for
// every customer, as [Dispatcher.Take] would read it now.
func (r *Reader) Config(ctx context.Context, id shop.CampaignID) (decide.Config, error) {
	return r.config(ctx, campaign.Intent{Campaign: id})
}

// Snapshot returns what a decision about the intent would be made from now. It is for
// calls that only look: a decision that is stored needs the revisions too.
func (r *Reader) Snapshot(ctx context.Context, i campaign.Intent, config decide.Config) (decide.Snapshot, error) {
	s, _, err := r.snapshot(ctx, i, config)
	return s, err
}
