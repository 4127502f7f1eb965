package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/coupon"
)

// PutCoupon stores the coupon as it is, over any other.
func (s *Store) PutCoupon(ctx context.Context, c coupon.Coupon) error {
	return s.put(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Coupons, Item: marshal(couponItemOf(c))})
}

// MoveCoupon makes the transition and reports whether its condition held.
func (s *Store) MoveCoupon(ctx context.Context, hash string, t coupon.Transition) (bool, error) {
	err := s.transact(ctx, s.moveCoupon(hash, t))
	if _, refused := errors.AsType[cancelled](err); refused {
		return false, nil
	}
	return err == nil, err
}
