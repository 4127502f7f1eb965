// Record is the function that stores order, customer, product and consent
// events in orders, profiles, the catalogue and contacts, and puts the wishes to
// send a message (intents) that order events raise on the queue of the function
// send.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/metric"
	"regulars/shared/policycache"
	"regulars/shared/queue"
	"regulars/shared/recording"
	"regulars/shared/secret"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(ctx context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	tables, secretARN := dynamo.TablesFrom(env.Text), env.Text("MAILBOX_SECRET_ARN")
	sendQueue, planQueue, journeyQueue, deadLetters := env.URL("SEND_QUEUE_URL"), env.URL("PLAN_QUEUE_URL"), env.URL("JOURNEY_QUEUE_URL"), env.URL("DEAD_LETTERS_URL")
	if err := env.Err(); err != nil {
		return nil, err
	}
	mailboxes, err := secret.MailboxKey(ctx, cfg, secretARN)
	if err != nil {
		return nil, err
	}
	store, queues := dynamo.Open(cfg, tables), sqs.NewFromConfig(cfg)
	metrics := metric.Writer{Out: os.Stdout, Now: time.Now}
	store.Metric = metrics.Count
	h := &recording.Recorder{
		Orders: store, Shop: store, Contacts: contactchange.Keeper{Store: store, Mailbox: mailboxes.Mailbox}, Policy: policycache.WithoutMessages(store, time.Now).Policy,
		Intents: queue.New(queues, sendQueue), Runs: queue.New(queues, planQueue), Entries: queue.New(queues, journeyQueue), Dead: queue.New(queues, deadLetters), Now: time.Now,
		Metrics: metrics, Erasures: store, Name: mailboxes.Customer,
	}
	return h.Handle, nil
}
