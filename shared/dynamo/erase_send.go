package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/claim"
)

// StripSend replaces the record of a send by what an erasure keeps of it, under
// the same key. The stored send must be in the state and have the fence of d; it
// fails with [ErrConflict] if not.
func (s *Store) StripSend(ctx context.Context, d, kept claim.Send) error {
	e := where(asRead(d))
	err := s.put(ctx, &dynamodb.PutItemInput{
		TableName: &s.tables.Sends, Item: marshal(sendItemOf(kept)), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	err = s.readBack(ctx, err, func() (bool, error) {
		stored, err := s.send(ctx, keyOfSend(d.Intent.Customer, d.ID))
		return stored.State == kept.State && len(stored.Explained) == 0, err
	})
	if err != nil {
		return fmt.Errorf("strip send %s: %w", d.ID, err)
	}
	return nil
}

// MoveSend stores kept under its own key and deletes the record of d, all or
// nothing. The stored send must be in the state and have the fence of d; it
// fails with [ErrConflict] if not. It succeeds if d is gone.
func (s *Store) MoveSend(ctx context.Context, d, kept claim.Send) error {
	e := where(asRead(d))
	fresh := where(expression.AttributeNotExists(expression.Name("send")))
	err := s.transact(ctx,
		types.TransactWriteItem{Delete: &types.Delete{
			TableName: &s.tables.Sends, Key: marshal(keyOfSend(d.Intent.Customer, d.ID)), ConditionExpression: e.Condition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		}},
		types.TransactWriteItem{Put: &types.Put{
			TableName: &s.tables.Sends, Item: marshal(sendItemOf(kept)), ConditionExpression: fresh.Condition(),
			ExpressionAttributeNames: fresh.Names(), ExpressionAttributeValues: fresh.Values(),
		}})
	if err != nil && ctx.Err() == nil {
		if _, errRead := s.send(ctx, keyOfSend(d.Intent.Customer, d.ID)); errors.Is(errRead, ErrNotFound) {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("move send %s: %w", d.ID, err)
	}
	return nil
}

// asRead returns the condition that a send still is in the state, and has the
// fence, in which it was read.
func asRead(d claim.Send) expression.ConditionBuilder {
	return expression.Name("state").Equal(expression.Value(d.State)).And(under(fence(d)))
}
