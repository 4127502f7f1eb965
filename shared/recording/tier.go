package recording

import (
	"fmt"
	"slices"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// raiseTier returns the intents that events of an order raise because they lift its
// customer from the profile before to a tier that is not the first, and all of the
// order's intents with these. As with other intents, the same message again raises
// the same ones, and an order that was imported raises none.
//
// The occasion is the tier and the year: who falls below it by a return and reaches
// it again in that year gets no second message.
func (h *Recorder) raiseTier(in shoppolicy.Policy, events []shop.Event, now shop.Order, before, p profile.Profile, stored map[shop.OrderKind][]campaign.Intent) ([]campaign.Intent, map[shop.OrderKind][]campaign.Intent) {
	raised := slices.Clone(stored[shop.TierReached])
	at := shop.Millis(h.Now())
	if tier := h.lifted(in, before, p); tier != "" && !now.Imported {
		facts := decide.Facts(at, p, frequency.Contact{}, nil, in, decide.Occasion{})
		facts.OwnDay = condition.OwnDay{Tier: tier}
		for _, c := range campaign.Triggered(in.Started(), shop.TierReached, facts, facts) {
			i := c.AtEvent(at)
			i.Customer, i.Occasion = p.ID, fmt.Sprintf("%s/%s/%d", shop.TierReached, tier, at.UTC().Year())
			i.Planned, i.Cause = at, events[0].ID
			if !slices.ContainsFunc(raised, i.SameSend) {
				raised = append(raised, i)
			}
		}
		stored = with(stored, shop.TierReached, raised)
	}
	return raised, stored
}

// lifted returns the tier that the customer has now and had not before; "" if they
// have none, the first, or a lower one than before.
func (h *Recorder) lifted(in shoppolicy.Policy, before, now profile.Profile) string {
	if !in.Points.On() {
		return ""
	}
	place := func(p profile.Profile) int {
		tier := in.Points.StandingOf(p.Points.Ledger, h.Now()).Tier
		for i, t := range in.Points.Tiers {
			if t.Name == tier && t.From > 0 {
				return i
			}
		}
		return -1
	}
	if is := place(now); is > place(before) {
		return in.Points.Tiers[is].Name
	}
	return ""
}
