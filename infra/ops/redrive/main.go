// Command redrive moves dead letters back to their queues, or lists them.
//
//	go run ./infra/ops/redrive [-aws [-stack regulars]] Record
//	go run ./infra/ops/redrive [-aws [-stack regulars]] -list
//
// The first form moves every message of RecordDeadLetters back to RecordQueue
// and prints how many it moved. Correct the cause of their failure first: see
// docs/runbooks/dead-letters.md. With -list it moves nothing; it prints for
// each dead-letter queue the number of messages and the faults of the newest.
//
// Without -aws it uses the local cloud of make run, at AWS_ENDPOINT_URL, or on
// this machine at PORT (4566). With -aws it uses the queues of a stack, in the
// account that the AWS CLI would use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"regulars/infra/opentables"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

func main() {
	opentables.Main(func(ctx context.Context, args []string) error { return run(ctx, args, os.Getenv, os.Stdout) })
}

// options is the parsed command line.
type options struct {
	account bool   // use AWS, not the local cloud
	stack   string // with account: the name of the stack
	list    bool
	queue   string
}

func readOptions(args []string) (o options, err error) {
	flags := flag.NewFlagSet("redrive", flag.ContinueOnError)
	flags.BoolVar(&o.account, "aws", false, "work on a stack in AWS, not on the local cloud")
	flags.StringVar(&o.stack, "stack", "regulars", "with -aws: the stack's name")
	flags.BoolVar(&o.list, "list", false, "show the dead letters and move nothing")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.queue = flags.Arg(0)
	switch {
	case flags.NArg() > 1:
		return o, fmt.Errorf("redrive takes one queue at a time, not %d", flags.NArg())
	case o.list && o.queue != "":
		return o, errors.New("-list shows all queues; do not name one")
	case !o.list && o.queue == "":
		return o, errors.New("name the queue whose dead letters to move back, such as Record (make redrive QUEUE=Record), or give -list")
	}
	return o, nil
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	o, err := readOptions(args)
	if err != nil {
		return err
	}
	d, where, err := connect(ctx, o, getenv)
	if err != nil {
		return err
	}
	if o.list {
		err = d.list(ctx, out)
	} else {
		err = d.move(ctx, o.queue, out)
	}
	return opentables.Located(err, where)
}

// connect returns the deployment that the options select, and its address.
func connect(ctx context.Context, o options, getenv func(string) string) (deployment, string, error) {
	d := deployment{naming: local, every: time.Second}
	if o.account {
		d.naming = deployed(o.stack)
		cfg, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return deployment{}, "", fmt.Errorf("load the AWS configuration: %w", err)
		}
		d.client = sqs.NewFromConfig(cfg)
		return d, "AWS", nil
	}
	where := getenv("AWS_ENDPOINT_URL")
	if where == "" {
		port := getenv("PORT")
		if port == "" {
			port = "4566"
		}
		where = "http://127.0.0.1:" + port
	}
	d.client = sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: &where, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), // the local cloud accepts any
	})
	return d, where, nil
}
