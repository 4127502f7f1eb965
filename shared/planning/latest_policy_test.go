package planning

import (
	"context"
	"testing"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// The function's policy is a minute old, and the campaign was published since.
// The function reads the policy again, and plans the run.
func TestARunOfACampaignThatWasJustPublishedIsPlanned(t *testing.T) {
	for name, old := range map[string]func(shoppolicy.Policy) shoppolicy.Policy{
		"a new campaign": func(p shoppolicy.Policy) shoppolicy.Policy {
			p.Campaigns = nil
			return p
		},
		"a new version": func(p shoppolicy.Policy) shoppolicy.Policy {
			p.Campaigns = append([]campaign.Campaign(nil), p.Campaigns...)
			for i := range p.Campaigns {
				p.Campaigns[i].Version--
			}
			return p
		},
	} {
		h := populated(t, 14)
		fresh, err := h.Latest(t.Context())
		must(t, err)
		h.Policy = func(context.Context) (shoppolicy.Policy, error) { return old(fresh), nil }
		must(t, h.start(t.Context(), shop.RunFact{Campaign: "weekly", Run: ten}))
		c, _ := fresh.Campaign("weekly")
		run := dynamo.Run{Campaign: c.ID, Version: c.Version, At: ten}
		if name == "a new version" { // the run was started with the new version
			_, err := h.store.StartRun(t.Context(), run, leastParts, ten)
			must(t, err)
		}
		for segment := range leastParts {
			must(t, h.plan(t.Context(), part{Campaign: c.ID, Version: c.Version, Run: ten, Segment: segment}))
		}
		if progress, err := h.store.RunProgress(t.Context(), run); err != nil || progress.Planned == 0 || !progress.Done() {
			t.Errorf("%s: planned %d, done %t, %v; want its audience", name, progress.Planned, progress.Done(), err)
		}
	}
}
