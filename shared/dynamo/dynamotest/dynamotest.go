// Package dynamotest provides tests with stores on empty tables, and with
// clients that lose answers and inject other faults. The engine is dynoxide,
// started once for each test binary, or the engine that DYNAMODB_ENDPOINT
// names: a URL (see infra/oracle.sh), or "memory" for package memory.
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

// Tables returns a client and fresh, empty tables, for a test that calls
// DynamoDB itself or makes several stores on the same tables.
func Tables(t testing.TB) (dynamo.Client, dynamo.Tables) {
	t.Helper()
	if endpoint() == inMemory {
		return memory.New(Definitions()...), named("")
	}
	client := Client(t)
	return client, CreateTables(t, client)
}

// inMemory is the value of DYNAMODB_ENDPOINT that selects package memory.
const inMemory = "memory"

func endpoint() string {
	return os.Getenv("DYNAMODB_ENDPOINT") //nolint:forbidigo // a setting of tests; no main imports this package
}

// Client returns a client of the engine with these options, such as an HTTP
// client or a retryer of the test's own. The engine runs until the last test
// that uses it ends. With the engine in memory, which has no HTTP, Client skips
// the test.
func Client(t testing.TB, options ...func(*dynamodb.Options)) *dynamodb.Client {
	t.Helper()
	endpoint := endpoint()
	switch endpoint {
	case inMemory:
		t.Skip("this test needs an engine with HTTP; the engine in memory has none")
	case "":
		endpoint = engine(t)
	}
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: &endpoint,
		Region:       "us-east-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil // the engine wants signed requests; it accepts any key
		}),
	}, options...)
}

var prefixes atomic.Int64

// CreateTables creates the tables under a new prefix, and deletes them after
// the test.
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
			_, _ = client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name}) // the engine is stopped soon anyway
		})
	}
	return named(prefix)
}

func named(prefix string) dynamo.Tables {
	return dynamo.Tables{
		Customers: prefix + "Customers", Orders: prefix + "Orders", Catalogue: prefix + "Catalogue",
		Sends: prefix + "Sends", Decisions: prefix + "Decisions", Journeys: prefix + "Journeys", Coupons: prefix + "Coupons", Settings: prefix + "Settings",
	}
}
