// Privacy is the function that stores what customers ask about their data, erases
// a customer from all tables and dead-letter queues, and at night counts the
// requests that are open, and lets go what is older than the shop keeps it.
package main

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/metric"
	"regulars/shared/policycache"
	"regulars/shared/privacy"
	"regulars/shared/queue"
	"regulars/shared/retention"
	"regulars/shared/secret"
	"regulars/shared/shop"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

// letters has the settings of the dead-letter queues that hold events and
// intents. privacy's own holds erasures that have failed: only another erasure of
// the same customer deletes them, at its end.
var letters = []string{"RECORD_DEAD_LETTERS_URL", "PLAN_DEAD_LETTERS_URL", "JOURNEY_DEAD_LETTERS_URL", "SEND_DEAD_LETTERS_URL", "SETTLE_DEAD_LETTERS_URL"}

func wire(ctx context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	tables, secretARN := dynamo.TablesFrom(env.Text), env.Text("MAILBOX_SECRET_ARN")
	own, dead := env.URL("PRIVACY_QUEUE_URL"), env.URL("DEAD_LETTERS_URL")
	queues := sqs.NewFromConfig(cfg)
	var others []privacy.Letters
	for _, name := range letters {
		others = append(others, queue.New(queues, env.URL(name)))
	}
	settling := env.Length("SETTLING", time.Second, privacy.Settling) // tests with nothing in flight may shorten it
	if err := env.Err(); err != nil {
		return nil, err
	}
	key, err := secret.MailboxKey(ctx, cfg, secretARN)
	if err != nil {
		return nil, err
	}
	store := dynamo.Open(cfg, tables)
	metrics := metric.Writer{Out: os.Stdout, Now: time.Now}
	store.Metric = metrics.Count
	h := &handler{
		eraser: &privacy.Eraser{
			Customers: store, Orders: store, Coupons: store, Sends: store, Decisions: store, Positions: store, Records: store, Broken: store, Letters: others, Own: queue.New(queues, dead),
			Mailbox: key.Mailbox, Name: key.Customer, NewID: newID, Now: time.Now, Settling: settling,
		},
		requests: store, tables: store, progress: store,
		retention: retention.Job{Orders: store, Coupons: store, Sends: store, Positions: store, Customers: store, Records: store, NewID: newID},
		policy:    policycache.WithoutMessages(store, time.Now).Policy, own: queue.New(queues, own), dead: queue.New(queues, dead),
		metrics: metrics, now: time.Now,
	}
	return h.Handle, nil
}

// newID returns a random name of the form of a send's.
func newID() shop.SendID { return shop.SendID(strings.ToLower(rand.Text())) }
