package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// This file holds every call to DynamoDB but the transaction and the batches:
// each asks for its price, waits out what is in its way, and turns the error
// of AWS into one of the domain.

type item = map[string]types.AttributeValue

// refused is a write whose condition did not hold. It is an [ErrConflict] that
// still knows what is stored; old is nil where that is nothing.
type refused struct{ old item }

func (refused) Error() string        { return ErrConflict.Error() }
func (refused) Is(target error) bool { return target == ErrConflict }

// errInTheWay is a transaction of someone else on the same item.
var errInTheWay = errors.New("a transaction is in the way")

// domainError returns err as the callers of this package know it.
func domainError(err error) error {
	var (
		condition *types.ConditionalCheckFailedException
		conflict  *types.TransactionConflictException
		cancel    *types.TransactionCanceledException
		api       smithy.APIError
	)
	switch {
	case errors.As(err, &condition):
		return refused{old: condition.Item}
	case errors.As(err, &conflict):
		return errInTheWay
	case errors.As(err, &cancel):
		return cancellation(cancel)
	case errors.As(err, &api):
		switch api.ErrorCode() {
		case "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded":
			return fmt.Errorf("%w: %w", ErrThrottled, err)
		}
	}
	return err
}

// patiently calls until nobody is in the way. Other throttling is waited out by
// the SDK, three attempts at most.
func (s *Store) patiently(ctx context.Context, call func() error) error {
	inTheWay := func(err error) bool { return errors.Is(err, errInTheWay) }
	err := retry(ctx, s.Pause, inTheWay, func() error { return domainError(call()) })
	if inTheWay(err) {
		err = fmt.Errorf("%w: %d attempts, last: %w", ErrThrottled, Attempts, err)
	}
	return err
}

// readBack is for a write that failed with err. Where that leaves open whether
// the write was carried out, it asks ours, which reads consistently and reports
// whether what is stored is what was to be written; then all is well.
//
// Where it is not ours, the write may still be on its way. Every write of this
// package is harmless when it comes so late: its condition then fails, or
// nobody else has touched the item.
func (s *Store) readBack(ctx context.Context, err error, ours func() (bool, error)) error {
	if err == nil || errors.Is(err, ErrConflict) || ctx.Err() != nil {
		return err
	}
	if ok, errRead := ours(); errRead == nil && ok {
		return nil
	}
	return err
}

// price asks for what a call consumed, where someone wants to know.
func (s *Store) price() types.ReturnConsumedCapacity {
	if s.Meter == nil {
		return types.ReturnConsumedCapacityNone
	}
	return types.ReturnConsumedCapacityIndexes
}

func (s *Store) readCost(costs ...types.ConsumedCapacity) {
	for _, c := range costs {
		if s.Meter != nil && c.TableName != nil && c.CapacityUnits != nil {
			s.Meter(*c.TableName, *c.CapacityUnits, 0)
		}
	}
}

func (s *Store) writeCost(costs ...types.ConsumedCapacity) {
	for _, c := range costs {
		if s.Meter != nil && c.TableName != nil && c.CapacityUnits != nil {
			s.Meter(*c.TableName, 0, *c.CapacityUnits)
		}
	}
}

func costs(c *types.ConsumedCapacity) []types.ConsumedCapacity {
	if c == nil {
		return nil
	}
	return []types.ConsumedCapacity{*c}
}

// get reads one item, consistently. It returns nil where there is none.
func (s *Store) get(ctx context.Context, table string, key any) (item, error) {
	in := &dynamodb.GetItemInput{
		TableName: &table, Key: marshal(key), ConsistentRead: new(true), ReturnConsumedCapacity: s.price(),
	}
	var out *dynamodb.GetItemOutput
	err := s.patiently(ctx, func() (err error) {
		out, err = s.client.GetItem(ctx, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.readCost(costs(out.ConsumedCapacity)...)
	return out.Item, nil
}

// put writes one item where the condition of in holds; else it fails with
// [refused].
func (s *Store) put(ctx context.Context, in *dynamodb.PutItemInput) error {
	in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	in.ReturnConsumedCapacity = s.price()
	return s.patiently(ctx, func() error {
		out, err := s.client.PutItem(ctx, in)
		if err == nil {
			s.writeCost(costs(out.ConsumedCapacity)...)
		}
		return err
	})
}

// update changes one item where the condition of in holds, and returns it as it
// is then; else it fails with [refused].
func (s *Store) update(ctx context.Context, in *dynamodb.UpdateItemInput) (item, error) {
	in.ReturnValues = types.ReturnValueAllNew
	in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	in.ReturnConsumedCapacity = s.price()
	var changed item
	err := s.patiently(ctx, func() error {
		out, err := s.client.UpdateItem(ctx, in)
		if err == nil {
			s.writeCost(costs(out.ConsumedCapacity)...)
			changed = out.Attributes
		}
		return err
	})
	return changed, err
}

// query reads one page.
func (s *Store) query(ctx context.Context, in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	in.ReturnConsumedCapacity = s.price()
	var out *dynamodb.QueryOutput
	err := s.patiently(ctx, func() (err error) {
		out, err = s.client.Query(ctx, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.readCost(costs(out.ConsumedCapacity)...)
	return out, nil
}

// marshal returns v as an item. It panics where v cannot be one: the item
// structs of this package can.
func marshal(v any) item {
	m, err := attributevalue.MarshalMap(v)
	if err != nil {
		panic("dynamo: " + err.Error())
	}
	return m
}

func unmarshal(m item, v any) error { return attributevalue.UnmarshalMap(m, v) }
