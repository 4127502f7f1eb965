package dynamo

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/claim"
)

// Tables names the tables; the deployment decides how they are called.
type Tables struct {
	Customers, Orders, Catalogue, Sends, Coupons, Settings string
}

// TablesFrom reads the names of the tables from settings: text returns the one
// of that name, and takes note where it is missing.
func TablesFrom(text func(name string) string) Tables {
	return Tables{
		Customers: text("CUSTOMERS_TABLE"), Orders: text("ORDERS_TABLE"), Catalogue: text("CATALOGUE_TABLE"),
		Sends: text("SENDS_TABLE"), Coupons: text("COUPONS_TABLE"), Settings: text("SETTINGS_TABLE"),
	}
}

// Client is what a store asks of DynamoDB: the calls of [*dynamodb.Client] that
// it makes, and no others. Tests and infra/proof/simulate put an engine in memory
// behind it; the simulator also its faults.
type Client interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// Store reads and writes the tables of the package comment. It may be used by
// many goroutines at once.
type Store struct {
	client Client
	tables Tables

	// Meter, where it is set, is told what each call consumed, indexes
	// included: read and write units of one table. Set it before the first call;
	// it is called from many goroutines.
	Meter func(table string, read, write float64)

	// Pause waits before the attempt-th repetition (1, 2, …) of a call that
	// DynamoDB put off. [New] sets it to a random time that grows.
	Pause func(ctx context.Context, attempt int) error

	// WatchFor is how long after a claim [Store.Watch] waits for its fate. [New]
	// sets it to [claim.WatchFor]; a trial may shorten it, to no less than a function
	// can run.
	WatchFor time.Duration
}

// New returns a store on the client. Tables that the caller never touches may
// stay unnamed.
func New(client Client, tables Tables) *Store {
	return &Store{client: client, tables: tables, Pause: pause, WatchFor: claim.WatchFor}
}

var (
	// ErrConflict means that another call changed the item after the caller read
	// it: nothing was written. Read again, decide again; see [Retry].
	ErrConflict = errors.New("the item was changed by another call; read it again and retry")

	// ErrNotFound means that nothing is stored under that name.
	ErrNotFound = errors.New("not found")

	// ErrThrottled means that DynamoDB throttled the call [Attempts] times.
	// Nothing was written; the same call may succeed in some seconds.
	ErrThrottled = errors.New("the table is too busy")
)

// pause waits a random time below 10, 20, 40, … 640 ms: long enough for the
// transaction that is in the way, which takes some 10 ms, and random, so that
// two rivals do not meet again.
func pause(ctx context.Context, attempt int) error {
	ceiling := 10 * time.Millisecond << min(attempt-1, 6)
	timer := time.NewTimer(rand.N(ceiling))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
