// Command record is the floor of the function record: it has the clients and the calls
// of AWS that record has, reads its secret and takes its events, and does nothing with
// them. Package coldstart compares the function with it.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/env"
	"regulars/shared/secret"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(ctx context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	if _, err := secret.MailboxKey(ctx, cfg, env.Text("MAILBOX_SECRET_ARN")); err != nil {
		return nil, err
	}
	db, queues := dynamodb.NewFromConfig(cfg), sqs.NewFromConfig(cfg)
	return func(ctx context.Context, batch events.SQSEvent) (r events.SQSEventResponse, err error) {
		switch batch.Records[0].Body {
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
		return r, err
	}, nil
}
