// Package opentables opens the DynamoDB tables of the local cloud of make run, or
// of a stack in AWS, for commands that can use either.
package opentables

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/dynamo"
	"regulars/shared/env"
	"regulars/shared/mailbox"
	"regulars/shared/sdkhttp"
	"regulars/shared/secret"
)

// AWS is the address that [Open] returns for a stack.
const AWS = "AWS"

// Open returns a store on the tables of the given settings, such as
// SETTINGS_TABLE, and its address: [AWS], or the URL of the local cloud.
//
// With account it uses the account that the AWS CLI would use, and every
// setting must be set. Otherwise it uses the local cloud, and a setting that is
// not set defaults to the table's name in template.yaml. command is the make
// target, for the error text.
func Open(ctx context.Context, account bool, getenv func(string) string, command string, settings ...string) (store *dynamo.Store, where string, err error) {
	client, tables, where, err := Client(ctx, account, getenv, command, settings...)
	if err != nil {
		return nil, "", err
	}
	return dynamo.New(client, tables), where, nil
}

// Client returns what [Open] opens a store with, for commands that make calls of their
// own.
func Client(ctx context.Context, account bool, getenv func(string) string, command string, settings ...string) (client *dynamodb.Client, tables dynamo.Tables, where string, err error) {
	env := env.From(getenv)
	tables = dynamo.TablesFrom(func(name string) string {
		switch {
		case !slices.Contains(settings, name):
			return ""
		case account || getenv(name) != "":
			return env.Text(name)
		}
		table := strings.ToLower(strings.TrimSuffix(name, "_TABLE"))
		return strings.ToUpper(table[:1]) + table[1:]
	})
	if err := env.Err(); err != nil {
		return nil, tables, "", fmt.Errorf("%w\nset it to the table name in the stack's outputs (make %s STACK=…)", err, command)
	}
	if !account {
		where = Where(getenv)
		return localClient(where), tables, where, nil
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, tables, "", fmt.Errorf("load the AWS configuration: %w", err)
	}
	return dynamodb.NewFromConfig(cfg, wholeAnswers), tables, AWS, nil
}

// MailboxKey returns the key that names mailboxes: that of a stack, whose ARN is
// in the setting MAILBOX_SECRET_ARN, or that of the local cloud. The arguments
// are those of [Open].
func MailboxKey(ctx context.Context, account bool, getenv func(string) string, command string) (mailbox.Key, error) {
	if !account {
		return LocalMailboxKey(ctx, Where(getenv))
	}
	arn := getenv("MAILBOX_SECRET_ARN")
	if arn == "" {
		return nil, fmt.Errorf("MAILBOX_SECRET_ARN is not set; set it to MailboxSecretArn of the stack's outputs (make %s STACK=…)", command)
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return secret.MailboxKey(ctx, cfg, arn)
}

// LocalMailboxKey returns the key that names mailboxes in the local cloud at the
// URL where.
func LocalMailboxKey(ctx context.Context, where string) (mailbox.Key, error) {
	return secret.MailboxKey(ctx, aws.Config{
		Region: "us-east-1", BaseEndpoint: &where, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}, "MailboxSecret")
}

// Where returns the URL of the local cloud: AWS_ENDPOINT_URL, or this machine
// at PORT, by default 4566.
func Where(getenv func(string) string) string {
	if where := getenv("AWS_ENDPOINT_URL"); where != "" {
		return where
	}
	if port := getenv("PORT"); port != "" {
		return "http://127.0.0.1:" + port
	}
	return "http://127.0.0.1:4566"
}

// Store returns a store on tables of the local cloud at the URL where. Its
// calls fail at once if the local cloud is not running.
func Store(where string, tables dynamo.Tables) *dynamo.Store {
	return dynamo.New(localClient(where), tables)
}

func localClient(where string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &where, Retryer: unlessRefused(),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), // the local cloud accepts any
	}, wholeAnswers)
}

// wholeAnswers lets a client read every answer to its end: see [sdkhttp.Client].
func wholeAnswers(o *dynamodb.Options) { o.HTTPClient = sdkhttp.Client{HTTPClient: o.HTTPClient} }

// unlessRefused repeats a call whose answer was lost because the connection was closed
// while it was read. It does not repeat a call that nothing listens to.
func unlessRefused() aws.Retryer {
	lost := func(err error) aws.Ternary {
		switch {
		case errors.Is(err, syscall.ECONNREFUSED):
			return aws.FalseTernary
		case errors.Is(err, net.ErrClosed):
			return aws.TrueTernary
		}
		return aws.UnknownTernary
	}
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(lost)}, o.Retryables...)
	})
}
