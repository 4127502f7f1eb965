package dynamo

import (
	"context"
	"fmt"

	"regulars/shared/coupon"
	"regulars/shared/shop"
)

// couponKey is the key of an item of the table of coupons: a coupon, a budget,
// an order and so on (see the package comment).
type couponKey struct {
	Coupon string `dynamodbav:"coupon"`
}

func keyOfCoupon(hash string) couponKey { return couponKey{"code#" + hash} }

type couponItem struct {
	couponKey
	Hash     string          `dynamodbav:"hash"`
	Offer    shop.OfferID    `dynamodbav:"offer"`
	Version  int             `dynamodbav:"version"`
	Customer shop.CustomerID `dynamodbav:"customer"`
	Send     shop.SendID     `dynamodbav:"send"`
	Shard    int             `dynamodbav:"shard"`
	Issued   stamp           `dynamodbav:"issued"`
	Until    stamp           `dynamodbav:"until"`
	Product  shop.ProductID  `dynamodbav:"product,omitempty"`
	Key      string          `dynamodbav:"key,omitempty"`
	State    coupon.State    `dynamodbav:"state"`
	Earned   shop.OrderID    `dynamodbav:"earned,omitempty"`

	// The order that holds or has redeemed it, and the end of the hold.
	Order     shop.OrderID `dynamodbav:"order,omitempty"`
	HeldUntil stamp        `dynamodbav:"held_until,omitempty"`
}

func couponItemOf(c coupon.Coupon) couponItem {
	return couponItem{
		couponKey: keyOfCoupon(c.Hash), Hash: c.Hash,
		Offer: c.Offer, Version: c.Version, Customer: c.Customer, Send: c.Send, Shard: c.Shard,
		Issued: stampOf(c.Issued), Until: stampOf(c.Until), Product: c.Product, Key: c.Key, State: c.State, Earned: c.Earned, Order: c.Order, HeldUntil: stampOf(c.HeldUntil),
	}
}

func (it couponItem) coupon() coupon.Coupon {
	return coupon.Coupon{
		Hash: it.Hash, Offer: it.Offer, Version: it.Version, Customer: it.Customer, Send: it.Send, Shard: it.Shard,
		Issued: it.Issued.time(), Until: it.Until.time(), Product: it.Product, Key: it.Key, State: it.State, Earned: it.Earned, Order: it.Order, HeldUntil: it.HeldUntil.time(),
	}
}

// Coupon returns the coupon whose code has that hash. It fails with
// [ErrNotFound] if there is none.
func (s *Store) Coupon(ctx context.Context, hash string) (coupon.Coupon, error) {
	m, err := s.get(ctx, s.tables.Coupons, keyOfCoupon(hash))
	if err == nil && m == nil {
		err = ErrNotFound
	}
	var it couponItem
	if err == nil {
		err = unmarshal(m, &it)
	}
	if err != nil {
		return coupon.Coupon{}, fmt.Errorf("read coupon: %w", err)
	}
	return it.coupon(), nil
}
