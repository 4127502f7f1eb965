package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"regulars/shared/cadence"
	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/policy"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// part is one segment of a slot's customers, on plan's own queue. How far it
// has come is stored with the slot, so that the same part can be taken again.
type part struct {
	Campaign shop.CampaignID `json:"campaign"`
	Version  int             `json:"version"`
	Slot     time.Time       `json:"slot"`
	Segment  int             `json:"segment"`
}

const (
	pageSize = 500              // items read at a time
	reserve  = 20 * time.Second // of the function's time, left for the page at hand
)

// plan puts one intent on the queue for each customer of the audience, page by
// page, and hands the part on to the next call when its time runs out.
func (h *handler) plan(ctx context.Context, p part) error {
	rules, err := h.policy(ctx)
	if c, known := rules.Campaign(p.Campaign); err == nil && (!known || c.Version < p.Version) {
		rules, err = h.look(ctx) // the slot was begun under newer rules
	}
	if err != nil {
		return err
	}
	c, ok := rules.Campaign(p.Campaign)
	if !ok || c.Version != p.Version {
		slog.WarnContext(ctx, "the campaign changed while it was planned; the rest of it is not", "campaign", p.Campaign, "slot", p.Slot)
		return nil
	}
	slot := dynamo.Slot{Campaign: p.Campaign, Version: p.Version, At: p.Slot}
	progress, err := h.slots.SlotProgress(ctx, slot)
	if err != nil {
		return err
	}
	if p.Segment < 0 || p.Segment >= len(progress.Cursors) {
		return refuse("/segment", "is %d; the slot has %d, the first is 0", p.Segment, len(progress.Cursors))
	}
	for from := progress.Cursors[p.Segment]; from != dynamo.End; {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < reserve {
			return h.own.Put(ctx, p)
		}
		intents, to, err := h.page(ctx, rules, c, p, from, len(progress.Cursors))
		if err != nil {
			return err
		}
		if err := h.intents.Put(ctx, intents...); err != nil {
			return err
		}
		advanced, err := h.slots.Advance(ctx, slot, p.Segment, from, to, len(intents))
		if errors.Is(err, dynamo.ErrConflict) { // another call is at the same part: it goes on, this one need not
			return nil
		}
		if err != nil {
			return err
		}
		if from = to; advanced.Done() {
			slog.InfoContext(ctx, "a slot is planned", "campaign", p.Campaign, "slot", p.Slot, "intents", advanced.Planned)
		}
	}
	return nil
}

// page returns the intents of one page of customers. The audience is asked as
// of the slot, so that a page which is planned again has the same intents.
func (h *handler) page(ctx context.Context, rules policy.Policy, c campaign.Campaign, p part, from dynamo.Cursor, of int) (intents []any, to dynamo.Cursor, err error) {
	to, err = h.profiles.Profiles(ctx, dynamo.Page{Segment: p.Segment, Segments: of, After: from, Limit: pageSize}, func(customer profile.Profile) error {
		facts := decide.Facts(p.Slot, customer, cadence.Contact{}, nil, rules.Shop.Currency, decide.Occasion{})
		facts.Campaign.ID, facts.Campaign.Slot = c.ID, p.Slot.In(rules.Shop.Location())
		if c.Audience.Holds(facts) {
			intents = append(intents, campaign.Intent{
				Campaign: c.ID, Version: c.Version, Customer: customer.ID,
				Occasion: p.Slot.UTC().Format(time.RFC3339), Planned: h.now().UTC().Truncate(time.Millisecond), NotAfter: p.Slot.Add(c.NotAfter),
			})
		}
		return nil
	})
	return intents, to, err
}
