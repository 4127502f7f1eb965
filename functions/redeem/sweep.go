package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"regulars/shared/checkout"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// sweeps is what lies behind: holds that lapsed, and coupons that are over.
type sweeps interface {
	Lapsed(ctx context.Context, now time.Time, limit int, visit func(checkout.Redemption, dynamo.Rev) error) error
	Sweep(context.Context) (dynamo.Sweep, error)
	SaveSweep(context.Context, dynamo.Sweep) error
	ExpireCoupons(ctx context.Context, page dynamo.Page, now time.Time) (next dynamo.Cursor, ended int, err error)
}

const (
	mostLapsed = 500              // holds let go in one tick
	sweepEach  = 24 * time.Hour   // from one sweep for coupons that are over to the next
	sweepFor   = 5 * time.Second  // of a tick; the next one goes on
	sweepPage  = 200              // items read at a time
	sweepLeft  = 12 * time.Second // of the call's time, for what comes after the holds
)

// sweep lets go of what a checkout held and forgot, and once a day ends the
// coupons that were not used in time. What it does not finish the next tick does.
func (h *handler) sweep(ctx context.Context) error {
	now := shop.Millis(h.now())
	errHolds := h.releaseLapsed(ctx, now)
	return errors.Join(errHolds, h.expire(ctx, now))
}

func (h *handler) releaseLapsed(ctx context.Context, now time.Time) error {
	var lapsed []shop.OrderID
	err := h.sweeps.Lapsed(ctx, now, mostLapsed, func(r checkout.Redemption, _ dynamo.Rev) error {
		lapsed = append(lapsed, r.Order)
		return nil
	})
	var failed []error
	done := 0
	for _, order := range lapsed {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < sweepLeft {
			break
		}
		done++
		_, err := h.step(ctx, order, func(r checkout.Redemption, now time.Time) (checkout.Redemption, []checkout.Change, error) {
			if r.State != checkout.Held || !now.After(r.Until) { // the index lags
				return r, nil, nil
			}
			return r.Release(now)
		})
		if err != nil {
			failed = append(failed, err)
		}
	}
	if len(lapsed) > 0 {
		slog.InfoContext(ctx, "let go of lapsed holds", "orders", done, "left", len(lapsed)-done, "failed", len(failed))
	}
	return errors.Join(err, errors.Join(failed...))
}

func (h *handler) expire(ctx context.Context, now time.Time) error {
	sweep, err := h.sweeps.Sweep(ctx)
	if err != nil {
		return err
	}
	if sweep.Started.IsZero() || sweep.Next == dynamo.End && now.Sub(sweep.Started) >= sweepEach {
		sweep = dynamo.Sweep{Started: now}
	}
	ended := 0
	for begun := h.now(); sweep.Next != dynamo.End && h.now().Sub(begun) < sweepFor; {
		next, n, err := h.sweeps.ExpireCoupons(ctx, dynamo.Page{After: sweep.Next, Limit: sweepPage}, now)
		if err != nil {
			return err
		}
		ended += n
		sweep.Next = next
		if err := h.sweeps.SaveSweep(ctx, sweep); err != nil {
			return err
		}
	}
	if ended > 0 {
		slog.InfoContext(ctx, "ended coupons that were not used in time", "coupons", ended)
	}
	return nil
}
