// Redeem is what the shop's checkout calls: it prices a cart, holds discounts
// for an order while its customer pays, redeems them, and takes them back.
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
	return newHandler(store, policycache.New(store, time.Now), time.Now).Handle, nil
}

// newHandler returns the handler over one store: the deployed one, and that of
// the tests.
func newHandler(store *dynamo.Store, rules rules, now func() time.Time) *handler {
	return &handler{
		desk:  &desk{customers: store, coupons: store, guesses: store, rules: rules, terms: newTerms(store)},
		tills: store, sweeps: store, now: now,
	}
}
