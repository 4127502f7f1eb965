package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Rev is the revision of a stored value: a hash of its content. Empty means
// that nothing is stored.
//
// A writer names the revision that it read, and the write is refused where
// another one is stored now. The same content always has the same revision, so
// a value that changed and changed back (A, B, A) is taken for unchanged. That
// is harmless: what was decided on A still stands.
type Rev = string

// unchanged is the condition that the item whose partition key is named still
// has that revision, or is still absent.
func unchanged(partitionKey string, rev Rev) expression.ConditionBuilder {
	if rev == "" {
		return expression.AttributeNotExists(expression.Name(partitionKey))
	}
	return expression.Name("rev").Equal(expression.Value(rev))
}

// putAt is the write of one item of a transaction, by its revision.
func putAt(table string, it any, partitionKey string, rev Rev) types.TransactWriteItem {
	e := where(unchanged(partitionKey, rev))
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &table, Item: marshal(it), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}

// saveAlone writes one item by its revision, without a transaction.
func (s *Store) saveAlone(ctx context.Context, table string, it any, partitionKey string, read, written Rev) error {
	e := where(unchanged(partitionKey, read))
	err := s.put(ctx, &dynamodb.PutItemInput{
		TableName: &table, Item: marshal(it), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	var beaten refused
	if errors.As(err, &beaten) && revOf(beaten.old) == written {
		return nil
	}
	return err
}

func revOf(m item) Rev {
	if rev, ok := m["rev"].(*types.AttributeValueMemberS); ok {
		return rev.Value
	}
	return ""
}

// build returns the parts of a request; it panics where they do not fit
// together, which only a programmer can bring about.
func build(b expression.Builder) expression.Expression {
	e, err := b.Build()
	if err != nil {
		panic("dynamo: " + err.Error())
	}
	return e
}

func where(c expression.ConditionBuilder) expression.Expression {
	return build(expression.NewBuilder().WithCondition(c))
}
