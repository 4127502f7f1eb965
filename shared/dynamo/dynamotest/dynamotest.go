// Package dynamotest gives tests a store on tables of their own, each time empty.
// The engine is dynoxide, started once for each test binary, or the one that
// DYNAMODB_ENDPOINT names: a URL (see infra/oracle.sh), or "memory" for package
// memory.
package dynamotest

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/memory"
)

// Store returns a store on fresh, empty tables.
func Store(t testing.TB) *dynamo.Store {
	t.Helper()
	return dynamo.New(Tables(t))
}

// Tables returns the tables themselves: for a test that does what no store does,
// or that makes several stores on them.
func Tables(t testing.TB) (dynamo.Client, dynamo.Tables) {
	t.Helper()
	if endpoint() == inMemory {
		return memory.New(Definitions()...), named("")
	}
	client := Client(t)
	return client, CreateTables(t, client)
}

// inMemory is the endpoint that stands for package memory.
const inMemory = "memory"

func endpoint() string {
	return os.Getenv("DYNAMODB_ENDPOINT") //nolint:forbidigo // a setting of tests; no main imports this package
}

// Client returns a client of the engine, changed by options: a test can put its
// own HTTP client or retries there. The engine lives as long as some test needs
// it. The engine in memory speaks no HTTP: the test is then skipped.
func Client(t testing.TB, options ...func(*dynamodb.Options)) *dynamodb.Client {
	t.Helper()
	endpoint := endpoint()
	switch endpoint {
	case inMemory:
		t.Skip("it needs an engine that speaks HTTP; the one in memory does not")
	case "":
		endpoint = engine(t)
	}
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: &endpoint,
		Region:       "us-east-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil // signed requests are asked for, any key will do
		}),
	}, options...)
}

var prefixes atomic.Int64

// CreateTables creates the tables under a prefix of their own, and drops them
// after the test.
func CreateTables(t testing.TB, client *dynamodb.Client) dynamo.Tables {
	t.Helper()
	prefix := fmt.Sprintf("t%d-%d-", os.Getpid(), prefixes.Add(1))
	for _, definition := range Definitions() {
		name := prefix + *definition.TableName
		definition.TableName = &name
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		_, err := client.CreateTable(ctx, &definition)
		cancel()
		if err != nil {
			t.Fatalf("create table %s: %v", name, err)
		}
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			_, _ = client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name}) // the engine dies soon anyway
		})
	}
	return named(prefix)
}

func named(prefix string) dynamo.Tables {
	return dynamo.Tables{
		Customers: prefix + "Customers", Orders: prefix + "Orders", Catalogue: prefix + "Catalogue",
		Sends: prefix + "Sends", Coupons: prefix + "Coupons", Settings: prefix + "Settings",
	}
}
