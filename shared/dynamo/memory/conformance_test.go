package memory_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
)

type (
	item  = map[string]types.AttributeValue
	names = map[string]string
)

// engine is an engine under test. A call that only prepares the test fails it
// on error.
type engine struct {
	dynamo.Client
	dynamo.Tables
	t *testing.T
}

// put stores an item, over any other.
func (e engine) put(table string, m item) {
	e.t.Helper()
	if _, err := e.PutItem(e.t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: m}); err != nil {
		e.t.Fatal(err)
	}
}

// sends stores sends s-0, s-1, … of one customer, all due, the last first. No
// two are due at the same time, since engines may order those differently.
func (e engine) sends(customer string, n int, more item) {
	for i := range n {
		m := item{
			"customer": text(customer), "send": text(fmt.Sprint("s-", i)),
			"due_shard": text("due#0"), "due_at": text(fmt.Sprintf("%03d", n-i) + customer), "n": number(i),
		}
		for name, v := range more {
			m[name] = v
		}
		e.put(e.Sends, m)
	}
}

// update changes the send s-0 of customer c.
func (e engine) update(ctx context.Context, change string, names names, values item) (any, error) {
	return e.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &e.Sends, Key: item{"customer": text("c"), "send": text("s-0")}, UpdateExpression: &change,
		ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValues: types.ReturnValueAllNew,
	})
}

// holds puts a send if the condition holds, and requests the stored item if
// not.
func (e engine) holds(ctx context.Context, condition string, names names, values item) (any, error) {
	return e.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &e.Sends, Item: item{"customer": text("c"), "send": text("s-0"), "new": number(1)},
		ConditionExpression: &condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
}

// remove is a transaction's deletion of a send of customer c.
func (e engine) remove(send, condition string, n int) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName: &e.Sends, Key: item{"customer": text("c"), "send": text(send)},
		ConditionExpression: &condition, ExpressionAttributeValues: item{":n": number(n)},
	}}
}

// query queries the sends of customer c.
func (e engine) query(ctx context.Context, change func(*dynamodb.QueryInput)) (any, error) {
	in := &dynamodb.QueryInput{
		TableName: &e.Sends, KeyConditionExpression: new("customer = :c"), ExpressionAttributeValues: item{":c": text("c")},
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	}
	change(in)
	return e.Query(ctx, in)
}

func (e engine) due(ctx context.Context, change func(*dynamodb.QueryInput)) (any, error) {
	return e.query(ctx, func(in *dynamodb.QueryInput) {
		in.IndexName = new("due")
		in.KeyConditionExpression = new("due_shard = :c")
		in.ExpressionAttributeValues = item{":c": text("due#0")}
		change(in)
	})
}

func (e engine) transact(ctx context.Context, token *string, writes ...types.TransactWriteItem) (any, error) {
	return e.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: writes, ClientRequestToken: token, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	})
}

// add returns an Update for a transaction.
func (e engine) add(send string, n types.AttributeValue, condition *string) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &e.Sends, Key: item{"customer": text("c"), "send": text(send)}, UpdateExpression: new("ADD n :n"),
		ConditionExpression: condition, ExpressionAttributeValues: item{":n": n},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}

