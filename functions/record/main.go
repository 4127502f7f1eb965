// Record folds order, product and consent events into profiles, and puts the
// intents that they give rise to on send's queue.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/dynamo"
	"regulars/shared/published"
	"regulars/shared/queue"
	"regulars/shared/setting"
)

func main() {
	slog.SetDefault(lambdacontext.NewLogger())
	h, err := newHandler(context.Background(), os.Getenv)
	if err != nil {
		slog.Error("record cannot start", "err", err)
		os.Exit(1)
	}
	lambda.Start(h.Handle)
}

func newHandler(ctx context.Context, getenv func(string) string) (*handler, error) {
	env := setting.From(getenv)
	tables := dynamo.TablesFrom(env.Text)
	sendQueue, deadLetters := env.URL("SEND_QUEUE_URL"), env.URL("DEAD_LETTERS_URL")
	if err := env.Err(); err != nil {
		return nil, err
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	store, queues := dynamo.New(dynamodb.NewFromConfig(cfg), tables), sqs.NewFromConfig(cfg)
	return &handler{
		orders: store, shop: store, policy: published.New(store, time.Now).Policy,
		intents: queue.New(queues, sendQueue), dead: queue.New(queues, deadLetters), now: time.Now,
	}, nil
}
