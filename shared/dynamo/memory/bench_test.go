package memory_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
)

var _ dynamo.Client = (*memory.Engine)(nil)

// aSend returns an item as large as a real send record.
func aSend(customer, send string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"customer": text(customer), "send": text(send), "state": text("SENDING"), "attempt": number(1),
		"owner": text("f3b1c5d2a9e84b60"), "claimed": text("2026-11-22T12:00:00.000Z"), "changed": text("2026-11-22T12:00:00.000Z"),
		"body": &types.AttributeValueMemberB{Value: make([]byte, 700)},
	}
}

func aContact(customer, rev string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"customer": text(customer), "kind": text("CONTACT"), "rev": text(rev),
		"body": &types.AttributeValueMemberB{Value: make([]byte, 500)},
	}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func number(n int) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: fmt.Sprint(n)}
}

// filled returns an engine with a thousand sends and contacts.
func filled(b *testing.B) *memory.Engine {
	b.Helper()
	e := memory.New(dynamotest.Definitions()...)
	for i := range 1000 {
		customer := fmt.Sprint("c-", i)
		for table, m := range map[string]map[string]types.AttributeValue{"Sends": aSend(customer, "s"), "Customers": aContact(customer, "rev-0")} {
			if _, err := e.PutItem(b.Context(), &dynamodb.PutItemInput{TableName: &table, Item: m}); err != nil {
				b.Fatal(err)
			}
		}
	}
	return e
}

func BenchmarkConditionalPut(b *testing.B) {
	e := filled(b)
	in := &dynamodb.PutItemInput{
		TableName: new("Customers"), Item: aContact("c-500", "rev-0"), ConditionExpression: new("#0 = :0"),
		ExpressionAttributeNames:            map[string]string{"#0": "rev"},
		ExpressionAttributeValues:           map[string]types.AttributeValue{":0": text("rev-0")},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	for b.Loop() {
		if _, err := e.PutItem(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkClaimTransaction makes the transaction of Store.Claim.
func BenchmarkClaimTransaction(b *testing.B) {
	e := filled(b)
	in := &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{
			TableName: new("Sends"), Item: aSend("c-500", "s"),
			ConditionExpression:      new("(attribute_not_exists (#0)) OR ((#1 = :0) AND ((#2 = :1) AND (#3 = :2)))"),
			ExpressionAttributeNames: map[string]string{"#0": "send", "#1": "state", "#2": "attempt", "#3": "owner"},
			ExpressionAttributeValues: map[string]types.AttributeValue{
				":0": text("SENDING"), ":1": number(1), ":2": text("f3b1c5d2a9e84b60"),
			},
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}},
		{Put: &types.Put{
			TableName: new("Customers"), Item: aContact("c-500", "rev-0"), ConditionExpression: new("#0 = :0"),
			ExpressionAttributeNames:            map[string]string{"#0": "rev"},
			ExpressionAttributeValues:           map[string]types.AttributeValue{":0": text("rev-0")},
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}},
	}}
	for b.Loop() {
		if _, err := e.TransactWriteItems(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	e := filled(b)
	in := &dynamodb.GetItemInput{
		TableName: new("Sends"), ConsistentRead: new(true),
		Key: map[string]types.AttributeValue{"customer": text("c-500"), "send": text("s")},
	}
	for b.Loop() {
		if _, err := e.GetItem(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}
