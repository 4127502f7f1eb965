package breaker

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"regulars/shared/shop"
)

// PauseCampaign holds the campaign's messages until it is resumed. It reports
// whether that changed anything: a paused campaign keeps the first pause. Each
// of the three calls may be repeated, such as after a lost answer.
func (k *Keeper) PauseCampaign(ctx context.Context, id shop.CampaignID, by, why string) (bool, error) {
	said := k.said(by, why)
	return k.halt(ctx, id, "paused", said, func(n Now) (Now, bool) { return n.withPause(id, said) })
}

// CancelCampaign ends the campaign's messages of all versions up to the given
// one, and its runs, until it is resumed or published with a higher version. It
// ends a pause.
func (k *Keeper) CancelCampaign(ctx context.Context, id shop.CampaignID, version int, by, why string) (bool, error) {
	said := k.said(by, why)
	return k.halt(ctx, id, "cancelled", said, func(n Now) (Now, bool) { return n.withCancellation(id, version, said) })
}

// ResumeCampaign lets the campaign go on: what a pause held is sent, and what a
// cancellation ended stays ended, also what was planned before the resume and
// is decided after it.
func (k *Keeper) ResumeCampaign(ctx context.Context, id shop.CampaignID, by, why string) (bool, error) {
	said := k.said(by, why)
	return k.halt(ctx, id, "resumed", said, func(n Now) (Now, bool) { return n.withResume(id, said) })
}

func (k *Keeper) said(by, why string) Said {
	return Said{At: k.Now().UTC().Truncate(time.Millisecond), By: by, Why: why}
}

func (k *Keeper) halt(ctx context.Context, id shop.CampaignID, what string, said Said, change func(Now) (Now, bool)) (changed bool, err error) {
	_, err = k.Store.UpdateBreakers(ctx, func(n Now) (Now, bool) {
		n, changed = change(n)
		return n, changed
	})
	if err != nil {
		return false, fmt.Errorf("store that campaign %s is %s; repeat the call: %w", id, what, err)
	}
	if changed {
		slog.WarnContext(ctx, "a person changed a campaign's state", "campaign", id, "state", what, "by", said.By, "why", said.Why)
	}
	return changed, nil
}