// calls are the calls to which both engines must give the same answer.
var calls = map[string]func(context.Context, engine) (any, error){
	"get an item that does not exist": func(ctx context.Context, e engine) (any, error) {
		return e.GetItem(ctx, &dynamodb.GetItemInput{TableName: &e.Orders, Key: item{"order": text("o")}})
	},
	"a table that does not exist": func(ctx context.Context, e engine) (any, error) {
		return e.GetItem(ctx, &dynamodb.GetItemInput{TableName: new("nosuch"), Key: item{"order": text("o")}})
	},
	"one key attribute is missing": func(ctx context.Context, e engine) (any, error) {
		return e.GetItem(ctx, &dynamodb.GetItemInput{TableName: &e.Sends, Key: item{"send": text("s")}})
	},
	"get with an attribute that is no key": func(ctx context.Context, e engine) (any, error) {
		return e.GetItem(ctx, &dynamodb.GetItemInput{TableName: &e.Orders, Key: item{"order": text("o"), "x": text("x")}})
	},
	"an empty key": func(ctx context.Context, e engine) (any, error) {
		return e.PutItem(ctx, &dynamodb.PutItemInput{TableName: &e.Orders, Item: item{"order": text("")}})
	},
	"put without key": func(ctx context.Context, e engine) (any, error) {
		return e.PutItem(ctx, &dynamodb.PutItemInput{TableName: &e.Orders, Item: item{"rev": text("r")}})
	},
	"a key of another type": func(ctx context.Context, e engine) (any, error) {
		return e.PutItem(ctx, &dynamodb.PutItemInput{TableName: &e.Orders, Item: item{"order": number(1)}})
	},
	"an index key of another type": func(ctx context.Context, e engine) (any, error) {
		return e.PutItem(ctx, &dynamodb.PutItemInput{TableName: &e.Sends, Item: item{"customer": text("c"), "send": text("s"), "due_at": number(1)}})
	},
	"an empty index key": func(ctx context.Context, e engine) (any, error) {
		return e.PutItem(ctx, &dynamodb.PutItemInput{TableName: &e.Sends, Item: item{"customer": text("c"), "send": text("s"), "due_at": text(""), "due_shard": text("d")}})
	},
	"an item of 400 KB": func(ctx context.Context, e engine) (any, error) {
		return e.PutItem(ctx, &dynamodb.PutItemInput{TableName: &e.Orders, Item: item{"order": text("o"), "body": text(strings.Repeat("b", 400<<10-10))}, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	},
	"an item of one byte more": func(ctx context.Context, e engine) (any, error) {
		return e.PutItem(ctx, &dynamodb.PutItemInput{TableName: &e.Orders, Item: item{"order": text("o"), "body": text(strings.Repeat("b", 400<<10-9))}})
	},

	"a name that is not used": func(ctx context.Context, e engine) (any, error) {
		return e.holds(ctx, "attribute_not_exists(send)", names{"#n": "n"}, nil)
	},
	"a value that is not used": func(ctx context.Context, e engine) (any, error) {
		return e.holds(ctx, "attribute_not_exists(send)", nil, item{":n": number(1)})
	},
	"a value that is not defined": func(ctx context.Context, e engine) (any, error) {
		return e.holds(ctx, "n = :n", nil, nil)
	},
	"a condition that does not hold": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 1, nil)
		return e.holds(ctx, "n = :n", nil, item{":n": number(1)})
	},
	"a condition on an item that does not exist": func(ctx context.Context, e engine) (any, error) {
		return e.holds(ctx, "n = :n", nil, item{":n": number(1)})
	},

	"change with every kind of step": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 1, item{"gone": text("x"), "m": &types.AttributeValueMemberM{Value: item{"a": text("a"), "b": text("b")}}})
		return e.update(ctx, "SET #m.a = :s, #new = :l REMOVE gone, due_at ADD n :n, more :n", names{"#m": "m", "#new": "new"}, item{
			":s": text("s"), ":n": number(5), ":l": &types.AttributeValueMemberL{Value: []types.AttributeValue{number(1), &types.AttributeValueMemberBOOL{Value: true}}},
		})
	},
	"change an item that does not exist": func(ctx context.Context, e engine) (any, error) {
		return e.update(ctx, "SET a = :a REMOVE b", nil, item{":a": &types.AttributeValueMemberNULL{Value: true}})
	},
	"change within a map that does not exist": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 1, nil)
		return e.update(ctx, "SET m.a = :a", nil, item{":a": text("a")})
	},
	"change a key": func(ctx context.Context, e engine) (any, error) {
		return e.update(ctx, "SET send = :a", nil, item{":a": text("a")})
	},
	"change one attribute twice": func(ctx context.Context, e engine) (any, error) {
		return e.update(ctx, "SET a = :a REMOVE a", nil, item{":a": text("a")})
	},
	"add to sets": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 1, item{"seen": &types.AttributeValueMemberSS{Value: []string{"b"}}})
		return e.update(ctx, "ADD seen :s, fresh :s", nil, item{":s": &types.AttributeValueMemberSS{Value: []string{"a", "b"}}})
	},
	"add a set to text": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 1, nil)
		return e.update(ctx, "ADD due_at :s", nil, item{":s": &types.AttributeValueMemberSS{Value: []string{"a"}}})
	},
	"a set that is too large": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 1, item{"seen": &types.AttributeValueMemberSS{Value: []string{"a", "b"}}})
		return e.holds(ctx, "size(seen) < :n", nil, item{":n": number(2)})
	},
	"a set that is small enough": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 1, item{"seen": &types.AttributeValueMemberSS{Value: []string{"a", "b"}}})
		return e.holds(ctx, "attribute_exists(send) AND (attribute_not_exists(seen) OR size(#o) <= :n)", names{"#o": "seen"}, item{":n": number(2)})
	},
	"the size of nothing": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 1, nil)
		return e.holds(ctx, "size(seen) < :n", nil, item{":n": number(2)})
	},
	"add to text": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 1, nil)
		return e.update(ctx, "ADD due_at :n", nil, item{":n": number(1)})
	},
	"a change whose second step fails": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 1, item{"m": &types.AttributeValueMemberM{Value: item{"a": text("a")}}})
		_, err := e.update(ctx, "SET m.a = :s ADD due_at :n", nil, item{":s": text("s"), ":n": number(1)})
		out, errQuery := e.query(ctx, func(*dynamodb.QueryInput) {})
		return out, errors.Join(err, errQuery)
	},
	"change an index key to another type": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 1, nil)
		return e.update(ctx, "SET due_at = :n", nil, item{":n": number(1)})
	},

	"a transaction and its capacity": func(ctx context.Context, e engine) (any, error) {
		return e.transact(ctx, nil, e.add("s-0", number(1), nil), e.add("s-1", number(1), nil))
	},
	"a transaction of which one condition fails": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 2, nil)
		_, err := e.transact(ctx, nil, e.add("s-0", number(1), nil), e.add("s-1", number(1), new("n > :n")), e.add("s-9", number(1), nil))
		out, errQuery := e.query(ctx, func(*dynamodb.QueryInput) {})
		return out, errors.Join(err, errQuery)
	},
	"a transaction that deletes": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 2, nil)
		_, err := e.transact(ctx, nil, e.remove("s-0", "n = :n", 0), e.remove("s-9", "attribute_not_exists(send) OR n = :n", 0), e.add("s-5", number(1), nil))
		out, errQuery := e.query(ctx, func(*dynamodb.QueryInput) {})
		return out, errors.Join(err, errQuery)
	},
	"a transaction whose delete is refused": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 2, nil)
		_, err := e.transact(ctx, nil, e.remove("s-0", "n = :n", 7), e.add("s-5", number(1), nil))
		out, errQuery := e.query(ctx, func(*dynamodb.QueryInput) {})
		return out, errors.Join(err, errQuery)
	},
	"one item twice in a transaction": func(ctx context.Context, e engine) (any, error) {
		return e.transact(ctx, nil, e.add("s-0", number(1), nil), e.add("s-0", number(1), nil))
	},
	"a transaction that adds to text": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 2, item{"n": text("n")})
		return e.transact(ctx, nil, e.add("s-7", number(1), nil), e.add("s-0", number(1), nil))
	},
	"a transaction of 100 writes": func(ctx context.Context, e engine) (any, error) {
		return e.transact(ctx, nil, e.many(100)...)
	},
	"a transaction of 101 writes": func(ctx context.Context, e engine) (any, error) {
		return e.transact(ctx, nil, e.many(101)...)
	},
	"one transaction twice under one token": func(ctx context.Context, e engine) (any, error) {
		token := new("token-" + e.Sends)
		_, err := e.transact(ctx, token, e.add("s-0", number(1), nil))
		_, again := e.transact(ctx, token, e.add("s-0", number(1), nil))
		out, errQuery := e.query(ctx, func(*dynamodb.QueryInput) {})
		return out, errors.Join(err, again, errQuery)
	},
	"two transactions under one token": func(ctx context.Context, e engine) (any, error) {
		token := new("token-" + e.Sends)
		_, err := e.transact(ctx, token, e.add("s-0", number(1), nil))
		_, again := e.transact(ctx, token, e.add("s-0", number(2), nil))
		return nil, errors.Join(err, again)
	},

	"a partition in order": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 12, nil)
		e.sends("d", 3, nil)
		return e.query(ctx, func(*dynamodb.QueryInput) {})
	},
	"a partition backwards": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 12, nil)
		return e.query(ctx, func(in *dynamodb.QueryInput) { in.ScanIndexForward = new(false) })
	},
	"a partition that is empty": func(ctx context.Context, e engine) (any, error) {
		return e.query(ctx, func(in *dynamodb.QueryInput) { in.ConsistentRead = new(true) })
	},
	"a page": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 5, nil)
		return e.query(ctx, func(in *dynamodb.QueryInput) { in.Limit = new(int32(2)) })
	},
	"a page with limit 0": func(ctx context.Context, e engine) (any, error) {
		return e.query(ctx, func(in *dynamodb.QueryInput) { in.Limit = new(int32(0)) })
	},
	"the next page after a removed item": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 5, nil)
		return e.query(ctx, func(in *dynamodb.QueryInput) {
			in.Limit, in.ExclusiveStartKey = new(int32(2)), item{"customer": text("c"), "send": text("s-1x")}
		})
	},
	"a page backwards": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 5, nil)
		return e.query(ctx, func(in *dynamodb.QueryInput) {
			in.ScanIndexForward, in.ExclusiveStartKey = new(false), item{"customer": text("c"), "send": text("s-2")}
		})
	},
	"more than a megabyte": func(ctx context.Context, e engine) (any, error) { // some engines end the page before it, some after
		e.sends("c", 5, item{"body": text(strings.Repeat("b", 300_000))})
		out, err := e.query(ctx, func(in *dynamodb.QueryInput) { in.ConsistentRead = new(true) })
		if err != nil {
			return nil, err
		}
		return out.(*dynamodb.QueryOutput).LastEvaluatedKey != nil, nil
	},
	"a filtered page": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 5, nil)
		return e.query(ctx, func(in *dynamodb.QueryInput) {
			in.Limit, in.FilterExpression = new(int32(3)), new("n >= :n")
			in.ExpressionAttributeValues[":n"] = number(2)
		})
	},
	"part of a partition": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 5, nil)
		return e.query(ctx, func(in *dynamodb.QueryInput) {
			in.KeyConditionExpression = new("(customer = :c) AND (send BETWEEN :a AND :b)")
			in.ExpressionAttributeValues = item{":c": text("c"), ":a": text("s-1"), ":b": text("s-3")}
		})
	},
	"keys with a prefix": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 12, nil)
		return e.query(ctx, func(in *dynamodb.QueryInput) {
			in.KeyConditionExpression = new("customer = :c AND begins_with(send, :p)")
			in.ExpressionAttributeValues[":p"] = text("s-1")
		})
	},
	"a key condition without partition": func(ctx context.Context, e engine) (any, error) {
		return e.query(ctx, func(in *dynamodb.QueryInput) { in.KeyConditionExpression = new("send = :c") })
	},
	"a key condition on another attribute": func(ctx context.Context, e engine) (any, error) {
		return e.query(ctx, func(in *dynamodb.QueryInput) {
			in.KeyConditionExpression = new("customer = :c AND n = :c")
		})
	},

	"the index in order": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 4, nil)
		e.sends("d", 4, nil)
		return e.due(ctx, func(*dynamodb.QueryInput) {})
	},
	"the index in pages": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 4, nil)
		e.sends("d", 4, nil)
		var pages []any
		for after := item(nil); ; {
			out, err := e.due(ctx, func(in *dynamodb.QueryInput) { in.Limit, in.ExclusiveStartKey = new(int32(3)), after })
			if err != nil {
				return pages, err
			}
			pages = append(pages, out)
			if after = out.(*dynamodb.QueryOutput).LastEvaluatedKey; after == nil {
				return pages, nil
			}
		}
	},
	"the index up to a time": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 4, nil)
		return e.due(ctx, func(in *dynamodb.QueryInput) {
			in.KeyConditionExpression = new("due_shard = :c AND due_at <= :t")
			in.ExpressionAttributeValues[":t"] = text("002z")
		})
	},
	"the index after a send has left it": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 2, nil)
		_, err := e.update(ctx, "REMOVE due_at", nil, nil)
		out, errQuery := e.due(ctx, func(*dynamodb.QueryInput) {})
		return out, errors.Join(err, errQuery)
	},
	"the index after a send has moved in it": func(ctx context.Context, e engine) (any, error) {
		e.sends("c", 2, nil)
		_, err := e.update(ctx, "SET due_at = :t", nil, item{":t": text("000")})
		out, errQuery := e.due(ctx, func(*dynamodb.QueryInput) {})
		return out, errors.Join(err, errQuery)
	},
	"the capacity of index writes": func(ctx context.Context, e engine) (any, error) {
		var costs []any
		for _, m := range []item{
			{"due_shard": text("d"), "due_at": text("1"), "body": text(strings.Repeat("b", 3000))}, // the send comes into the index
			{"due_shard": text("d"), "due_at": text("1"), "body": text("short")},                   // it changes
			{"due_shard": text("d"), "due_at": text("1"), "body": text("short")},                   // it does not change
			{"due_shard": text("d"), "due_at": text("2"), "body": text("short")},                   // it moves
			{"body": text("short")}, // it leaves the index
			{"body": text("other")}, // it is not in the index
		} {
			m["customer"], m["send"] = text("c"), text("s-0")
			out, err := e.PutItem(ctx, &dynamodb.PutItemInput{TableName: &e.Sends, Item: m, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
			if err != nil {
				return nil, err
			}
			costs = append(costs, out)
		}
		out, err := e.transact(ctx, nil, types.TransactWriteItem{Update: &types.Update{
			TableName: &e.Sends, Key: item{"customer": text("c"), "send": text("s-0")},
			UpdateExpression: new("SET due_shard = :t, due_at = :t"), ExpressionAttributeValues: item{":t": text("t")},
		}})
		return append(costs, out), err
	},
	"the index, consistently": func(ctx context.Context, e engine) (any, error) {
		return e.due(ctx, func(in *dynamodb.QueryInput) { in.ConsistentRead = new(true) })
	},
	"an index that does not exist": func(ctx context.Context, e engine) (any, error) {
		return e.due(ctx, func(in *dynamodb.QueryInput) { in.IndexName = new("nosuch") })
	},

	"a segment beyond the last": func(ctx context.Context, e engine) (any, error) {
		return e.Scan(ctx, &dynamodb.ScanInput{TableName: &e.Orders, Segment: new(int32(2)), TotalSegments: new(int32(2))})
	},
	"a scan of an empty table, and its capacity": func(ctx context.Context, e engine) (any, error) {
		return e.Scan(ctx, &dynamodb.ScanInput{TableName: &e.Orders, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	},

	"a batch of 26": func(ctx context.Context, e engine) (any, error) {
		return e.batchWrite(ctx, 26)
	},
	"one item twice in a batch": func(ctx context.Context, e engine) (any, error) {
		twice := types.WriteRequest{PutRequest: &types.PutRequest{Item: item{"order": text("o")}}}
		return e.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{e.Orders: {twice, twice}}})
	},
	"get 101 items": func(ctx context.Context, e engine) (any, error) { return e.batchGet(ctx, 101) },
	"get 100 items, of which 25 exist": func(ctx context.Context, e engine) (any, error) {
		if _, err := e.batchWrite(ctx, 25); err != nil {
			return nil, err
		}
		return e.batchGet(ctx, 100)
	},
	"get three attributes of an item, of which it has two": func(ctx context.Context, e engine) (any, error) {
		e.put(e.Catalogue, item{"product": text("p"), "rev": text("r"), "body": text("b")})
		return e.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			e.Catalogue: {Keys: []item{{"product": text("p")}}, ProjectionExpression: new("product,rev,news")},
		}})
	},
	"get one item twice": func(ctx context.Context, e engine) (any, error) {
		return e.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			e.Orders: {Keys: []item{{"order": text("o")}, {"order": text("o")}}},
		}})
	},
}

