package dynamotest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/dynamo"
)

// Lossy is one worker's way to the tables: between any two of its calls others
// have their turn, and some of the answers to its writes are lost. It repeats a
// call as the SDK does, under the token of the first attempt.
type Lossy struct {
	dynamo.Client
	Random *rand.Rand
	Turn   func() // lets the others go on
	Wire   *Wire
	Name   string // of the history: no other on these tables has it
	Rivals bool   // some calls meet a rival's transaction, or are throttled, and are not carried out

	Lost  int // answers, since the worker last set it to 0
	DieAt int // the worker dies at this call from now, 1 for the next; 0: it lives

	dead bool
}

var (
	// ErrLost is what a worker hears of a call whose answers are all lost.
	ErrLost = errors.New("the answer was lost, by order of a test")

	// ErrDead is what a worker hears that has died: nothing.
	ErrDead = errors.New("the worker died, by order of a test")
)

// Of 100 calls, so many
const (
	lossRate     = 5 // lose their answers for good, with all repetitions that the SDK makes; as many again only at first
	rivalRate    = 4 // meet a rival
	throttleRate = 1 // are put off by DynamoDB, beyond the SDK's patience
)

// Revive gives the worker another life.
func (l *Lossy) Revive() { l.dead, l.DieAt = false, 0 }

// Died reports whether the worker died since it was last revived.
func (l *Lossy) Died() bool { return l.dead }

// dies counts down to the worker's death.
func (l *Lossy) dies() bool {
	if l.DieAt > 0 {
		l.DieAt--
		l.dead = l.dead || l.DieAt == 0
	}
	return l.dead
}

// hindered returns what a rival or DynamoDB itself does to a call: it is not
// carried out.
func (l *Lossy) hindered(rival error) error {
	if !l.Rivals {
		return nil
	}
	switch n := l.Random.IntN(100); {
	case n < rivalRate:
		return rival
	case n < rivalRate+throttleRate:
		return &types.ProvisionedThroughputExceededException{Message: aws.String("by order of a test")}
	}
	return nil
}

// exchange makes a write, and loses what is to be lost: the request, its answer,
// or the request until later.
func exchange[Out any](l *Lossy, rival error, write func() (*Out, error)) (*Out, error) {
	l.Turn()
	wasDead := l.dead
	if l.dies() {
		if !wasDead { // what it asked for last is done, or not, or on its way
			l.Lost++
			l.lose(func() { _, _ = write() })
		}
		return nil, ErrDead
	}
	l.Wire.Arrive(l.Random.IntN(8))
	if err := l.hindered(rival); err != nil {
		return nil, err
	}
	losses := 0
	switch n := l.Random.IntN(100); {
	case n < lossRate:
		losses = SDKAttempts
	case n < 2*lossRate:
		losses = 1 + l.Random.IntN(SDKAttempts-1)
	}
	l.Wire.answer(losses == SDKAttempts)
	for attempt := 1; attempt <= losses; attempt++ {
		l.Lost++
		l.lose(func() { _, _ = write() })
		l.Turn()
	}
	if losses == SDKAttempts {
		return nil, ErrLost
	}
	return write()
}

// lose loses a request before it arrives, its answer, or the request until later.
func (l *Lossy) lose(write func()) {
	switch l.Random.IntN(3) {
	case 0: // it never arrives
	case 1:
		write()
	case 2:
		l.Wire.delay(write)
	}
}

// look makes a read. Reads lose answers too: a read-back that fails leaves the
// outcome open.
func look[Out any](l *Lossy, read func() (*Out, error)) (*Out, error) {
	l.Turn()
	if l.dies() {
		return nil, ErrDead
	}
	if l.Random.IntN(100) < lossRate {
		return nil, ErrLost
	}
	return read()
}

// PutItem may lose its answer.
func (l *Lossy) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return exchange(l, inTheWay, func() (*dynamodb.PutItemOutput, error) { return l.Client.PutItem(ctx, in, o...) })
}

// UpdateItem may lose its answer.
func (l *Lossy) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return exchange(l, inTheWay, func() (*dynamodb.UpdateItemOutput, error) { return l.Client.UpdateItem(ctx, in, o...) })
}

// TransactWriteItems may lose its answer.
func (l *Lossy) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	sent := *in
	if sent.ClientRequestToken == nil { // as the SDK does, for one call and its repetitions
		sent.ClientRequestToken = l.Wire.token(l.Name)
	}
	return exchange(l, cancelledBy(len(in.TransactItems)), func() (*dynamodb.TransactWriteItemsOutput, error) {
		return l.Client.TransactWriteItems(ctx, &sent, o...)
	})
}

// GetItem may lose its answer.
func (l *Lossy) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return look(l, func() (*dynamodb.GetItemOutput, error) { return l.Client.GetItem(ctx, in, o...) })
}

// BatchGetItem may lose its answer.
func (l *Lossy) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return look(l, func() (*dynamodb.BatchGetItemOutput, error) { return l.Client.BatchGetItem(ctx, in, o...) })
}

// Query may lose its answer.
func (l *Lossy) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return look(l, func() (*dynamodb.QueryOutput, error) { return l.Client.Query(ctx, in, o...) })
}

// Scan may lose its answer.
func (l *Lossy) Scan(ctx context.Context, in *dynamodb.ScanInput, o ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return look(l, func() (*dynamodb.ScanOutput, error) { return l.Client.Scan(ctx, in, o...) })
}

var inTheWay = &types.TransactionConflictException{Message: aws.String("by order of a test")}

// cancelledBy is what a transaction of so many writes hears of a rival on one of
// its items.
func cancelledBy(writes int) error {
	reasons := make([]types.CancellationReason, writes)
	for i := range reasons {
		reasons[i].Code = aws.String("None")
	}
	reasons[writes-1].Code = aws.String("TransactionConflict")
	return &types.TransactionCanceledException{Message: aws.String(fmt.Sprint(writes, " writes, by order of a test")), CancellationReasons: reasons}
}
