// Plan is the function that, when a run of a scheduled campaign is due, puts one
// wish to send a message (an intent) on the queue of the function send for each
// customer of the campaign's audience. Of a run of a journey it puts their entries on
// the queue of the function journey.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/metric"
	"regulars/shared/planning"
	"regulars/shared/policycache"
	"regulars/shared/queue"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(_ context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	tables := dynamo.TablesFrom(env.Text)
	tenant := env.Text("TENANT")
	planQueue, sendQueue, journeyQueue, deadLetters := env.URL("PLAN_QUEUE_URL"), env.URL("SEND_QUEUE_URL"), env.URL("JOURNEY_QUEUE_URL"), env.URL("DEAD_LETTERS_URL")
	if err := env.Err(); err != nil {
		return nil, err
	}
	client, queues := dynamodb.NewFromConfig(cfg), sqs.NewFromConfig(cfg)
	store := dynamo.New(client, tables)
	store.Metric = metric.Writer{Out: os.Stdout, Now: time.Now}.Count
	policies := policycache.WithoutMessages(store, time.Now)
	h := &planning.Planner{
		Runs: store, Pages: store, Ticks: store, Profiles: store, Halts: store, Records: store, Tenant: tenant, Products: store, Model: policies.Model, Policy: policies.Policy, Latest: policies.Look,
		Own: queue.New(queues, planQueue), Intents: queue.New(queues, sendQueue), Entries: queue.New(queues, journeyQueue), Dead: queue.New(queues, deadLetters), Now: time.Now,
		Items: func(ctx context.Context) (int64, error) { return dynamo.CustomerItems(ctx, client, tables) },
	}
	return h.Handle, nil
}
