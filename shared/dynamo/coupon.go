package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/coupon"
	"regulars/shared/shop"
)

// couponKey names an item of the table of coupons: a coupon or a budget.
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
	State    coupon.State    `dynamodbav:"state"`

	// For which order the checkout holds it or has redeemed it.
	Order     shop.OrderID `dynamodbav:"order,omitempty"`
	HeldUntil stamp        `dynamodbav:"held_until,omitempty"`
}

func couponItemOf(c coupon.Coupon) couponItem {
	return couponItem{
		couponKey: keyOfCoupon(c.Hash), Hash: c.Hash,
		Offer: c.Offer, Version: c.Version, Customer: c.Customer, Send: c.Send, Shard: c.Shard,
		Issued: stampOf(c.Issued), Until: stampOf(c.Until), Product: c.Product, State: c.State, Order: c.Order, HeldUntil: stampOf(c.HeldUntil),
	}
}

func (it couponItem) coupon() coupon.Coupon {
	return coupon.Coupon{
		Hash: it.Hash, Offer: it.Offer, Version: it.Version, Customer: it.Customer, Send: it.Send, Shard: it.Shard,
		Issued: it.Issued.time(), Until: it.Until.time(), Product: it.Product, State: it.State, Order: it.Order, HeldUntil: it.HeldUntil.time(),
	}
}

// Coupon returns the coupon whose code has that hash. It fails with
// [ErrNotFound] where there is none.
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

// moveCoupon is the write that makes the transition of the coupon with that
// hash. It is refused if the transition does not accept the stored coupon.
func (s *Store) moveCoupon(hash string, t coupon.Transition) types.TransactWriteItem {
	after := couponItemOf(t.Apply(coupon.Coupon{}))
	update := expression.Set(expression.Name("state"), expression.Value(after.State))
	if after.Order != "" {
		update = update.Set(expression.Name("order"), expression.Value(after.Order))
	} else {
		update = update.Remove(expression.Name("order"))
	}
	if after.HeldUntil != "" {
		update = update.Set(expression.Name("held_until"), expression.Value(after.HeldUntil))
	} else {
		update = update.Remove(expression.Name("held_until"))
	}
	e := build(expression.NewBuilder().WithUpdate(update).WithCondition(accepts(t)))
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.tables.Coupons, Key: marshal(keyOfCoupon(hash)),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}

// accepts is [coupon.Transition.Accepts] as a condition on a coupon's item.
func accepts(t coupon.Transition) expression.ConditionBuilder {
	var all []expression.ConditionBuilder
	for _, g := range t.From {
		all = append(all, holds(t, g))
	}
	if len(all) == 1 {
		return all[0]
	}
	return expression.Or(all[0], all[1], all[2:]...)
}

func holds(t coupon.Transition, g coupon.Guard) expression.ConditionBuilder {
	condition := expression.Name("state").Equal(expression.Value(g.State))
	if g.SameCustomer {
		condition = condition.And(expression.Name("customer").Equal(expression.Value(t.Customer)))
	}
	if g.SameOrder {
		condition = condition.And(expression.Name("order").Equal(expression.Value(t.Order)))
	}
	if g.Lapsed {
		condition = condition.And(expression.Name("held_until").LessThan(expression.Value(stampOf(t.Now))))
	}
	if g.Valid {
		condition = condition.And(expression.Name("until").GreaterThanEqual(expression.Value(stampOf(t.End))))
	}
	if g.Over {
		condition = condition.And(expression.Name("until").LessThan(expression.Value(stampOf(t.End))))
	}
	return condition
}

// void is the write that voids the coupon, if no order has touched it.
func (s *Store) void(c coupon.Coupon) types.TransactWriteItem {
	return s.moveCoupon(c.Hash, coupon.Void())
}
