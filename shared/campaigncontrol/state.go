package campaigncontrol

import (
	"context"
	"maps"
	"slices"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/shop"
)

// State is a campaign with what persons said about it.
type State struct {
	Campaign shop.CampaignID
	Version  int        // in force; 0: the campaign is not published
	Class    shop.Class // empty if the campaign is not published
	Name     string     // "running", "paused", "cancelled" or "not published"
	Said     *breaker.Said
}

// List returns all published campaigns and journeys, and those that are stopped and not
// published any more, by ID.
func (c *Control) List(ctx context.Context) (all []State, err error) {
	inForce, err := c.policy(ctx)
	if err != nil {
		return nil, err
	}
	now, err := c.Store.Breakers(ctx)
	if err != nil {
		return nil, err
	}
	ids := map[shop.CampaignID]bool{}
	for _, known := range inForce.Started() {
		ids[known.ID] = true
	}
	for id := range now.Halts {
		ids[id] = true
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		known, _ := inForce.Starts(id)
		all = append(all, stateOf(id, known, now.Halts[id]))
	}
	return all, nil
}

// stateOf returns the state of a campaign; known is zero if it is not
// published. Said is the word that the state follows from: of a running campaign
// that was stopped before, who resumed it.
func stateOf(id shop.CampaignID, known campaign.Campaign, h breaker.Halt) State {
	s := State{Campaign: id, Version: known.Version, Class: known.Class, Name: "running"}
	switch {
	case h.Cancels(known.Version):
		s.Name, s.Said = "cancelled", &h.Cancelled.Said
	case h.Paused != nil:
		s.Name, s.Said = "paused", h.Paused
	case known.ID == "":
		s.Name = "not published"
	default:
		s.Said = h.Resumed
	}
	return s
}
