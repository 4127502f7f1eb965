package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"regulars/infra/demo"
	"regulars/infra/local/aws"
	"regulars/infra/local/cloud"
	"regulars/infra/local/dynamodb"
	"regulars/infra/local/template"
	"regulars/infra/opentables"
	"regulars/shared/dynamo"
	"regulars/shared/policyfiles"
)

// needed are the functions that the demo's first messages need, by the folder of
// their code. They are built before the others.
var needed = []string{"functions/record", "functions/send"}

// playDemo loads real orders into the tables and puts those of the last days on
// the event bus over the endpoint, as a shop's back end would. It continues at
// the order where an earlier start of the program stopped.
func playDemo(ctx context.Context, c *cloud.Cloud, s settings, t *template.Template, dynamoDB string) error {
	scheme, err := policyfiles.LoadPoints(os.DirFS("infra/shop")) // the published ones
	if err != nil {
		return err
	}
	mailboxes, err := opentables.LocalMailboxKey(ctx, s.Endpoint())
	if err != nil {
		return err
	}
	store := dynamo.New(dynamodb.NewClient(dynamoDB), cloud.StoreTables(t))
	d := demo.Demo{
		Store: store, Positions: store,
		Bus: eventbridge.New(eventbridge.Options{
			Region: aws.Region, BaseEndpoint: awssdk.String(s.Endpoint()),
			Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		}),
		BusName: t.Parameters["EventBusName"],
		Marker:  filepath.Join(s.Var, "demo.json"),
		Bar:     demo.NewBar(os.Stdout),
		Now:     time.Now,
		Points:  scheme,
		Mailbox: mailboxes.Mailbox,
		Learn: func(ctx context.Context) error {
			if err := c.Scheduled(ctx, t, "functions/learn"); err != nil {
				return err
			}
			c.Functions().EndIdle() // they keep for a minute that nothing was learned
			return nil
		},
		// journey puts the mails of the customers who wait in journeys on the queue before
		// the runs are played: a customer gets one promotion a day.
		Advance: func(ctx context.Context) error { return c.Scheduled(ctx, t, "functions/journey") },
	}
	return d.Run(ctx)
}
