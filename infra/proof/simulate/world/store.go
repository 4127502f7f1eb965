package world

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// errLost is a call whose answer was lost. It is not an API error, because no answer
// of AWS was read.
var errLost = errors.New("connection reset by the simulation")

// front is DynamoDB as a worker sees it over a network: it takes time, fails, loses
// answers, and applies some writes late. Like the SDK's client it repeats a call
// that got no answer, was throttled or got a 5xx, three attempts in all, a
// transaction each time with the same token. It is the [dynamo.Client] of all
// workers of a world.
type front struct{ *World }

// call makes one call of the SDK: up to three attempts of do.
func call[In, Out any](ctx context.Context, w *World, operation string, in *In, keys func(*In) string, writes bool, do func(context.Context, *In, ...func(*dynamodb.Options)) (*Out, error)) (*Out, error) {
	t := w.task(ctx)
	key := keys(in)
	effects := 0
	for attempt := 1; ; attempt++ {
		out, err, again := once(t, operation, key, in, writes, &effects, do)
		if !again || attempt == retry.DefaultMaxAttempts {
			return out, err
		}
		t.Wait(w.between(time.Millisecond, 100*time.Millisecond<<attempt))
	}
}

// once makes one attempt. effects counts the transactions of this call that took
// effect: DynamoDB recognizes a repetition by its token and does nothing.
func once[In, Out any](t *worker, operation, key string, in *In, writes bool, effects *int, do func(context.Context, *In, ...func(*dynamodb.Options)) (*Out, error)) (out *Out, err error, again bool) {
	w := t.world
	fault, kill := w.chance("store"), w.killing()
	effect := func() (*Out, error) {
		if operation == "TransactWriteItems" && *effects > 0 {
			return new(Out), nil
		}
		if done, err := w.repeated(in); done || err != nil {
			return new(Out), err
		}
		out, err := do(context.Background(), in)
		if err == nil {
			*effects++
			w.remember(in)
		}
		if err == nil && writes {
			w.noticed(operation, in)
		}
		return out, err
	}
	late := func(d time.Duration) {
		w.clock.After(d, func() {
			_, err := effect()
			w.step("late", operation, key, NoFault, answerOf(err))
		})
	}
	t.Wait(w.latency())
	switch kill {
	case KilledBefore:
		t.die(operation, key, kill)
	case KilledBetween:
		if writes {
			late(w.between(0, 2*time.Second))
		}
		t.die(operation, key, kill)
	}
	switch {
	case fault == StoreLate && writes:
		late(w.between(time.Second, []time.Duration{5 * time.Second, 40 * time.Second, longestDelay}[w.random.IntN(3)]))
		out, err = nil, lost(operation)
	case fault == StoreLostBefore, fault == StoreLate:
		out, err = nil, lost(operation)
	case fault == StoreThrottled:
		out, err = nil, &smithy.OperationError{ServiceID: "DynamoDB", OperationName: operation, Err: &types.ProvisionedThroughputExceededException{Message: new("slow down")}}
	case fault == StoreConflict && operation == "TransactWriteItems":
		out, err = nil, &smithy.OperationError{ServiceID: "DynamoDB", OperationName: operation, Err: &types.TransactionCanceledException{
			Message: new("conflict"), CancellationReasons: []types.CancellationReason{{Code: new("None")}, {Code: new("TransactionConflict")}},
		}}
	case fault == StoreConflict && writes:
		out, err = nil, &smithy.OperationError{ServiceID: "DynamoDB", OperationName: operation, Err: &types.TransactionConflictException{Message: new("conflict")}}
	case fault == StoreBroken:
		out, err = nil, broken(operation)
	default:
		out, err = effect()
		if kill == KilledAfter {
			t.die(operation, key, kill)
		}
		t.Wait(w.latency())
		switch fault {
		case StoreLostAfter:
			out, err = nil, lost(operation)
		case StoreBrokenAfter:
			out, err = nil, broken(operation)
		}
	}
	w.step(t.name, operation, key, fault, answerOf(err))
	switch fault {
	case StoreLate, StoreLostBefore, StoreLostAfter, StoreThrottled, StoreBroken, StoreBrokenAfter:
		return out, err, true
	}
	return out, err, false
}

// made is a transaction with a token that the caller chose.
type made struct {
	at   time.Time
	text string
}

// repeated does what DynamoDB does if a token that the caller chose is used again
// within ten minutes: it reports success without an effect, or fails if the
// transaction is another one. Production code lets the SDK choose the token.
func (w *World) repeated(in any) (done bool, err error) {
	t, ok := in.(*dynamodb.TransactWriteItemsInput)
	if !ok || t.ClientRequestToken == nil {
		return false, nil
	}
	before, known := w.tokens[*t.ClientRequestToken]
	if !known || w.clock.Now().Sub(before.at) > 10*time.Minute {
		return false, nil
	}
	if before.text != textOfWrites(t) {
		return false, &smithy.OperationError{ServiceID: "DynamoDB", OperationName: "TransactWriteItems", Err: &types.IdempotentParameterMismatchException{Message: new("another transaction has this token")}}
	}
	return true, nil
}

