package redemption

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"regulars/shared/checkout"
	"regulars/shared/dynamo"
	"regulars/shared/rescue"
	"regulars/shared/shop"
)

// Sweeps lists lapsed holds, ends coupons that are over, and stores how far the
// daily sweep for such coupons has come.
type Sweeps interface {
	Lapsed(ctx context.Context, now time.Time, limit int, visit func(checkout.Redemption, dynamo.Rev) error) error
	Sweep(context.Context) (dynamo.Sweep, error)
	SaveSweep(context.Context, dynamo.Sweep) error
	ExpireCoupons(ctx context.Context, page dynamo.Page, now time.Time) (next dynamo.Cursor, ended int, err error)
}

const (
	mostLapsed = 500             // holds released in one tick
	sweepEach  = 24 * time.Hour  // from the start of one sweep for coupons that are over to the next
	sweepFor   = 5 * time.Second // of a tick for that sweep; the next tick goes on
	sweepPage  = 200             // items read at a time
)

// SweepLeft is the part of a call's time that [Service.Sweep] keeps for the
// coupons that follow the holds.
const SweepLeft = 12 * time.Second

// Sweep releases lapsed holds, and once a day expires the coupons that were not
// used in time. The next tick goes on with what a tick does not finish.
func (s *Service) Sweep(ctx context.Context) error {
	now := shop.Millis(s.Now())
	errHolds := s.releaseLapsed(ctx, now)
	return errors.Join(errHolds, s.expire(ctx, now))
}

// releaseLapsed releases the holds that lapsed before now, as long as the call
// has time left for the coupons.
func (s *Service) releaseLapsed(ctx context.Context, now time.Time) error {
	var lapsed []shop.OrderID
	err := s.Sweeps.Lapsed(ctx, now, mostLapsed, func(r checkout.Redemption, _ dynamo.Rev) error {
		lapsed = append(lapsed, r.Order)
		return nil
	})
	var failed []error
	done := 0
	for _, order := range lapsed {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < SweepLeft {
			break
		}
		done++
		if err := rescue.Do(ctx, func() error { return s.releaseIfLapsed(ctx, order) }); err != nil {
			failed = append(failed, err)
		}
	}
	if len(lapsed) > 0 {
		slog.InfoContext(ctx, "released lapsed holds", "orders", done, "left", len(lapsed)-done, "failed", len(failed))
	}
	return errors.Join(err, errors.Join(failed...))
}

// releaseIfLapsed releases the hold of an order, if it has one that lapsed.
func (s *Service) releaseIfLapsed(ctx context.Context, order shop.OrderID) error {
	_, err := s.step(ctx, order, func(r checkout.Redemption, now time.Time) (checkout.Redemption, []checkout.Change, error) {
		if r.State != checkout.Held || !now.After(r.Until) { // the index lags
			return r, nil, nil
		}
		return r.Release(now)
	})
	return err
}

// expire goes on with the sweep for coupons that are over, or starts one if the
// last started a day ago.
func (s *Service) expire(ctx context.Context, now time.Time) error {
	sweep, err := s.Sweeps.Sweep(ctx)
	if err != nil {
		return err
	}
	if sweep.Started.IsZero() || sweep.Next == dynamo.End && now.Sub(sweep.Started) >= sweepEach {
		sweep = dynamo.Sweep{Started: now}
	}
	ended := 0
	for begun := s.Now(); sweep.Next != dynamo.End && s.Now().Sub(begun) < sweepFor; {
		next, n, err := s.Sweeps.ExpireCoupons(ctx, dynamo.Page{After: sweep.Next, Limit: sweepPage}, now)
		if err != nil {
			return err
		}
		ended += n
		sweep.Next = next
		if err := s.Sweeps.SaveSweep(ctx, sweep); err != nil {
			return err
		}
	}
	if ended > 0 {
		slog.InfoContext(ctx, "expired coupons that were not used in time", "coupons", ended)
	}
	return nil
}
