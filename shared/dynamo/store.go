package dynamo

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/claim"
	"regulars/shared/profile"
)

// Tables holds the names of the tables, which the deployment sets.
type Tables struct {
	Customers, Orders, Catalogue, Sends, Decisions, Journeys, Coupons, Settings string
}

// TablesFrom reads the names of the tables from settings. text returns the
// setting of a name, and records it if it is missing.
func TablesFrom(text func(name string) string) Tables {
	return Tables{
		Customers: text("CUSTOMERS_TABLE"), Orders: text("ORDERS_TABLE"), Catalogue: text("CATALOGUE_TABLE"),
		Sends: text("SENDS_TABLE"), Decisions: text("DECISIONS_TABLE"), Journeys: text("JOURNEYS_TABLE"), Coupons: text("COUPONS_TABLE"), Settings: text("SETTINGS_TABLE"),
	}
}

// Client is the calls of [*dynamodb.Client] that a store makes. Tests and
// infra/proof/simulate put an engine in memory behind it; the simulator also
// injects faults.
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

// Store reads and writes the tables of the package comment. Several goroutines
// may use it at once.
type Store struct {
	client Client
	tables Tables
	zones  *sync.Map // the names that [Store.NoteZone] has stored
	kept   *sync.Map // the profiles that were listed, by customer; nil: see [Store.KeepProfiles]

	// Meter, if set, is called after each call with the read and write units that
	// it consumed in one table, indexes included, by one goroutine at a time. Set it
	// before the first call.
	Meter    func(table string, read, write float64)
	metering sync.Mutex

	// Metric, if set, is called with the name and the value of a count that an
	// alarm watches: UnreadableRows, for each row that a read of many rows has
	// skipped; LargeItems, for each write of an item near DynamoDB's limit. Set it before the first call; several goroutines call it at once.
	Metric func(name string, n int)

	// Pause waits before the attempt-th repetition (1, 2, …) of a call: see
	// [Retry]. [New] sets it to a random time that grows.
	Pause func(ctx context.Context, attempt int) error

	// MostBought is how many products a profile keeps in itself: see
	// [profile.Profile.PutBeside]. [New] sets it to [profile.MostBought]; a test may
	// lower it.
	MostBought int

	// WatchFor is how long after a claim a watched send becomes due. [New] sets it
	// to [claim.WatchFor]; a test system may shorten it, but not below the time
	// limit of a function.
	WatchFor time.Duration
}

// New returns a store on the client. Tables that the caller does not use may be
// empty.
func New(client Client, tables Tables) *Store {
	return &Store{client: client, tables: tables, zones: &sync.Map{}, Pause: pause, WatchFor: claim.WatchFor, MostBought: profile.MostBought}
}

var (
	// ErrConflict means that another call changed the item after the caller read
	// it: nothing was written. Read again, decide again; see [Retry].
	ErrConflict = errors.New("the item was changed by another call; read it again and retry")

	// ErrNotFound means that nothing is stored under that key.
	ErrNotFound = errors.New("not found")

	// ErrThrottled means that DynamoDB throttled the call [Attempts] times.
	// Nothing was written; the same call may succeed in some seconds.
	ErrThrottled = errors.New("DynamoDB throttled the request; retry later")
)

// skip reports a row that is left out of a read of many rows because it cannot
// be read: one bad row must cost neither the order that needs it nor the rows
// after it. key names the row, such as a product's ID.
func (s *Store) skip(ctx context.Context, table, key string, err error) {
	slog.ErrorContext(ctx, "a stored row was skipped because it cannot be read; docs/runbooks/unreadable-rows.md says what to do", "table", table, "key", key, "err", err)
	s.metric("UnreadableRows")
}

// largeItem is the size in bytes above which a written item is reported.
// DynamoDB refuses an item above 400 KB.
const largeItem = 300 << 10

// weigh reports an item that is written and near DynamoDB's limit, so that a
// person can act before its writes fail.
func (s *Store) weigh(ctx context.Context, table string, it item) {
	n := size(it)
	if n <= largeItem {
		return
	}
	var key string
	for _, name := range []string{"customer", "order", "coupon", "setting"} {
		if id, ok := it[name].(*types.AttributeValueMemberS); ok {
			key = id.Value
			break
		}
	}
	slog.ErrorContext(ctx, "an item is near DynamoDB's limit of 400 KB; docs/runbooks/large-items.md says what to do", "table", table, "key", key, "bytes", n)
	s.metric("LargeItems")
}

func (s *Store) metric(name string) {
	if s.Metric != nil {
		s.Metric(name, 1)
	}
}

// pause waits a random time below 10, 20, 40, … 640 ms: long enough for the
// transaction that is in the way, which takes about 10 ms, and random, so that
// two calls do not collide again.
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
