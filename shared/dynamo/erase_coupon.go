package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/checkout"
	"regulars/shared/coupon"
	"regulars/shared/shop"
)

// CouponsAndRedemptions calls coupons or redemptions with each item of one page
// of the table, for an erasure or an export: a coupon, or what an order holds or
// has redeemed. It returns the cursor of the next page. Their errors end the
// listing.
func (s *Store) CouponsAndRedemptions(ctx context.Context, page Page, coupons func(coupon.Coupon) error, redemptions func(checkout.Redemption, Rev) error) (Cursor, error) {
	next, err := s.scan(ctx, &dynamodb.ScanInput{TableName: &s.tables.Coupons}, page, func(m item) error {
		var key couponKey
		if err := unmarshal(m, &key); err != nil {
			return err
		}
		switch {
		case strings.HasPrefix(key.Coupon, "code#"):
			var it couponItem
			if err := unmarshal(m, &it); err != nil {
				return s.broken(ctx, page, s.tables.Coupons, m, err)
			}
			return coupons(it.coupon())
		case strings.HasPrefix(key.Coupon, "order#"):
			r, rev, err := readRedemption("", m)
			if err != nil {
				return s.broken(ctx, page, s.tables.Coupons, m, err)
			}
			return redemptions(r, rev)
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("list coupons: %w", err)
	}
	return next, nil
}

// EraseCoupon erases a coupon in the state in which it was read. A redeemed one
// keeps its offer, its place in the budget and its order, since the use counts.
// Any other is deleted, and if it was issued its use goes back to the budget. It
// fails with [ErrConflict] if the coupon is in another state by now, and for a
// coupon that an order holds: release the order first.
func (s *Store) EraseCoupon(ctx context.Context, c coupon.Coupon) error {
	e := where(expression.Name("state").Equal(expression.Value(c.State)))
	remove := types.TransactWriteItem{Delete: &types.Delete{
		TableName: &s.tables.Coupons, Key: marshal(keyOfCoupon(c.Hash)), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
	var err error
	switch c.State {
	case coupon.Redeemed:
		err = s.put(ctx, &dynamodb.PutItemInput{
			TableName: &s.tables.Coupons, Item: marshal(couponItemOf(c.Erased())), ConditionExpression: e.Condition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		})
	case coupon.Held:
		err = ErrConflict
	case coupon.Issued:
		err = s.transact(ctx, remove, s.credit(c))
		if stop, ok := errors.AsType[cancelled](err); ok && !stop.failed(0) { // its budget was deleted: nothing to give back to
			err = s.transact(ctx, remove)
		}
	default:
		err = s.transact(ctx, remove)
	}
	err = s.readBackErased(ctx, err, c.Hash)
	if err != nil {
		return fmt.Errorf("erase a coupon of %s: %w", c.Offer, err)
	}
	return nil
}

// readBackErased returns nil if the coupon is gone, or has no customer any more.
func (s *Store) readBackErased(ctx context.Context, err error, hash string) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	if stored, errRead := s.Coupon(ctx, hash); errors.Is(errRead, ErrNotFound) || errRead == nil && stored.Customer == "" {
		return nil
	}
	return err
}

// SaveErasedRedemption writes what is kept of an erased redemption in place of
// the one with that revision; a redemption without a state is deleted. It fails
// with [ErrConflict] if another call has changed it since it was read.
func (s *Store) SaveErasedRedemption(ctx context.Context, order shop.OrderID, kept checkout.Redemption, rev Rev) error {
	var err error
	if kept.State == "" {
		e := unchanged("coupon", rev)
		err = s.transact(ctx, types.TransactWriteItem{Delete: &types.Delete{
			TableName: &s.tables.Coupons, Key: marshal(keyOfRedemption(order)), ConditionExpression: e.Condition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		}})
	} else {
		it := redemptionItemOf(kept)
		err = s.saveAlone(ctx, s.tables.Coupons, it, "coupon", rev, it.Rev)
	}
	if err != nil && ctx.Err() == nil {
		if stored, now, errRead := s.Redemption(ctx, order); errRead == nil && (now == "" || !stored.Erased.IsZero()) {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("erase redemption of order %s: %w", order, err)
	}
	return nil
}
