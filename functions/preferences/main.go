// Preferences is the function behind the unsubscribe and preference links of
// mails: it shows their pages and stores the customer's opt-out of or opt-in to
// promotions. It also takes the confirmation of a sign-up.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/linktoken"
	"regulars/shared/policycache"
	"regulars/shared/queue"
	"regulars/shared/secret"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(ctx context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	tables, secretARN := dynamo.TablesFrom(env.Text), env.Text("SIGNING_SECRET_ARN")
	recordQueue := env.URL("RECORD_QUEUE_URL")
	if err := env.Err(); err != nil {
		return nil, err
	}
	keys, err := secret.Read(ctx, cfg, secretARN)
	if err != nil {
		return nil, err
	}
	links, err := linktoken.New(keys.Bytes(), keys.Current)
	if err != nil {
		return nil, err
	}
	store := dynamo.New(dynamodb.NewFromConfig(cfg), tables)
	h := &handler{store: store, links: links, policy: policycache.New(store, time.Now).Policy, now: time.Now, record: queue.New(sqs.NewFromConfig(cfg), recordQueue)}
	return h.Handle, nil
}
