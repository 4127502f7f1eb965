// Package house finds the tables of the local cloud of make run, or those of a
// stack in AWS, for the commands that work on either.
package tables

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/dynamo"
	"regulars/shared/env"
)

// AWS is where a stack is, as [Open] tells it.
const AWS = "AWS"

// Open returns a store on the tables that the settings name, such as
// SETTINGS_TABLE, and where it is: in the account that the AWS CLI would use,
// where each of them has to be set, or else in the local cloud, where a table has
// the name of the template if no other is set. command is the make target, for
// whoever has to be told how to name a stack.
func Open(ctx context.Context, account bool, getenv func(string) string, command string, settings ...string) (store *dynamo.Store, where string, err error) {
	env := env.From(getenv)
	tables := dynamo.TablesFrom(func(name string) string {
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
		return nil, "", fmt.Errorf("%w\nname the table, which the stack's outputs tell (make %s STACK=…)", err, command)
	}
	if !account {
		where = Where(getenv)
		return Store(where, tables), where, nil
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("find the AWS account: %w", err)
	}
	return dynamo.New(dynamodb.NewFromConfig(cfg), tables), AWS, nil
}

// Where returns the address of the local cloud: AWS_ENDPOINT_URL, or this
// machine at PORT, or at 4566.
func Where(getenv func(string) string) string {
	if where := getenv("AWS_ENDPOINT_URL"); where != "" {
		return where
	}
	if port := getenv("PORT"); port != "" {
		return "http://127.0.0.1:" + port
	}
	return "http://127.0.0.1:4566"
}

// Store returns a store on tables of the local cloud at where. It fails at once
// where nobody answers, instead of trying again.
func Store(where string, tables dynamo.Tables) *dynamo.Store {
	return dynamo.New(dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &where, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), // any will do
	}), tables)
}
