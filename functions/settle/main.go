// Settle takes SES's events into the sends, wakes what waits, and ends what is
// stuck.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/dynamo"
	"regulars/shared/function"
	"regulars/shared/queue"
	"regulars/shared/setting"
)

func main() { function.Start(wire) }

func wire(_ context.Context, env *setting.Reader, cfg aws.Config) (any, error) {
	tables := dynamo.TablesFrom(env.Text)
	sendQueue, deadLetters := env.URL("SEND_QUEUE_URL"), env.URL("DEAD_LETTERS_URL")
	if err := env.Err(); err != nil {
		return nil, err
	}
	store, queues := dynamo.New(dynamodb.NewFromConfig(cfg), tables), sqs.NewFromConfig(cfg)
	h := &handler{
		sends: store, due: store, contacts: store,
		intents: queue.New(queues, sendQueue), dead: queue.New(queues, deadLetters), now: time.Now,
	}
	return h.Handle, nil
}
