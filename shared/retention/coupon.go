package retention

import (
	"context"
	"errors"
	"time"

	"regulars/shared/checkout"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// Coupons stores coupons and what orders have redeemed; [dynamo.Store] does so.
type Coupons interface {
	CouponsAndRedemptions(context.Context, dynamo.Page, func(coupon.Coupon) error, func(checkout.Redemption, dynamo.Rev) error) (dynamo.Cursor, error)
	Coupon(ctx context.Context, hash string) (coupon.Coupon, error)
	EraseCoupon(context.Context, coupon.Coupon) error
	SaveErasedRedemption(context.Context, shop.OrderID, checkout.Redemption, dynamo.Rev) error
}

// coupons lets the old coupons and redemptions of one page go. A coupon that still
// stands, or that an order holds, stays: the sweep ends it first. A used coupon
// goes with its order's redemption, since a return needs both.
func (j Job) coupons(ctx context.Context, page dynamo.Page, begun time.Time, gone counts) (dynamo.Cursor, error) {
	limit := before(begun, j.Keep.Coupons)
	return j.Coupons.CouponsAndRedemptions(ctx, page,
		func(c coupon.Coupon) error {
			if c.State != coupon.Expired && c.State != coupon.Voided || !c.Until.Before(limit) || !c.Issued.Before(limit) {
				return nil
			}
			return j.let(gone, "coupons", func() error { return j.Coupons.EraseCoupon(ctx, c) })
		},
		func(r checkout.Redemption, rev dynamo.Rev) error {
			if r.State == checkout.Held || !r.Erased.IsZero() || !r.Changed.Before(limit) {
				return nil
			}
			return j.let(gone, "redemptions", func() error { return j.redemption(ctx, begun, r, rev) })
		})
}

// redemption takes the customer out of the coupons that an order used, then out of
// its redemption. The uses stay, because they count in their budgets.
func (j Job) redemption(ctx context.Context, begun time.Time, r checkout.Redemption, rev dynamo.Rev) error {
	for _, u := range r.Uses {
		if u.Coupon == "" {
			continue
		}
		c, err := j.Coupons.Coupon(ctx, u.Coupon)
		if errors.Is(err, dynamo.ErrNotFound) || err == nil && (c.State != coupon.Redeemed || c.Order != r.Order || c.Customer == "") {
			continue
		}
		if err == nil {
			err = j.Coupons.EraseCoupon(ctx, c)
		}
		if err != nil {
			return err
		}
	}
	return j.Coupons.SaveErasedRedemption(ctx, r.Order, r.Erase(begun), rev)
}
