package privacy

import (
	"context"
	"errors"
	"slices"

	"regulars/shared/checkout"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// coupons erases the customer's coupons and redemptions in one page of the
// table.
func (e *Eraser) coupons(ctx context.Context, j *Job) (dynamo.Cursor, error) {
	return e.Coupons.CouponsAndRedemptions(ctx, e.listing(ctx, j),
		func(c coupon.Coupon) error {
			if !slices.Contains(j.Customers, c.Customer) || c.Issued.After(j.At) {
				return nil
			}
			j.count("coupons", 1)
			return e.coupon(ctx, j, c)
		},
		func(r checkout.Redemption, _ dynamo.Rev) error {
			if !slices.Contains(j.Customers, r.Customer) || r.Changed.After(j.At) {
				return nil
			}
			j.count("redemptions", 1)
			return e.redemption(ctx, j, r.Order)
		})
}

// coupon erases a coupon; if an order holds it, the order gives it back first.
func (e *Eraser) coupon(ctx context.Context, j *Job, c coupon.Coupon) error {
	return dynamo.Retry(ctx, nil, func() error {
		if c.State == coupon.Held {
			err := e.redemption(ctx, j, c.Order)
			if errors.Is(err, dynamo.ErrDamaged) {
				return e.Broken.EraseBrokenHold(ctx, c.Hash, c.Order)
			}
			if err != nil {
				return err
			}
		}
		c, err := e.Coupons.Coupon(ctx, c.Hash)
		if errors.Is(err, dynamo.ErrNotFound) || err == nil && c.Customer == "" {
			return nil
		}
		if err != nil {
			return err
		}
		return e.Coupons.EraseCoupon(ctx, c)
	})
}

// redemption erases what an order holds or has redeemed. What it holds is given
// back first.
func (e *Eraser) redemption(ctx context.Context, j *Job, order shop.OrderID) error {
	lost := map[checkout.Use]bool{}
	return dynamo.Retry(ctx, nil, func() error {
		r, rev, err := e.Coupons.Redemption(ctx, order)
		if err != nil || rev == "" || !r.Erased.IsZero() || !slices.Contains(j.Customers, r.Customer) {
			return err
		}
		if r.State == checkout.Held {
			next, changes, err := r.Release(j.At) // not later, or a repetition would take it for a new one
			if err != nil {
				return err
			}
			err = e.Coupons.SaveRedemption(ctx, dynamo.Checkout{
				Redemption: next, Rev: rev, Now: e.Now(),
				Changes: slices.DeleteFunc(changes, func(c checkout.Change) bool { return lost[c.Use] }),
			})
			if refused := (*dynamo.CheckoutRefused)(nil); errors.As(err, &refused) && !refused.Order {
				for _, use := range refused.Uses { // another order has it by now
					lost[use] = true
				}
			}
			if err != nil {
				return err
			}
			if r, rev, err = e.Coupons.Redemption(ctx, order); err != nil || rev == "" {
				return err
			}
		}
		return e.Coupons.SaveErasedRedemption(ctx, order, r.Erase(j.At), rev)
	})
}
