// Command redrive sends dead letters through again.
//
//	go run ./infra/ops/redrive [-aws [-stack regulars]] Record
//	go run ./infra/ops/redrive [-aws [-stack regulars]] -list
//
// The first moves every message of RecordDeadLetters back to RecordQueue, and
// says how many it moved. Mend what they died of first: see
// docs/runbooks/dead-letters.md. With -list it moves nothing, and shows for each
// dead-letter queue how many messages it has and what was wrong with the newest.
//
// Without -aws it works on the local cloud of make run, at AWS_ENDPOINT_URL, or
// on this machine at PORT (4566). With -aws it works on the queues of a stack in
// the account that the AWS CLI would use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// options is what was asked for on the command line.
type options struct {
	account bool   // in AWS, not on this machine
	stack   string // there
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
		return o, errors.New("-list shows every queue: name none")
	case !o.list && o.queue == "":
		return o, errors.New("name the queue whose dead letters are to go through again, such as Record (make redrive QUEUE=Record), or give -list")
	}
	return o, nil
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	o, err := readOptions(args)
	if err != nil {
		return err
	}
	h, where, err := connect(ctx, o, getenv)
	if err != nil {
		return err
	}
	if o.list {
		err = h.list(ctx, out)
	} else {
		err = h.move(ctx, o.queue, out)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("nothing answers at %s: start the local cloud with make run, or give -aws for a stack in AWS", where)
	}
	return err
}

// connect returns the house of queues that was asked for, and where it is.
func connect(ctx context.Context, o options, getenv func(string) string) (house, string, error) {
	h := house{naming: local, every: time.Second}
	if o.account {
		h.naming = deployed(o.stack)
		cfg, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return house{}, "", fmt.Errorf("find the AWS account: %w", err)
		}
		h.client = sqs.NewFromConfig(cfg)
		return h, "AWS", nil
	}
	where := getenv("AWS_ENDPOINT_URL")
	if where == "" {
		port := getenv("PORT")
		if port == "" {
			port = "4566"
		}
		where = "http://127.0.0.1:" + port
	}
	h.client = sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: &where, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), // any will do
	})
	return h, where, nil
}