func (w *World) remember(in any) {
	if t, ok := in.(*dynamodb.TransactWriteItemsInput); ok && t.ClientRequestToken != nil {
		w.tokens[*t.ClientRequestToken] = made{w.clock.Now(), textOfWrites(t)}
	}
}

// textOfWrites returns the same text for the same writes.
func textOfWrites(t *dynamodb.TransactWriteItemsInput) string {
	text, err := json.Marshal(t.TransactItems)
	if err != nil {
		panic("world: " + err.Error())
	}
	return string(text)
}

// longestDelay is the longest time after a call at which its write can still take
// effect: a request that waits in a buffer is dropped by then.
const longestDelay = 5 * time.Minute

func lost(operation string) error {
	return &smithy.OperationError{ServiceID: "DynamoDB", OperationName: operation, Err: errLost}
}

func broken(operation string) error {
	return &smithy.OperationError{ServiceID: "DynamoDB", OperationName: operation, Err: &types.InternalServerError{Message: new("oops")}}
}

// answerOf returns an answer in one word.
func answerOf(err error) string {
	if err == nil {
		return "ok"
	}
	var cancel *types.TransactionCanceledException
	if errors.As(err, &cancel) {
		var codes []string
		for _, r := range cancel.CancellationReasons {
			codes = append(codes, strings.TrimSuffix(*r.Code, "Failed"))
		}
		return "cancelled " + strings.Join(codes, ",")
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return "lost"
}

// keyOf returns the values of an item's keys.
func keyOf(table *string, m map[string]types.AttributeValue) string {
	key := *table
	for _, name := range []string{"customer", "kind", "send", "coupon", "setting", "product", "order"} {
		if v, ok := m[name].(*types.AttributeValueMemberS); ok {
			key += "/" + short(v.Value)
		}
	}
	return key
}

// short returns the first 12 bytes of s.
func short(s string) string {
	if len(s) > 12 {
		return s[:12]
	}
	return s
}

func (f front) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return call(ctx, f.World, "GetItem", in, func(in *dynamodb.GetItemInput) string { return keyOf(in.TableName, in.Key) }, false, f.engine.GetItem)
}

func (f front) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return call(ctx, f.World, "BatchGetItem", in, func(in *dynamodb.BatchGetItemInput) string {
		for table := range in.RequestItems { // always one table
			return fmt.Sprint(table, " ", len(in.RequestItems[table].Keys), " keys")
		}
		return ""
	}, false, f.engine.BatchGetItem)
}

func (f front) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return call(ctx, f.World, "Query", in, func(in *dynamodb.QueryInput) string {
		key := *in.TableName
		if in.IndexName != nil {
			key += "." + *in.IndexName
		}
		if v, ok := in.ExpressionAttributeValues[":0"].(*types.AttributeValueMemberS); ok {
			key += "/" + short(v.Value)
		}
		return key
	}, false, f.engine.Query)
}

func (f front) Scan(ctx context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return call(ctx, f.World, "Scan", in, func(in *dynamodb.ScanInput) string { return *in.TableName }, false, f.engine.Scan)
}

func (f front) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return call(ctx, f.World, "PutItem", in, func(in *dynamodb.PutItemInput) string { return keyOf(in.TableName, in.Item) + stateOf(in.Item) }, true, f.engine.PutItem)
}

func (f front) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return call(ctx, f.World, "UpdateItem", in, func(in *dynamodb.UpdateItemInput) string { return keyOf(in.TableName, in.Key) }, true, f.engine.UpdateItem)
}

func (f front) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return call(ctx, f.World, "BatchWriteItem", in, func(*dynamodb.BatchWriteItemInput) string { return "" }, true, f.engine.BatchWriteItem)
}

func (f front) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return call(ctx, f.World, "TransactWriteItems", in, func(in *dynamodb.TransactWriteItemsInput) string {
		var keys []string
		for _, item := range in.TransactItems {
			switch {
			case item.Put != nil:
				keys = append(keys, keyOf(item.Put.TableName, item.Put.Item)+stateOf(item.Put.Item))
			case item.Update != nil:
				keys = append(keys, keyOf(item.Update.TableName, item.Update.Key))
			}
		}
		return strings.Join(keys, " + ")
	}, true, f.engine.TransactWriteItems)
}

// stateOf returns the state in a written item, for the trace.
func stateOf(m map[string]types.AttributeValue) string {
	if v, ok := m["state"].(*types.AttributeValueMemberS); ok {
		return "=" + v.Value
	}
	return ""
}
