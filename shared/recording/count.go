package recording

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

// counted returns the order's entry in the live counters after a fold. It makes
// the entry if the order was not counted before, and otherwise takes back the
// products that the customer returned or cancelled.
//
// A product that was returned and is bought again counts as new only if the
// customer kept nothing of the orders in between. Otherwise it was counted with
// those products already, and a reason would count one customer twice.
func counted(now time.Time, old live.Entry, order shop.Order, p profile.Profile) live.Entry {
	var this live.Bought
	var before []live.Bought
	older, since := map[shop.ProductID]bool{}, false // since: the customer kept something of a later order
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
		return old // not placed yet, or so old that the profile keeps it only in its sums
	}
	if len(old.Steps) > 0 {
		return old.TakeBack(now, this.Kept)
	}
	for id, units := range p.Older() {
		older[id] = older[id] || since || units.Units > units.Returned
	}
	return live.Count(now, this, before, older)
}

// kept returns the products of a visit of which the customer kept at least one
// unit.
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

// count applies the stored order's pending changes to the live counters, and
// then marks them as done in the order. If it fails between the two, the
// changes stay pending, and the next event of this order, or the same event
// again, applies them.
//
// No promise depends on the counters. If DynamoDB throttles a row, count logs
// it and returns nil, so that the message is not delayed; the changes stay
// pending.
func (h *Recorder) count(ctx context.Context, saved dynamo.Fold) error {
	changes := saved.Counted.Pending(saved.Order.ID)
	if len(changes) == 0 && saved.Counted.Done == len(saved.Counted.Steps) {
		return nil
	}
	err := h.Shop.Count(ctx, changes)
	if errors.Is(err, dynamo.ErrThrottled) {
		slog.WarnContext(ctx, "live counters not updated: the order's next event updates them", "order", saved.Order.ID, "err", err)
		h.Metrics.Count("LiveCountsLeft", 1)
		return nil
	}
	if err != nil {
		return err
	}
	done := dynamo.Fold{Order: saved.Order, Raised: saved.Raised, Counted: saved.Counted, OrderRev: saved.Rev()}
	done.Counted.Done = len(done.Counted.Steps)
	if err := h.Orders.SaveFold(ctx, done); err != nil && !errors.Is(err, dynamo.ErrConflict) {
		return err // after a conflict, the call that changed the order marks the changes as done
	}
	return nil
}
