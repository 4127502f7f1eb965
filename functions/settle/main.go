// Settle takes SES's events into the sends, wakes what waits, and ends what is
// stuck.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/dynamo"
	"regulars/shared/function"
	"regulars/shared/metric"
	"regulars/shared/queue"
	"regulars/shared/setting"
	"regulars/shared/settlement"
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
		Settler: &settlement.Settler{Sends: store, Due: store, Contacts: store, Intents: queue.New(queues, sendQueue), Count: metric.Writer{Out: os.Stdout, Now: time.Now}.Count, Now: time.Now},
		dead:    queue.New(queues, deadLetters),
	}
	return h.Handle, nil
}
