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

// Sweep is how far the sweep for coupons that are over has come.
type Sweep struct {
	Started time.Time
	Next    Cursor // where it goes on; [End] when it is through
}

type sweepItem struct {
	couponKey
	Started stamp  `dynamodbav:"started"`
	Next    Cursor `dynamodbav:"next,omitempty"`
}

var keyOfSweep = couponKey{"sweep#expiry"}

// Sweep returns how far the latest sweep has come; the zero Sweep where there
// was none.
func (s *Store) Sweep(ctx context.Context) (Sweep, error) {
	m, err := s.get(ctx, s.tables.Coupons, keyOfSweep)
	if err != nil {
		return Sweep{}, fmt.Errorf("read how far the sweep is: %w", err)
	}
	var it sweepItem
	if m != nil {
		err = unmarshal(m, &it)
	}
	return Sweep{it.Started.time(), it.Next}, err
}

// SaveSweep keeps how far the sweep has come. Two that sweep at the same time do
// the same things, each of which counts once.
func (s *Store) SaveSweep(ctx context.Context, sweep Sweep) error {
	err := s.put(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Coupons, Item: marshal(sweepItem{keyOfSweep, stampOf(sweep.Started), sweep.Next})})
	if err != nil {
		return fmt.Errorf("save how far the sweep is: %w", err)
	}
	return nil
}

// ExpireCoupons ends the coupons of one page that were not used by their end and
// its grace, and gives their uses back to their budgets. It returns where to go
// on, and how many it ended.
func (s *Store) ExpireCoupons(ctx context.Context, page Page, now time.Time) (next Cursor, ended int, err error) {
	over := expression.AttributeExists(expression.Name("hash")).And(accepts(coupon.Expire(now)))
	e := build(expression.NewBuilder().WithFilter(over))
	in := &dynamodb.ScanInput{
		TableName: &s.tables.Coupons, FilterExpression: e.Filter(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}
	next, err = s.scan(ctx, in, page, func(m item) error {
		var it couponItem
		if err := unmarshal(m, &it); err != nil {
			return err
		}
		err := s.expire(ctx, it.coupon(), now)
		if err == nil {
			ended++
		}
		if errors.Is(err, ErrConflict) { // it was used this very moment, or ended by another sweep
			return nil
		}
		return err
	})
	if err != nil {
		return "", ended, fmt.Errorf("expire coupons: %w", err)
	}
	return next, ended, nil
}

func (s *Store) expire(ctx context.Context, c coupon.Coupon, now time.Time) error {
	return s.transact(ctx, s.moveCoupon(c.Hash, coupon.Expire(now)), s.credit(c))
}
