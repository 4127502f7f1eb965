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
// A write names the revision that its caller read, and is refused if another
// one is stored. Equal content has the same revision, so a value that changed
// and changed back (A, B, A) counts as unchanged. That is harmless: a decision
// that was made on A is still valid.
type Rev = string

// unchanged returns the condition that the item has that revision or, if rev is
// empty, that it is absent. partitionKey is the name of the key's attribute.
//
// Every write of a message has one or two. They are text, because the builder of
// expressions makes forty allocations for each.
func unchanged(partitionKey string, rev Rev) condition {
	if rev == "" {
		return condition{"attribute_not_exists(#key)", map[string]string{"#key": partitionKey}, nil}
	}
	return condition{"rev = :rev", nil, item{":rev": &types.AttributeValueMemberS{Value: rev}}}
}

// condition is what a request has of an [expression.Expression] with a condition alone.
type condition struct {
	text   string
	names  map[string]string
	values item
}

func (c condition) Condition() *string       { return &c.text }
func (c condition) Names() map[string]string { return c.names }
func (c condition) Values() item             { return c.values }

// stillRev is [unchanged] for a request that has other expressions as well.
func stillRev(rev Rev) expression.ConditionBuilder {
	if rev == "" {
		return expression.AttributeNotExists(expression.Name("rev"))
	}
	return expression.Name("rev").Equal(expression.Value(rev))
}

// putAt is the write of one item in a transaction, if rev is stored.
func putAt(table string, it any, partitionKey string, rev Rev) types.TransactWriteItem {
	e := unchanged(partitionKey, rev)
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &table, Item: marshal(it), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}

// saveAlone writes one item without a transaction, if the revision read is
// stored. It succeeds as well if the item has the revision written already.
func (s *Store) saveAlone(ctx context.Context, table string, it any, partitionKey string, read, written Rev) error {
	e := unchanged(partitionKey, read)
	err := s.put(ctx, &dynamodb.PutItemInput{
		TableName: &table, Item: marshal(it), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	var other refused
	if errors.As(err, &other) && revOf(other.old) == written {
		return nil
	}
	return err
}

func revOf(m item) Rev { return textIn(m["rev"]) }

// textIn returns the text in an attribute, empty if it is not text.
func textIn(v types.AttributeValue) string {
	if text, ok := v.(*types.AttributeValueMemberS); ok {
		return text.Value
	}
	return ""
}

// build returns the expressions of a request. It panics if they are not valid,
// which is a bug of this package.
func build(b expression.Builder) expression.Expression {
	e, err := b.Build()
	if err != nil {
		panic("dynamo: " + err.Error())
	}
	return e
}

// where returns the request that has only the condition.
func where(c expression.ConditionBuilder) expression.Expression {
	return build(expression.NewBuilder().WithCondition(c))
}
