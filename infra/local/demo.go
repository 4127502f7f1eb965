package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"regulars/infra/demo"
	"regulars/infra/local/aws"
	"regulars/infra/local/tables"
	"regulars/infra/local/template"
	"regulars/shared/dynamo"
)

// playDemo loads real orders into the tables and plays the last days of them
// over the endpoint, as a shop's back end would; it goes on where an earlier
// start left off.
func (c *cloud) playDemo(ctx context.Context, s settings, t *template.Template, dynamoDB string) error {
	d := demo.Demo{
		Store: dynamo.New(tables.NewClient(dynamoDB), storeTables(t)),
		Bus: eventbridge.New(eventbridge.Options{
			Region: aws.Region, BaseEndpoint: awssdk.String(s.endpoint()),
			Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		}),
		BusName: t.Parameters["EventBusName"],
		Marker:  filepath.Join(s.Var, "demo.json"),
		Bar:     demo.NewBar(os.Stdout),
		Now:     time.Now,
		Loaded:  func(ctx context.Context) error { return c.learn(ctx, t) },
	}
	return d.Run(ctx)
}

// learn does at once what the template's schedule does at night.
func (c *cloud) learn(ctx context.Context, t *template.Template) error {
	for _, s := range t.Schedules {
		for _, f := range t.Functions {
			if s.Target.ARN != f.ARN || f.Code != "functions/learn" {
				continue
			}
			result, err := c.functions.Invoke(ctx, f.Name, []byte(s.Target.Input), "")
			if err != nil {
				return err
			}
			if result.Failure != "" {
				return fmt.Errorf("%s: %s %s", f.Name, result.Failure, result.Payload)
			}
		}
	}
	return nil
}
