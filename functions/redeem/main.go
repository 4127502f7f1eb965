// Redeem is what the shop's checkout calls: it prices a cart, holds discounts
// for an order while its customer pays, redeems them, and takes them back.
package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/dynamo"
	"regulars/shared/function"
	"regulars/shared/published"
	"regulars/shared/setting"
)

func main() { function.Start(wire) }

func wire(_ context.Context, env *setting.Reader, cfg aws.Config) (any, error) {
	tables := dynamo.TablesFrom(env.Text)
	if err := env.Err(); err != nil {
		return nil, err
	}
	store := dynamo.New(dynamodb.NewFromConfig(cfg), tables)
	h := &handler{
		desk:  &desk{customers: store, coupons: store, guesses: store, rules: published.New(store, time.Now), terms: newTerms(store)},
		tills: store, sweeps: store, now: time.Now,
	}
	return h.Handle, nil
}
