// Settle is the function that brings each message to its end state: it records
// what SES reports (delivered, bounced, complained), puts waiting messages back
// on the queue when they are due, ends messages for which SES never answered, and
// counts once a day that every planned message has ended or waits.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/breaker"
	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/metric"
	"regulars/shared/queue"
	"regulars/shared/sendoutcome"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(_ context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	tables := dynamo.TablesFrom(env.Text)
	sendQueue, deadLetters := env.URL("SEND_QUEUE_URL"), env.URL("DEAD_LETTERS_URL")
	if err := env.Err(); err != nil {
		return nil, err
	}
	store, queues := dynamo.Open(cfg, tables), sqs.NewFromConfig(cfg)
	metrics := metric.Writer{Out: os.Stdout, Now: time.Now}
	store.Metric = metrics.Count
	h := &handler{
		Recorder: &sendoutcome.Recorder{
			Sends: store, Due: store, Contacts: store, Intents: queue.New(queues, sendQueue),
			Count: metrics.Count, Now: time.Now, Each: sendoutcome.AtOnce,
			Pace: func(ctx context.Context) (int, error) {
				state, _, err := store.SendRate(ctx, 0)
				return state.PerMinute(time.Now()), err
			},
			Breaker: &breaker.Keeper{Store: store, Now: time.Now},
		},
		audit: &sendoutcome.Auditor{
			Progress: store, Books: store, Now: time.Now,
			Publish: func(counts map[string]int) { metrics.Counts(nil, counts) },
		},
		dead: queue.New(queues, deadLetters),
	}
	return h.Handle, nil
}
