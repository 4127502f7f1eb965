// Click is the function behind the links to the shop in messages: it leads on to the
// page, and counts the click of a person who did not switch that off. It leads to the
// hosts of the shop alone, and also while nothing can be counted.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/linktoken"
	"regulars/shared/metric"
	"regulars/shared/policycache"
	"regulars/shared/secret"
	"regulars/shared/startup"
)

func main() { startup.Start(wire) }

func wire(ctx context.Context, env *env.Reader, cfg aws.Config) (any, error) {
	tables, secretARN := dynamo.TablesFrom(env.Text), env.Text("SIGNING_SECRET_ARN")
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
	h := &handler{
		store: store, links: links, policy: policycache.WithoutMessages(store, time.Now).Policy, now: time.Now,
		metric: metric.Writer{Out: os.Stdout, Now: time.Now}.Count, patience: 2 * time.Second,
	}
	return h.Handle, nil
}
