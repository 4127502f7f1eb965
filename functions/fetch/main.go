// Fetch is the function that asks a platform's API for what its webhooks only
// name: BigCommerce's have a scope and an ID. It puts the webhook with the
// resource on the queue of the function record.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/bigcommerce"
	"regulars/shared/env"
	"regulars/shared/queue"
	"regulars/shared/secret"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(_ context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	secretARN, api := env.Text("BIGCOMMERCE_SECRET_ARN"), env.URL("BIGCOMMERCE_URL")
	record, dead := env.URL("RECORD_QUEUE_URL"), env.URL("DEAD_LETTERS_URL")
	if err := env.Err(); err != nil {
		return nil, err
	}
	queues := sqs.NewFromConfig(cfg)
	var known *bigcommerce.Store // a Lambda's worker takes one batch at a time
	h := &handler{record: queue.New(queues, record), dead: queue.New(queues, dead), now: time.Now}
	h.store = func(ctx context.Context) (store, error) {
		if known == nil {
			hash, token, err := secret.BigCommerce(ctx, cfg, secretARN)
			if err != nil {
				return nil, err
			}
			known = bigcommerce.New(api, hash, token)
		}
		return known, nil
	}
	return h.Handle, nil
}
