// Learn is the nightly function that learns from all customers: which products
// are bought together, which are popular, how often products are bought again,
// and when and how customers order and spend.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/metric"
	"regulars/shared/s3"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(_ context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	tables, bucket := dynamo.TablesFrom(env.Text), env.Optional("PARTIALS_BUCKET") // empty: nights are not divided
	if err := env.Err(); err != nil {
		return nil, err
	}
	store := dynamo.Open(cfg, tables)
	store.Metric = metric.Writer{Out: os.Stdout, Now: time.Now}.Count
	h := &handler{customers: store, catalogue: store, versions: store, policies: store, results: store, now: time.Now}
	if bucket != "" {
		h.partials = s3.New(cfg, bucket)
	}
	return h.Handle, nil
}
