package memory

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// DynamoDB's limits of one transaction.
const (
	mostWrites           = 100
	mostTransactionBytes = 4 << 20
)

// TransactWriteItems makes all writes or none. If one cannot be made it fails
// with a TransactionCanceledException that has a reason for each write.
//
// A repeated ClientRequestToken with the same writes succeeds and changes
// nothing; with other writes it fails with an
// IdempotentParameterMismatchException. DynamoDB forgets a token after ten
// minutes; this engine has no clock and keeps it. The SDK's client makes a
// token for each call; this engine makes none.
func (e *Engine) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	only(in, "TransactItems", "ReturnConsumedCapacity", "ClientRequestToken")
	if err := e.begin(ctx); err != nil {
		return nil, failed("TransactWriteItems", err)
	}
	defer e.mu.Unlock()
	if in.ClientRequestToken != nil {
		if made, ok := e.made[*in.ClientRequestToken]; ok {
			if reflect.DeepEqual(made, writesOf(in.TransactItems)) {
				return &dynamodb.TransactWriteItemsOutput{}, nil
			}
			return nil, failed("TransactWriteItems", &types.IdempotentParameterMismatchException{Message: new("another transaction had the token " + *in.ClientRequestToken)})
		}
	}
	changes, err := e.planAll(in.TransactItems)
	if err != nil {
		return nil, failed("TransactWriteItems", err)
	}
	if in.ClientRequestToken != nil {
		e.made[*in.ClientRequestToken] = writesOf(in.TransactItems)
	}
	var b bill
	for _, c := range changes {
		b.add(c.table.name, c.do(2))
	}
	return &dynamodb.TransactWriteItemsOutput{ConsumedCapacity: b.total(in.ReturnConsumedCapacity)}, nil
}

// planAll returns the changes of the writes, each from the state before the
// transaction. It fails if two writes are on one item.
func (e *Engine) planAll(writes []types.TransactWriteItem) ([]change, error) {
	if len(writes) == 0 || len(writes) > mostWrites {
		return nil, invalid("a transaction has 1 to %d writes, not %d", mostWrites, len(writes))
	}
	var (
		changes   = make([]change, len(writes))
		reasons   = make([]types.CancellationReason, len(writes))
		cancelled bool
		size      int
	)
	for i := range writes {
		c, err := e.plan(writeOf(&writes[i]))
		var stop unmet
		var odd wrong
		switch {
		case errors.As(err, &stop):
			reasons[i] = types.CancellationReason{Code: new("ConditionalCheckFailed"), Message: new(stop.Error()), Item: stop.old}
			cancelled = true
		case errors.As(err, &odd):
			reasons[i] = types.CancellationReason{Code: new("ValidationError"), Message: new(odd.Error())}
			cancelled = true
		case err != nil:
			return nil, err
		default:
			reasons[i] = types.CancellationReason{Code: new("None")}
			if c.new != nil {
				size += c.new.size
			}
		}
		changes[i] = c
	}
	if err := e.distinct(writes); err != nil {
		return nil, err
	}
	if cancelled {
		return nil, canceled(reasons)
	}
	if size > mostTransactionBytes {
		return nil, invalid("Member must have length less than or equal to 4 MB: the transaction has %d bytes", size)
	}
	return changes, nil
}

func canceled(reasons []types.CancellationReason) error {
	var codes []string
	for _, r := range reasons {
		codes = append(codes, *r.Code)
	}
	return &types.TransactionCanceledException{
		Message:             new("Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]"),
		CancellationReasons: reasons,
	}
}

// writesOf returns copies of the writes, to compare with later ones.
func writesOf(items []types.TransactWriteItem) []write {
	writes := make([]write, len(items))
	for i := range items {
		w := writeOf(&items[i])
		w.item, w.key, w.values, w.names = copyItem(w.item), copyItem(w.key), copyItem(w.values), maps.Clone(w.names)
		writes[i] = w
	}
	return writes
}

func writeOf(w *types.TransactWriteItem) write {
	only(w, "Put", "Update", "ConditionCheck", "Delete")
	switch {
	case w.Put != nil:
		only(w.Put, "TableName", "Item", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
			"ReturnValuesOnConditionCheckFailure")
		return write{
			table: w.Put.TableName, item: w.Put.Item, condition: w.Put.ConditionExpression,
			names: w.Put.ExpressionAttributeNames, values: w.Put.ExpressionAttributeValues,
			allOld: w.Put.ReturnValuesOnConditionCheckFailure == types.ReturnValuesOnConditionCheckFailureAllOld,
		}
	case w.Update != nil:
		only(w.Update, "TableName", "Key", "UpdateExpression", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
			"ReturnValuesOnConditionCheckFailure")
		return write{
			table: w.Update.TableName, key: w.Update.Key, update: w.Update.UpdateExpression, condition: w.Update.ConditionExpression,
			names: w.Update.ExpressionAttributeNames, values: w.Update.ExpressionAttributeValues,
			allOld: w.Update.ReturnValuesOnConditionCheckFailure == types.ReturnValuesOnConditionCheckFailureAllOld,
		}
	case w.ConditionCheck != nil:
		only(w.ConditionCheck, "TableName", "Key", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
			"ReturnValuesOnConditionCheckFailure")
		return write{
			table: w.ConditionCheck.TableName, key: w.ConditionCheck.Key, condition: w.ConditionCheck.ConditionExpression,
			names: w.ConditionCheck.ExpressionAttributeNames, values: w.ConditionCheck.ExpressionAttributeValues,
			allOld: w.ConditionCheck.ReturnValuesOnConditionCheckFailure == types.ReturnValuesOnConditionCheckFailureAllOld,
		}
	case w.Delete != nil:
		only(w.Delete, "TableName", "Key", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
			"ReturnValuesOnConditionCheckFailure")
		return write{
			table: w.Delete.TableName, key: w.Delete.Key, condition: w.Delete.ConditionExpression, remove: true,
			names: w.Delete.ExpressionAttributeNames, values: w.Delete.ExpressionAttributeValues,
			allOld: w.Delete.ReturnValuesOnConditionCheckFailure == types.ReturnValuesOnConditionCheckFailureAllOld,
		}
	}
	unknown("a transaction's write that is no Put, Update, ConditionCheck or Delete")
	return write{}
}

// distinct fails if two writes are on one item. All keys must be valid.
func (e *Engine) distinct(writes []types.TransactWriteItem) error {
	type name struct{ table, partition, sort string }
	seen := make(map[name]bool, len(writes))
	for i := range writes {
		w := writeOf(&writes[i])
		t := e.tables[*w.table]
		keys := w.item
		if w.key != nil {
			keys = w.key
		}
		at, _ := t.place(keys)
		n := name{t.name, at.partition, at.sort}
		if seen[n] {
			return invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[n] = true
	}
	return nil
}
