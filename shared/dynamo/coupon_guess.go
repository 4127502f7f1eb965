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

// guessItem counts the wrong codes that one customer or client address tried
// within one hour of the clock. The key holds a hash of the customer or
// address.
type guessItem struct {
	couponKey
	Hour  string `dynamodbav:"hour"`
	Count int    `dynamodbav:"count"`
	Gone  int64  `dynamodbav:"gone"` // DynamoDB may delete it some days after that time; only Hour decides
}

// guessesGone is how long after its first code DynamoDB may delete a count: its
// hour has ended by then.
const guessesGone = 2 * time.Hour

func keyOfGuesses(who string) couponKey {
	sum := sha256.Sum256([]byte(who))
	return couponKey{"guess#" + hex.EncodeToString(sum[:16])}
}

func hourOf(now time.Time) string { return now.UTC().Format("2006-01-02T15") }

// Guesses returns the highest count of wrong codes of these customers and
// addresses in this hour of the clock. The count is approximate: use it only to
// slow down guessing.
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
		return 0, fmt.Errorf("read the counts of wrong codes: %w", err)
	}
	return most, nil
}

// AddGuesses adds n wrong codes to the count of each of these customers and
// addresses.
func (s *Store) AddGuesses(ctx context.Context, now time.Time, n int, who ...string) error {
	for _, w := range who {
		if err := s.addGuesses(ctx, guessItem{keyOfGuesses(w), hourOf(now), n, now.Add(guessesGone).Unix()}); err != nil {
			return fmt.Errorf("count wrong codes: %w", err)
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
	return s.put(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Coupons, Item: marshal(it)}) // the first of its hour; of two calls at once one is not counted
}
