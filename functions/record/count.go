package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend/live"
	"regulars/shared/shop"
)

// counted returns the order's entry in the live counters after a fold: made where
// the order is counted for the first time, taken back where something went back.
//
// What went back and is bought again counts as new only where the customer kept
// nothing in between: else that was counted with it already, and one customer
// would be two in a reason.
func counted(now time.Time, old live.Entry, order shop.Order, p profile.Profile) live.Entry {
	var this live.Bought
	var before []live.Bought
	older, since := map[shop.ProductID]bool{}, false // whether anything was kept of a later order
	for i := len(p.Orders) - 1; i >= 0; i-- {        // newest first
		b := live.Bought{Order: p.Orders[i].Order, At: p.Orders[i].At, Kept: kept(p.Orders[i])}
		if b.Order == order.ID {
			this = b
			continue
		}
		before = append(before, b)
		for _, line := range p.Orders[i].Lines {
			older[line.Product] = older[line.Product] || since
		}
		since = since || len(b.Kept) > 0
	}
	if this.Order == "" {
		return old // not placed yet, or so long ago that the profile only sums it
	}
	if len(old.Steps) > 0 {
		return old.TakeBack(now, this.Kept)
	}
	for id, units := range p.Bought {
		older[id] = older[id] || since || units.Units > units.Returned
	}
	return live.Count(now, this, before, older)
}

// kept returns the products of a visit of which anything was kept.
func kept(v profile.Visit) (products []shop.ProductID) {
	if v.Cancelled {
		return nil
	}
	for _, line := range v.Lines {
		if line.Units > line.Returned {
			products = append(products, line.Product)
		}
	}
	return products
}

// count adds to the live counters what the stored order has still to add, and notes
// on the order that it did. Whoever dies on the way leaves the rest to the next who
// takes an event of this order, be it the same one again.
//
// Counters are no promise to anybody: where a row is too busy the message is not
// held up for it. What is not counted stays on the order, and is counted with its
// next event.
func (h *handler) count(ctx context.Context, saved dynamo.Fold) error {
	changes := saved.Counted.Pending(saved.Order.ID)
	if len(changes) == 0 && saved.Counted.Done == len(saved.Counted.Steps) {
		return nil
	}
	err := h.shop.Count(ctx, changes)
	if errors.Is(err, dynamo.ErrThrottled) {
		slog.WarnContext(ctx, "left counts of an order for its next event", "order", saved.Order.ID, "err", err)
		h.metrics.Count("LiveCountsLeft", 1)
		return nil
	}
	if err != nil {
		return err
	}
	done := dynamo.Fold{Order: saved.Order, Raised: saved.Raised, Counted: saved.Counted, OrderRev: saved.Rev()}
	done.Counted.Done = len(done.Counted.Steps)
	if err := h.orders.SaveFold(ctx, done); err != nil && !errors.Is(err, dynamo.ErrConflict) {
		return err // of two that fold at once, the one who came later notes it
	}
	return nil
}
