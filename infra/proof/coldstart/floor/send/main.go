// Command send is the floor of the function send: it has the clients and the calls
// of AWS that send has, reads its secret and takes its events, and does nothing with
// them. Package coldstart compares the function with it.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/infra/proof/coldstart/floor"
	"regulars/shared/content"
	"regulars/shared/env"
	"regulars/shared/secret"
	"regulars/shared/ses"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(ctx context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	if _, err := secret.Read(ctx, cfg, env.Text("SIGNING_SECRET_ARN")); err != nil {
		return nil, err
	}
	db, queues, mails := dynamodb.NewFromConfig(cfg), sqs.NewFromConfig(cfg), ses.New(cfg, "", "")
	return func(ctx context.Context, batch events.SQSEvent) (r events.SQSEventResponse, err error) {
		switch call := batch.Records[0].Body; call {
		case "quota":
			_, err = mails.Quota(ctx)
		case "mail":
			_, err = mails.Send(ctx, content.Mail{})
		default:
			err = floor.Call(ctx, db, queues, call)
		}
		return r, err
	}, nil
}
