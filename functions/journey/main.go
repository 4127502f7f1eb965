// Journey is the function that moves customers through journeys: it lets them enter
// when an event does so, and each minute puts the messages whose time has come on
// the queue of the function send.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/journeyadvance"
	"regulars/shared/policycache"
	"regulars/shared/queue"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

// atOnce is how many customers of each of the 16 partitions a tick moves at the
// same time. A move waits for five calls and computes for a tenth of a millisecond.
const atOnce = 8

func wire(_ context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	tables := dynamo.TablesFrom(env.Text)
	sendQueue, deadLetters := env.URL("SEND_QUEUE_URL"), env.URL("DEAD_LETTERS_URL")
	if err := env.Err(); err != nil {
		return nil, err
	}
	store, queues := dynamo.Open(cfg, tables), sqs.NewFromConfig(cfg)
	h := &handler{
		mover: &journeyadvance.Mover{
			Positions: store, Due: store, Customers: store, InForce: policycache.WithoutMessages(store, time.Now),
			Intents: queue.New(queues, sendQueue), Now: time.Now, AtOnce: atOnce,
		},
		dead: queue.New(queues, deadLetters), now: time.Now,
	}
	return h.Handle, nil
}
