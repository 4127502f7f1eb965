package main

import (
	"context"
	"testing"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/policy"
	"regulars/shared/shop"
)

// A function that has read the rules a minute ago meets a campaign that was
// published since: it looks again, and neither refuses nor forgets the slot.
func TestACampaignThatWasJustPublishedIsLookedFor(t *testing.T) {
	for what, old := range map[string]func(policy.Policy) policy.Policy{
		"it is new": func(p policy.Policy) policy.Policy {
			p.Campaigns = nil
			return p
		},
		"its version is new": func(p policy.Policy) policy.Policy {
			p.Campaigns = append([]campaign.Campaign(nil), p.Campaigns...)
			for i := range p.Campaigns {
				p.Campaigns[i].Version--
			}
			return p
		},
	} {
		h := populated(t, 14)
		fresh, err := h.look(t.Context())
		must(t, err)
		h.policy = func(context.Context) (policy.Policy, error) { return old(fresh), nil }
		must(t, h.start(t.Context(), shop.RunFact{Campaign: "weekly", Run: ten}))
		c, _ := fresh.Campaign("weekly")
		run := dynamo.Run{Campaign: c.ID, Version: c.Version, At: ten}
		if what == "its version is new" { // the slot itself was begun by the version at hand
			_, err := h.store.StartRun(t.Context(), run, segments, ten)
			must(t, err)
		}
		for segment := range segments {
			must(t, h.plan(t.Context(), part{Campaign: c.ID, Version: c.Version, Run: ten, Segment: segment}))
		}
		if progress, err := h.store.RunProgress(t.Context(), run); err != nil || progress.Planned == 0 || !progress.Done() {
			t.Errorf("%s: planned %d, done %t, %v; want its audience", what, progress.Planned, progress.Done(), err)
		}
	}
}
