package dynamo

import (
	"context"
	"errors"
	"fmt"

	"regulars/shared/retry"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// This file holds the calls to DynamoDB for one item or one query. Each call
// requests its consumed capacity, retries while a transaction is in the way,
// and turns an AWS error into a domain error. Scans, batches and transactions
// are in the other files call_*.go.

type item = map[string]types.AttributeValue

// refused is the error of a write whose condition did not hold. It is an
// [ErrConflict]. old is the stored item, nil if there is none.
type refused struct{ old item }

func (refused) Error() string        { return ErrConflict.Error() }
func (refused) Is(target error) bool { return target == ErrConflict }

// errInTheWay means that another call's transaction changes the same item.
var errInTheWay = errors.New("another transaction is changing the item")

// domainError turns an error of AWS into the error that callers of this package
// know; other errors stay as they are.
func domainError(err error) error {
	if err == nil {
		return nil // without the variables
	}
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

// retryInTheWay makes the call, again while another transaction is in the way,
// [Attempts] times at most. The SDK retries other throttling, three attempts at
// most.
func (s *Store) retryInTheWay(ctx context.Context, call func() error) error {
	inTheWay := func(err error) bool { return errors.Is(err, errInTheWay) }
	err := retry.Do(ctx, Attempts, s.Pause, inTheWay, func() error { return domainError(call()) })
	if inTheWay(err) {
		err = fmt.Errorf("%w: %d attempts, last: %w", ErrThrottled, Attempts, err)
	}
	return err
}

// readBack returns nil if a write that failed with err was made after all, else
// err. If err leaves that open, it calls ours, which reads consistently and
// reports whether the stored value is the one that was to be written.
//
// If it is not, the write may still arrive. Every write of this package is
// harmless when it arrives late: its condition fails then, or no other call has
// changed the item.
func (s *Store) readBack(ctx context.Context, err error, ours func() (bool, error)) error {
	if err == nil || errors.Is(err, ErrConflict) || ctx.Err() != nil {
		return err
	}
	if ok, errRead := ours(); errRead == nil && ok {
		return nil
	}
	return err
}

// price requests the consumed capacity of a call, if there is a Meter.
func (s *Store) price() types.ReturnConsumedCapacity {
	if s.Meter == nil {
		return types.ReturnConsumedCapacityNone
	}
	return types.ReturnConsumedCapacityIndexes
}

func (s *Store) readCost(costs ...types.ConsumedCapacity) {
	s.meter(costs, func(table string, units float64) { s.Meter(table, units, 0) })
}

func (s *Store) writeCost(costs ...types.ConsumedCapacity) {
	s.meter(costs, func(table string, units float64) { s.Meter(table, 0, units) })
}

func (s *Store) meter(costs []types.ConsumedCapacity, add func(table string, units float64)) {
	if s.Meter == nil {
		return
	}
	s.metering.Lock()
	defer s.metering.Unlock()
	for _, c := range costs {
		if c.TableName != nil && c.CapacityUnits != nil {
			add(*c.TableName, *c.CapacityUnits)
		}
	}
}

func costs(c *types.ConsumedCapacity) []types.ConsumedCapacity {
	if c == nil {
		return nil
	}
	return []types.ConsumedCapacity{*c}
}

// get reads one item, consistently. It returns nil if there is none.
func (s *Store) get(ctx context.Context, table string, key any) (item, error) {
	in := &dynamodb.GetItemInput{
		TableName: &table, Key: marshal(key), ConsistentRead: new(true), ReturnConsumedCapacity: s.price(),
	}
	var out *dynamodb.GetItemOutput
	err := s.retryInTheWay(ctx, func() (err error) {
		out, err = s.client.GetItem(ctx, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.readCost(costs(out.ConsumedCapacity)...)
	return out.Item, nil
}

// put writes one item if the condition of in holds; else it fails with
// [refused].
func (s *Store) put(ctx context.Context, in *dynamodb.PutItemInput) error {
	s.weigh(ctx, *in.TableName, in.Item)
	in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	in.ReturnConsumedCapacity = s.price()
	return s.retryInTheWay(ctx, func() error {
		out, err := s.client.PutItem(ctx, in)
		if err == nil {
			s.writeCost(costs(out.ConsumedCapacity)...)
		}
		return err
	})
}

// update changes one item if the condition of in holds; else it fails with [refused]. It
// returns the changed item if in asks for it: most callers do not need it, and it costs
// as much to decode as to read.
func (s *Store) update(ctx context.Context, in *dynamodb.UpdateItemInput) (item, error) {
	in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	in.ReturnConsumedCapacity = s.price()
	var changed item
	err := s.retryInTheWay(ctx, func() error {
		out, err := s.client.UpdateItem(ctx, in)
		if err == nil {
			s.writeCost(costs(out.ConsumedCapacity)...)
			changed = out.Attributes
		}
		return err
	})
	return changed, err
}

// query reads one page of a query.
func (s *Store) query(ctx context.Context, in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	in.ReturnConsumedCapacity = s.price()
	var out *dynamodb.QueryOutput
	err := s.retryInTheWay(ctx, func() (err error) {
		out, err = s.client.Query(ctx, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.readCost(costs(out.ConsumedCapacity)...)
	return out, nil
}

// marshal returns v as an item. It panics if v cannot be one: all item structs
// of this package can.
func marshal(v any) item {
	m, err := attributevalue.MarshalMap(v)
	if err != nil {
		panic("dynamo: " + err.Error())
	}
	return m
}

// unmarshal reads the attributes of an item into v. It fails with [ErrUnreadable].
func unmarshal(m item, v any) error {
	if err := attributevalue.UnmarshalMap(m, v); err != nil {
		return unreadable(err, damaged(m))
	}
	return nil
}
