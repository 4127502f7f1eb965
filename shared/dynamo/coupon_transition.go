package dynamo

import (
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/coupon"
)

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

// accepts returns the condition on a coupon's item that is true if and only if
// [coupon.Transition.Accepts] is.
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

// holds returns the condition for one guard.
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
