package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regulars/shared/coupon"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Sweep is the progress of the sweep that expires coupons.
type Sweep struct {
	Started time.Time
	Next    Cursor // of the next page; [End] if the sweep is complete
}

type sweepItem struct {
	couponKey
	Started stamp  `dynamodbav:"started"`
	Next    Cursor `dynamodbav:"next,omitempty"`
}

var keyOfSweep = couponKey{"sweep#expiry"}

// Sweep returns the progress of the latest sweep; the zero Sweep if there was
// none.
func (s *Store) Sweep(ctx context.Context) (Sweep, error) {
	m, err := s.get(ctx, s.tables.Coupons, keyOfSweep)
	if err != nil {
		return Sweep{}, fmt.Errorf("read the progress of the sweep: %w", err)
	}
	var it sweepItem
	if m != nil {
		err = unmarshal(m, &it)
	}
	return Sweep{it.Started.time(), it.Next}, err
}

// SaveSweep stores the progress of the sweep, without a condition. Two sweeps
// at the same time make the same transitions, each of which succeeds once.
func (s *Store) SaveSweep(ctx context.Context, sweep Sweep) error {
	err := s.put(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Coupons, Item: marshal(sweepItem{keyOfSweep, stampOf(sweep.Started), sweep.Next})})
	if err != nil {
		return fmt.Errorf("save the progress of the sweep: %w", err)
	}
	return nil
}

// ExpireCoupons makes the transition [coupon.Expire] of every coupon of one
// page that it accepts, and gives their uses back to their budgets. It logs and
// skips a coupon that cannot be read. It returns the cursor of the next page, and how many coupons expired.
func (s *Store) ExpireCoupons(ctx context.Context, page Page, now time.Time) (next Cursor, expired int, err error) {
	over := expression.AttributeExists(expression.Name("hash")).And(accepts(coupon.Expire(now)))
	e := build(expression.NewBuilder().WithFilter(over))
	in := &dynamodb.ScanInput{
		TableName: &s.tables.Coupons, FilterExpression: e.Filter(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}
	next, err = s.scan(ctx, in, page, func(m item) error {
		var it couponItem
		if err := unmarshal(m, &it); err != nil {
			var key couponKey
			_ = unmarshal(m, &key) // cannot fail: a key is text
			s.skip(ctx, s.tables.Coupons, key.Coupon, err)
			return nil
		}
		err := s.expire(ctx, it.coupon(), now)
		if err == nil {
			expired++
		}
		if errors.Is(err, ErrConflict) { // an order has used it since it was read, or another sweep expired it
			return nil
		}
		return err
	})
	if err != nil {
		return "", expired, fmt.Errorf("expire coupons: %w", err)
	}
	return next, expired, nil
}

func (s *Store) expire(ctx context.Context, c coupon.Coupon, now time.Time) error {
	return s.transact(ctx, s.moveCoupon(c.Hash, coupon.Expire(now)), s.credit(c))
}
