// Package floor has the calls of AWS that the floors of functions share.
package floor

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Call makes the named call without a content, so that the linker keeps all of them. A
// floor gets no event, so none is made.
func Call(ctx context.Context, db *dynamodb.Client, queues *sqs.Client, name string) (err error) {
	switch name {
	case "get":
		_, err = db.GetItem(ctx, &dynamodb.GetItemInput{})
	case "batch get":
		_, err = db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{})
	case "query":
		_, err = db.Query(ctx, &dynamodb.QueryInput{})
	case "scan":
		_, err = db.Scan(ctx, &dynamodb.ScanInput{})
	case "put":
		_, err = db.PutItem(ctx, &dynamodb.PutItemInput{})
	case "update":
		_, err = db.UpdateItem(ctx, &dynamodb.UpdateItemInput{})
	case "batch write":
		_, err = db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{})
	case "transact":
		_, err = db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{})
	case "send":
		_, err = queues.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{})
	}
	return err
}
