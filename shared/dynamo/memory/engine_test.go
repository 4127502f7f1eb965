package memory_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
)

// A caller that changes what it passed in or got back does not change stored
// items.
func TestStoredItemsShareNoMemoryWithCallers(t *testing.T) {
	nested := func() item {
		return item{
			"order": text("o"), "n": number(1), "b": &types.AttributeValueMemberB{Value: []byte("bytes")},
			"m": &types.AttributeValueMemberM{Value: item{"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{text("x")}}}},
		}
	}
	spoil := func(m item) {
		m["order"].(*types.AttributeValueMemberS).Value = "spoilt"
		m["b"].(*types.AttributeValueMemberB).Value[0] = 'X'
		inner := m["m"].(*types.AttributeValueMemberM).Value
		if l, ok := inner["l"].(*types.AttributeValueMemberL); ok {
			l.Value[0] = text("spoilt")
		}
		inner["new"] = text("spoilt")
		delete(m, "n")
	}
	e := memory.New(dynamotest.Definitions()...)
	ctx := t.Context()
	key := item{"order": text("o")}
	read := func() item {
		out, err := e.GetItem(ctx, &dynamodb.GetItemInput{TableName: new("Orders"), Key: key})
		if err != nil {
			t.Fatal(err)
		}
		return out.Item
	}
	for name, pass := range map[string]func(item) (item, error){ // each stores the item that it gets, and returns the item of the answer
		"put": func(m item) (item, error) {
			_, err := e.PutItem(ctx, &dynamodb.PutItemInput{TableName: new("Orders"), Item: m})
			return nil, err
		},
		"batch": func(m item) (item, error) {
			_, err := e.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"Orders": {{PutRequest: &types.PutRequest{Item: m}}}}})
			return nil, err
		},
		"transaction": func(m item) (item, error) {
			_, err := e.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: new("Orders"), Item: m}}}})
			return nil, err
		},
		"update": func(m item) (item, error) {
			out, err := e.UpdateItem(ctx, &dynamodb.UpdateItemInput{
				TableName: new("Orders"), Key: key, UpdateExpression: new("SET m = :m, b = :b"),
				ExpressionAttributeValues: item{":m": m["m"], ":b": m["b"]}, ReturnValues: types.ReturnValueAllNew,
			})
			return out.Attributes, err
		},
		"refusal": func(item) (item, error) {
			_, err := e.PutItem(ctx, &dynamodb.PutItemInput{
				TableName: new("Orders"), Item: key, ConditionExpression: new("attribute_not_exists(n)"),
				ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
			})
			var refused *types.ConditionalCheckFailedException
			if !errors.As(err, &refused) {
				return nil, fmt.Errorf("the put is not refused: %w", err)
			}
			return refused.Item, nil
		},
		"get": func(item) (item, error) { return read(), nil },
		"scan": func(item) (item, error) {
			out, err := e.Scan(ctx, &dynamodb.ScanInput{TableName: new("Orders")})
			return out.Items[0], err
		},
		"query": func(item) (item, error) {
			out, err := e.Query(ctx, &dynamodb.QueryInput{TableName: new("Orders"), KeyConditionExpression: new("#0 = :0"), ExpressionAttributeNames: names{"#0": "order"}, ExpressionAttributeValues: item{":0": text("o")}})
			return out.Items[0], err
		},
		"batch get": func(item) (item, error) {
			out, err := e.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"Orders": {Keys: []item{key}}}})
			return out.Responses["Orders"][0], err
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := e.PutItem(ctx, &dynamodb.PutItemInput{TableName: new("Orders"), Item: nested()}); err != nil {
				t.Fatal(err)
			}
			in := nested()
			out, err := pass(in)
			if err != nil {
				t.Fatal(err)
			}
			spoil(in)
			if out != nil {
				spoil(out)
			}
			if diff := cmp.Diff(nested(), read(), cmpopts.IgnoreUnexported(types.AttributeValueMemberS{}, types.AttributeValueMemberN{},
				types.AttributeValueMemberB{}, types.AttributeValueMemberM{}, types.AttributeValueMemberL{})); diff != "" {
				t.Errorf("the stored item was changed from outside (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnsupportedFeaturePanicsWithItsName(t *testing.T) {
	e := memory.New(dynamotest.Definitions()...)
	put := func(condition string) func() {
		return func() {
			e.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: new("Orders"), Item: item{"order": text("o")}, ConditionExpression: &condition, ExpressionAttributeValues: item{":v": text("v")},
			})
		}
	}
	update := func(change string) func() {
		return func() {
			e.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: new("Orders"), Key: item{"order": text("o")}, UpdateExpression: &change, ExpressionAttributeValues: item{":v": text("v")},
			})
		}
	}
	for want, do := range map[string]func(){
		"contains":    put("contains(rev, :v)"),
		`"["`:         put("l[0] = :v"),
		"the end":     put("rev ="),
		`")"`:         put("rev = :v)"),
		"DELETE":      update("DELETE s :v"),
		"+":           update("SET n = :v + :v"),
		"list_append": update("SET l = list_append(l, :v)"),
		"GetItemInput.AttributesToGet": func() {
			e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("Orders"), AttributesToGet: []string{"rev"}})
		},
		"a transaction's write that is no Put": func() {
			e.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{}}})
		},
		"AttributeValueMemberNS": func() {
			e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("Orders"), Item: item{"order": text("o"), "s": &types.AttributeValueMemberNS{Value: []string{"s"}}}})
		},
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if panicked := fmt.Sprint(recover()); !strings.Contains(panicked, want) {
					t.Errorf("the panic is %q, want it to name %s", panicked, want)
				}
			}()
			do()
		})
	}
	if _, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("Orders"), Key: item{"order": text("o")}}); err != nil {
		t.Errorf("after a panic: %v", err)
	}
}

func TestCallWithEndedContextChangesNothing(t *testing.T) {
	e := memory.New(dynamotest.Definitions()...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.PutItem(ctx, &dynamodb.PutItemInput{TableName: new("Orders"), Item: item{"order": text("o")}}); !errors.Is(err, context.Canceled) {
		t.Errorf("PutItem with an ended context = %v, want context.Canceled", err)
	}
	if out, _ := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("Orders"), Key: item{"order": text("o")}}); out.Item != nil {
		t.Error("the item was put")
	}
}

// No addition of concurrent goroutines is lost, and the segments of a scan
// share no items.
func TestConcurrentCallsAreAtomic(t *testing.T) {
	e := memory.New(dynamotest.Definitions()...)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 50 {
				_, err := e.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
					TableName: new("Orders"), Key: item{"order": text(fmt.Sprint((i + w) % 10))}, UpdateExpression: new("ADD n :one"),
					ExpressionAttributeValues: item{":one": number(1)},
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	seen := 0
	for segment := range 3 {
		out, err := e.Scan(t.Context(), &dynamodb.ScanInput{TableName: new("Orders"), Segment: new(int32(segment)), TotalSegments: new(int32(3))})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Items) == 10 {
			t.Error("one segment has all items")
		}
		for _, m := range out.Items {
			seen++
			if n := m["n"].(*types.AttributeValueMemberN).Value; n != "40" {
				t.Errorf("%v was added up to %s, want 40", m["order"], n)
			}
		}
	}
	if seen != 10 {
		t.Errorf("three segments have %d items, want 10", seen)
	}
}
