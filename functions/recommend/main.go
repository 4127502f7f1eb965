// Recommend is the function that returns recommended products, each with its
// reason, to the shop's own pages: for a customer, for a product or for a cart.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/message"
	"regulars/shared/metric"
	"regulars/shared/policycache"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(_ context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	tables := dynamo.TablesFrom(env.Text)
	if err := env.Err(); err != nil {
		return nil, err
	}
	store := dynamo.Open(cfg, tables)
	store.Metric = metric.Writer{Out: os.Stdout, Now: time.Now}.Count
	h := &handler{customers: store, inForce: policycache.New(store, time.Now, message.Renderer{}), now: time.Now}
	return h.Handle, nil
}
