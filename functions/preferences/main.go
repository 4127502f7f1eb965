// Preferences is the function behind the unsubscribe and preference links of
// mails: it shows their pages, and stores opt-outs and what a person chooses in the
// preference centre. It also takes the confirmation of a sign-up, shows a person
// their data, and asks for their erasure.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
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
	recordQueue, sendQueue, privacyQueue := env.URL("RECORD_QUEUE_URL"), env.URL("SEND_QUEUE_URL"), env.URL("PRIVACY_QUEUE_URL")
	tenant, privacyName := env.Text("TENANT"), env.Text("PRIVACY_FUNCTION")
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
	store := dynamo.Open(cfg, tables)
	queues := sqs.NewFromConfig(cfg)
	h := &handler{
		store: store, links: links, policy: policycache.WithoutMessages(store, time.Now).Policy, now: time.Now, tenant: tenant,
		record: queue.New(queues, recordQueue), intents: queue.New(queues, sendQueue), privacy: queue.New(queues, privacyQueue),
		exports: function{lambda.NewFromConfig(cfg).Invoke, privacyName},
	}
	return h.Handle, nil
}
