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

// Lossy is the client of one worker. Before each of its calls it lets the other
// workers make theirs, and it loses some answers. It repeats a call as the SDK
// does, with the token of the first attempt.
type Lossy struct {
	dynamo.Client
	Random *rand.Rand
	Turn   func() // lets the other workers make calls
	Wire   *Wire
	Name   string // of the history, unique on these tables
	Rivals bool   // some calls meet another transaction, or are throttled, and are not carried out

	Lost  int // lost answers, since the worker last set it to 0
	DieAt int // the worker dies at this call from now, 1 for the next; 0: at none

	dead bool
}

var (
	// ErrLost is the error of a call whose answers are all lost.
	ErrLost = errors.New("the answer was lost (injected by a test)")

	// ErrDead is the error of every call of a worker that has died.
	ErrDead = errors.New("the worker died (injected by a test)")
)

// How many of 100 calls are affected.
const (
	lossRate     = 5 // lose all their answers, those of the SDK's repetitions too; as many again lose only the first
	conflictRate = 4 // meet another transaction
	throttleRate = 1 // are throttled in every attempt of the SDK
)

// Revive lets a dead worker make calls again.
func (l *Lossy) Revive() { l.dead, l.DieAt = false, 0 }

// Died reports whether the worker died since it was last revived.
func (l *Lossy) Died() bool { return l.dead }

// dies counts down to the worker's death and reports whether it is dead.
func (l *Lossy) dies() bool {
	if l.DieAt > 0 {
		l.DieAt--
		l.dead = l.dead || l.DieAt == 0
	}
	return l.dead
}

// hindered returns the error of a call that is not carried out, since it meets
// another transaction or is throttled; nil for other calls.
func (l *Lossy) hindered(conflict error) error {
	if !l.Rivals {
		return nil
	}
	switch n := l.Random.IntN(100); {
	case n < conflictRate:
		return conflict
	case n < conflictRate+throttleRate:
		return &types.ProvisionedThroughputExceededException{Message: aws.String("injected by a test")}
	}
	return nil
}

// exchange makes a write. It may lose the request, lose the answer, or delay
// the request.
func exchange[Out any](l *Lossy, conflict error, write func() (*Out, error)) (*Out, error) {
	l.Turn()
	wasDead := l.dead
	if l.dies() {
		if !wasDead { // its last call is lost, made, or delayed
			l.Lost++
			l.lose(func() { _, _ = write() })
		}
		return nil, ErrDead
	}
	l.Wire.Arrive(l.Random.IntN(8))
	if err := l.hindered(conflict); err != nil {
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

// lose loses the request, loses the answer, or delays the request.
func (l *Lossy) lose(write func()) {
	switch l.Random.IntN(3) {
	case 0: // it never arrives
	case 1:
		write()
	case 2:
		l.Wire.delay(write)
	}
}

// look makes a read. Reads lose answers too: after a failed read back the
// outcome of a write stays unknown.
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
	if sent.ClientRequestToken == nil { // as the SDK does: one token for a call and its repetitions
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

var inTheWay = &types.TransactionConflictException{Message: aws.String("injected by a test")}

// cancelledBy returns the error of a transaction with that number of writes if
// another transaction is changing one of its items.
func cancelledBy(writes int) error {
	reasons := make([]types.CancellationReason, writes)
	for i := range reasons {
		reasons[i].Code = aws.String("None")
	}
	reasons[writes-1].Code = aws.String("TransactionConflict")
	return &types.TransactionCanceledException{Message: aws.String(fmt.Sprint(writes, " writes (injected by a test)")), CancellationReasons: reasons}
}
