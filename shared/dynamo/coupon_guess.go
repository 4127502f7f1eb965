package dynamo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// guessItem counts the codes that somebody tried in vain within one hour of the
// clock. Who it was is kept as a hash.
type guessItem struct {
	couponKey
	Hour  string `dynamodbav:"hour"`
	Count int    `dynamodbav:"count"`
	Gone  int64  `dynamodbav:"gone"` // when DynamoDB may delete it, some days more or less; what counts is the hour
}

// guessesGone is how long after its first code DynamoDB may delete a count: it is
// over by then.
const guessesGone = 2 * time.Hour

func keyOfGuesses(who string) couponKey {
	sum := sha256.Sum256([]byte(who))
	return couponKey{"guess#" + hex.EncodeToString(sum[:16])}
}

func hourOf(now time.Time) string { return now.UTC().Format("2006-01-02T15") }

// Guesses returns how many codes were tried in vain in this hour of the clock,
// by whichever of these tried most. It counts approximately: it is for slowing
// down, and decides nothing else.
func (s *Store) Guesses(ctx context.Context, now time.Time, who ...string) (most int, err error) {
	var keys []item
	for _, w := range who {
		keys = append(keys, marshal(keyOfGuesses(w)))
	}
	err = s.batchGet(ctx, s.tables.Coupons, keys, false, func(m item) error {
		var it guessItem
		err := unmarshal(m, &it)
		if it.Hour == hourOf(now) {
			most = max(most, it.Count)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read guesses: %w", err)
	}
	return most, nil
}

// AddGuesses adds codes that were tried in vain.
func (s *Store) AddGuesses(ctx context.Context, now time.Time, n int, who ...string) error {
	for _, w := range who {
		if err := s.addGuesses(ctx, guessItem{keyOfGuesses(w), hourOf(now), n, now.Add(guessesGone).Unix()}); err != nil {
			return fmt.Errorf("add guesses: %w", err)
		}
	}
	return nil
}

func (s *Store) addGuesses(ctx context.Context, it guessItem) error {
	e := build(expression.NewBuilder().
		WithUpdate(expression.Add(expression.Name("count"), expression.Value(it.Count))).
		WithCondition(expression.Name("hour").Equal(expression.Value(it.Hour))))
	_, err := s.update(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Coupons, Key: marshal(it.couponKey),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if !errors.Is(err, ErrConflict) {
		return err
	}
	return s.put(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Coupons, Item: marshal(it)}) // the first of its hour; of two at once one is not counted
}
