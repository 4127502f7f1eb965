// Send decides each intent, claims what may go, and hands it to SES.
package main

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/function"
	"regulars/shared/gate"
	"regulars/shared/link"
	"regulars/shared/published"
	"regulars/shared/queue"
	"regulars/shared/secret"
	"regulars/shared/setting"
)

func main() { function.Start(wire) }

func wire(ctx context.Context, env *setting.Reader, cfg aws.Config) (any, error) {
	tables := dynamo.TablesFrom(env.Text)
	tenant, secretARN := env.Text("TENANT"), env.Text("SIGNING_SECRET_ARN")
	configurationSet, from := env.Text("CONFIGURATION_SET"), env.Text("FROM_ADDRESS")
	preferences, deadLetters := env.URL("PREFERENCES_URL"), env.URL("DEAD_LETTERS_URL")
	if err := env.Err(); err != nil {
		return nil, err
	}
	keys, err := secret.Read(ctx, cfg, secretARN)
	if err != nil {
		return nil, err
	}
	links, err := link.New(keys.Bytes(), keys.Current)
	if err != nil {
		return nil, err
	}
	store := dynamo.New(dynamodb.NewFromConfig(cfg), tables)
	h := &handler{
		dispatch: &dispatch.Dispatcher{
			Sends: store,
			Reader: &dispatch.Reader{
				Customers: store, InForce: published.New(store, time.Now),
				Tenant: tenant, Links: links, CodeKeys: keys.List(), BaseURL: preferences,
			},
			SES: gate.New(cfg, configurationSet, from),
			Now: time.Now, Owner: rand.Text,
		},
		dead: queue.New(sqs.NewFromConfig(cfg), deadLetters),
		now:  time.Now,
	}
	return h.Handle, nil
}
