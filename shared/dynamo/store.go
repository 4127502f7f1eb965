package dynamo

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Tables names the tables; the deployment decides how they are called.
type Tables struct {
	Customers, Orders, Catalogue, Sends, Coupons, Settings string
}

// Store reads and writes the tables of the package comment. It may be used by
// many goroutines at once.
type Store struct {
	client *dynamodb.Client
	tables Tables

	// Meter, where it is set, is told what each call consumed, indexes
	// included: read and write units of one table. Set it before the first call;
	// it is called from many goroutines.
	Meter func(table string, read, write float64)

	// pause waits before the attempt-th repetition (1, 2, …) of a call that
	// DynamoDB put off.
	pause func(ctx context.Context, attempt int) error
}

// New returns a store on the client. Tables that the caller never touches may
// stay unnamed.
func New(client *dynamodb.Client, tables Tables) *Store {
	return &Store{client: client, tables: tables, pause: pause}
}

var (
	// ErrConflict means that what is stored is no longer what the caller read:
	// nothing was written. Read again, decide again.
	ErrConflict = errors.New("it changed meanwhile")

	// ErrNotFound means that nothing is stored under that name.
	ErrNotFound = errors.New("not found")

	// ErrThrottled means that DynamoDB put the call off until patience ran out.
	// Nothing was written; the same call may succeed in some seconds.
	ErrThrottled = errors.New("the table is too busy")
)

// patience is how often a call that DynamoDB put off is made in all, and how
// often a compare-and-swap loop tries. With pause, it lasts about two seconds.
const patience = 8

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
