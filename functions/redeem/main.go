// Redeem is the function that the shop's checkout calls: it prices a cart,
// holds discounts for an order while its customer pays, redeems them when the
// order is placed, and gives them back when it is cancelled or returned.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/metric"
	"regulars/shared/policycache"
	"regulars/shared/quoteinputs"
	"regulars/shared/redemption"
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
	return newHandler(store, policycache.WithoutMessages(store, time.Now), time.Now).Handle, nil
}

// newHandler returns the handler over one store. main deploys it, and the tests
// call it.
func newHandler(store *dynamo.Store, policies quoteinputs.Policies, now func() time.Time) *handler {
	return &handler{redemption.New(store, policies, now)}
}
