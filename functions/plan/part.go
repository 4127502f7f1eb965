package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

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
	Run      time.Time       `json:"slot"`
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
		slog.WarnContext(ctx, "the campaign changed while it was planned; the rest of it is not", "campaign", p.Campaign, "run", p.Run)
		return nil
	}
	run := dynamo.Run{Campaign: p.Campaign, Version: p.Version, At: p.Run}
	progress, err := h.runs.RunProgress(ctx, run)
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
		page, err := h.page(ctx, rules, c, p, from, len(progress.Cursors))
		if err != nil {
			return err
		}
		if page, err = h.pages.PlanPage(ctx, run, p.Segment, page); err != nil {
			return err
		}
		var intents []any
		for _, customer := range page.Customers {
			i := c.At(p.Run, customer)
			i.Planned = page.At
			intents = append(intents, i)
		}
		if err := h.intents.Put(ctx, intents...); err != nil {
			return err
		}
		advanced, err := h.runs.Advance(ctx, run, p.Segment, from, page.To, len(intents))
		if errors.Is(err, dynamo.ErrConflict) { // another call is at the same part: it goes on, this one need not
			return nil
		}
		if err != nil {
			return err
		}
		if from = page.To; advanced.Done() {
			slog.InfoContext(ctx, "a slot is planned", "campaign", p.Campaign, "run", p.Run, "intents", advanced.Planned)
		}
	}
	_, err = h.pages.PlanPage(ctx, run, p.Segment, dynamo.RunPage{From: dynamo.End}) // nothing is owed any more
	return err
}

// page returns the customers of one page who are in the audience.
func (h *handler) page(ctx context.Context, rules policy.Policy, c campaign.Campaign, p part, from dynamo.Cursor, of int) (page dynamo.RunPage, err error) {
	page = dynamo.RunPage{From: from, At: shop.Millis(h.now())}
	page.To, err = h.profiles.Profiles(ctx, dynamo.Page{Segment: p.Segment, Segments: of, After: from, Limit: pageSize}, func(customer profile.Profile) error {
		if _, ok := decide.Scheduled(rules, c, p.Run, customer); ok {
			page.Customers = append(page.Customers, customer.ID)
		}
		return nil
	})
	return page, err
}