func (e engine) many(n int) (writes []types.TransactWriteItem) {
	for i := range n {
		writes = append(writes, e.add(fmt.Sprint("s-", i), number(1), nil))
	}
	return writes
}

func (e engine) batchWrite(ctx context.Context, n int) (any, error) {
	var requests []types.WriteRequest
	for i := range n {
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: item{"order": text(fmt.Sprint(i))}}})
	}
	return e.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
		RequestItems: map[string][]types.WriteRequest{e.Orders: requests}, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	})
}

func (e engine) batchGet(ctx context.Context, n int) (any, error) {
	var keys []item
	for i := range n {
		keys = append(keys, item{"order": text(fmt.Sprint(i))})
	}
	return e.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
		RequestItems:           map[string]types.KeysAndAttributes{e.Orders: {Keys: keys, ConsistentRead: new(true)}},
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	})
}

// DynamoDB Local differs from the documentation of DynamoDB: it counts a
// transaction's capacity by table, counts nothing for items that do not exist,
// and has no cancellation reason for a wrong operand. disputed is the call of
// the last kind.
const disputed = "a transaction that adds to text"

func TestEngineAnswersLikeARealEngine(t *testing.T) {
	other := os.Getenv("DYNAMODB_ENDPOINT") != ""
	alike := alike
	if other {
		alike = append(alike, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".ConsumedCapacity" }, cmp.Ignore()))
	}
	for name, ask := range calls {
		t.Run(name, func(t *testing.T) {
			if other && name == disputed {
				t.Skip("DynamoDB Local differs from the documentation")
			}
			client, tables := dynamotest.Tables(t)
			real, errReal := ask(t.Context(), engine{client, tables, t})
			inMemory := dynamo.Tables{
				Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings",
			}
			got, err := ask(t.Context(), engine{memory.New(dynamotest.Definitions()...), inMemory, t})
			if diff := cmp.Diff(described(errReal), described(err)); diff != "" {
				t.Errorf("the errors differ (-real +in memory):\n%s\nreal: %v\nin memory: %v", diff, errReal, err)
			}
			if diff := cmp.Diff(real, got, alike...); diff != "" && (errReal == nil || real != nil) {
				t.Errorf("the answers differ (-real +in memory):\n%s", diff)
			}
		})
	}
}

