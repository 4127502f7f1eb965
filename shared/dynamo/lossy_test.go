package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
)

// lossy is one worker's way to the tables: between any two of its calls others
// have their turn, and some of the answers to its writes are lost. It repeats a
// call as the SDK does, under the token of the first attempt.
type lossy struct {
	dynamo.Client
	random *rand.Rand
	turn   func() // lets the others go on
	wire   *wire
	name   string // of the history: no other on these tables has it

	lost int // answers, since the worker last set it to 0
}

// wire holds what was sent, not answered, and is still on its way to the tables.
type wire struct {
	mu     sync.Mutex
	late   []func()
	tokens int

	answers, lost int // of writes, in all and for good
}

// errLost is what a worker hears of a write whose answers are all lost.
var errLost = errors.New("the answer was lost, by order of a test")

// lossRate is how many of 100 answers are lost for good, with all repetitions that
// the SDK makes. As many again are lost only at first.
const lossRate = 5

// answer counts one answer.
func (w *wire) answer(lost bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers++
	if lost {
		w.lost++
	}
}

// delay puts a call on its way.
func (w *wire) delay(do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = append(w.late, do)
}

// arrive lets the i-th call that is on its way have its effect, which nobody hears
// of. It returns false where there are not so many.
func (w *wire) arrive(i int) bool {
	w.mu.Lock()
	if i >= len(w.late) {
		w.mu.Unlock()
		return false
	}
	do := w.late[i]
	w.late = slices.Delete(w.late, i, i+1)
	w.mu.Unlock()
	do()
	return true
}

// token returns one that was never used on these tables.
func (w *wire) token(tables string) *string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens++
	return new(fmt.Sprint(tables, "-", w.tokens))
}

// exchange makes a write, and loses what is to be lost: the request, its answer,
// or the request until later.
func exchange[Out any](l *lossy, write func() (*Out, error)) (*Out, error) {
	l.turn()
	l.wire.arrive(l.random.IntN(8))
	losses := 0
	switch n := l.random.IntN(100); {
	case n < lossRate:
		losses = dynamotest.SDKAttempts
	case n < 2*lossRate:
		losses = 1 + l.random.IntN(dynamotest.SDKAttempts-1)
	}
	l.wire.answer(losses == dynamotest.SDKAttempts)
	for attempt := 1; attempt <= losses; attempt++ {
		l.lost++
		switch l.random.IntN(3) {
		case 0: // the request never arrives
		case 1:
			_, _ = write()
		case 2:
			l.wire.delay(func() { _, _ = write() })
		}
		l.turn()
	}
	if losses == dynamotest.SDKAttempts {
		return nil, errLost
	}
	return write()
}

func (l *lossy) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return exchange(l, func() (*dynamodb.PutItemOutput, error) { return l.Client.PutItem(ctx, in, o...) })
}

func (l *lossy) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return exchange(l, func() (*dynamodb.UpdateItemOutput, error) { return l.Client.UpdateItem(ctx, in, o...) })
}

func (l *lossy) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	sent := *in
	if sent.ClientRequestToken == nil { // as the SDK does, for one call and its repetitions
		sent.ClientRequestToken = l.wire.token(l.name)
	}
	return exchange(l, func() (*dynamodb.TransactWriteItemsOutput, error) {
		return l.Client.TransactWriteItems(ctx, &sent, o...)
	})
}

// GetItem loses answers too: a read-back that fails leaves the outcome open.
func (l *lossy) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	l.turn()
	if l.random.IntN(100) < lossRate {
		return nil, errLost
	}
	return l.Client.GetItem(ctx, in, o...)
}
