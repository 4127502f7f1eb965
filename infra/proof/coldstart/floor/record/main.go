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

	"regulars/infra/proof/coldstart/floor"
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
	return func(ctx context.Context, batch events.SQSEvent) (r events.SQSEventResponse, _ error) {
		return r, floor.Call(ctx, db, queues, batch.Records[0].Body)
	}, nil
}