// alike ignores what may differ between engines: the names of tables, nil or
// empty lists of items, and the order of a batch. Only the total capacity is
// compared, since package dynamo reads no other.
var alike = cmp.Options{
	cmp.FilterPath(func(p cmp.Path) bool {
		return slices.Contains([]string{".ResultMetadata", ".TableName", ".ReadCapacityUnits", ".WriteCapacityUnits"}, p.Last().String())
	}, cmp.Ignore()),
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Responses" }, cmp.Transformer("byOrder", byOrder)),
	cmpopts.SortSlices(strings.Compare), // the order of a set means nothing
	cmpopts.EquateEmpty(),
	cmp.Exporter(func(reflect.Type) bool { return true }),
}

func byOrder(tables map[string][]item) map[string]item {
	all := map[string]item{}
	for _, items := range tables {
		for _, m := range items {
			for _, key := range []string{"order", "product"} {
				if id, ok := m[key].(*types.AttributeValueMemberS); ok {
					all[id.Value] = m
				}
			}
		}
	}
	return all
}

// described returns the parts of an error that callers use.
func described(err error) any {
	var condition *types.ConditionalCheckFailedException
	var cancelled *types.TransactionCanceledException
	var api smithy.APIError
	switch {
	case errors.As(err, &condition):
		return []any{condition.ErrorCode(), describe(condition.Item)}
	case errors.As(err, &cancelled):
		all := []any{cancelled.ErrorCode()}
		for _, r := range cancelled.CancellationReasons {
			all = append(all, *r.Code, describe(r.Item))
		}
		return all
	case errors.As(err, &api):
		return api.ErrorCode()
	case err != nil:
		return err.Error()
	}
	return nil
}

func describe(m item) string {
	var text strings.Builder
	for _, name := range []string{"customer", "send", "due_shard", "due_at", "n", "new"} {
		switch v := m[name].(type) {
		case *types.AttributeValueMemberS:
			text.WriteString(name + "=" + v.Value + " ")
		case *types.AttributeValueMemberN:
			text.WriteString(name + "=" + v.Value + " ")
		}
	}
	return text.String()
}
