// Hooks is the function to which shop platforms without an EventBridge source
// post their webhooks. It checks the platform's own signature, and puts a webhook
// whose signature holds on the queue of the function record, or of fetch if it
// only names a resource.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/env"
	"regulars/shared/queue"
	"regulars/shared/secret"
	"regulars/shared/startup"
	"regulars/shared/webhook"
)

func main() { startup.Start(wire) }

func wire(ctx context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	secretARN, recordQueue, fetchQueue := env.Text("HOOKS_SECRET_ARN"), env.URL("RECORD_QUEUE_URL"), env.URL("FETCH_QUEUE_URL")
	if err := env.Err(); err != nil {
		return nil, err
	}
	keys, err := secret.Hooks(ctx, cfg, secretARN)
	if err != nil {
		return nil, err
	}
	queues := sqs.NewFromConfig(cfg)
	h := &webhook.Handler{Keys: keys, Record: queue.New(queues, recordQueue), Fetch: queue.New(queues, fetchQueue), Now: time.Now}
	return h.Handle, nil
}
