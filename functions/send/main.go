// Send is the function that takes the wishes to send a message (intents) from a
// queue, decides for each whether the message may go and with which content,
// records it so that no other worker sends it too, and hands the mail to SES.
package main

import (
	"context"
	"crypto/rand"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/breaker"
	"regulars/shared/cataloguecache"
	"regulars/shared/claim"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/metric"
	"regulars/shared/policycache"
	"regulars/shared/queue"
	"regulars/shared/redecide"
	"regulars/shared/secret"
	"regulars/shared/sendrate"
	"regulars/shared/ses"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(ctx context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	tables := dynamo.TablesFrom(env.Text)
	tenant, secretARN := env.Text("TENANT"), env.Text("SIGNING_SECRET_ARN")
	configurationSet, from := env.Text("CONFIGURATION_SET"), env.Text("FROM_ADDRESS")
	preferences, clicks, deadLetters := env.URL("PREFERENCES_URL"), env.URL("CLICK_URL"), env.URL("DEAD_LETTERS_URL")
	watchFor := env.Length("WATCH_FOR", 40*time.Second, claim.WatchFor) // tests on a stack may shorten it; it must exceed the function's timeout
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
	metrics := metric.Writer{Out: os.Stdout, Now: time.Now}
	store.Metric = metrics.Count
	store.WatchFor = watchFor
	inForce, ses := policycache.New(store, time.Now, message.Renderer{}), ses.New(cfg, configurationSet, from)
	h := &handler{
		dispatch: &dispatch.Dispatcher{
			Claims: store, Attempts: store,
			Reader: &dispatch.Reader{
				Customers: store, InForce: inForce, Breakers: inForce, Catalogue: cataloguecache.New(store, time.Now),
				Tenant: tenant, Links: links, CodeKeys: keys.List(), BaseURL: preferences, ClickURL: clicks,
			},
			SES: ses, Runs: store, Inputs: &redecide.Keeper{Store: store, Count: metrics.Count},
			Now: time.Now, Owner: rand.Text, Count: metrics.Count,
			Pace:    &sendrate.Pacer{Store: store, Quota: ses.Quota, Now: time.Now, By: rand.Text},
			Breaker: &breaker.Keeper{Store: store, Now: time.Now},
		},
		dead: queue.New(sqs.NewFromConfig(cfg), deadLetters),
		now:  time.Now,
	}
	return h.Handle, nil
}
