// Recommend is what the shop's own pages call: what a customer would like next,
// what goes with a product, what goes with a cart, each with its reason.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/policycache"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(_ context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	tables := dynamo.TablesFrom(env.Text)
	if err := env.Err(); err != nil {
		return nil, err
	}
	store := dynamo.New(dynamodb.NewFromConfig(cfg), tables)
	h := &handler{customers: store, rules: policycache.New(store, time.Now), now: time.Now}
	return h.Handle, nil
}
