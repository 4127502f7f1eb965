package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// signUpItem is a sign-up that is not confirmed yet. DynamoDB may delete it some
// days after Gone; only its own time decides.
type signUpItem struct {
	customerItem
	Gone int64 `dynamodbav:"gone"`
}

// SaveSignUp stores the profile of a sign-up if the stored one has that revision,
// and returns the new revision. It fails with [ErrConflict] if another call has
// changed it.
func (s *Store) SaveSignUp(ctx context.Context, p profile.Profile, rev Rev) (Rev, error) {
	it := signUpItem{profileItemOf(p.ID, p), p.SignUp.At.Add(profile.ConfirmWithin).Unix()}
	if err := s.saveAlone(ctx, s.tables.Customers, it, "customer", rev, it.Rev); err != nil {
		return "", fmt.Errorf("save a sign-up: %w", err)
	}
	return it.Rev, nil
}

// kindCount is the kind of an item that counts the sign-ups of one network in one
// hour of the clock, under a key of [shop.SignUpPrefix].
const kindCount = "COUNT"

// CountSignUp counts one sign-up of the network in this hour of the clock, and
// returns the count. The network is a keyed hash. If an answer of DynamoDB was
// lost, one sign-up can count twice.
func (s *Store) CountSignUp(ctx context.Context, network string, now time.Time) (int, error) {
	key := customerKey{shop.CustomerID(shop.SignUpPrefix + "network:" + network + ":" + hourOf(now)), kindCount}
	e := build(expression.NewBuilder().WithUpdate(expression.
		Add(expression.Name("count"), expression.Value(1)).
		Set(expression.Name("gone"), expression.Value(now.Add(guessesGone).Unix()))))
	changed, err := s.update(ctx, &dynamodb.UpdateItemInput{
		ReturnValues: types.ReturnValueAllNew,
		TableName:    &s.tables.Customers, Key: marshal(key), UpdateExpression: e.Update(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if err != nil {
		return 0, fmt.Errorf("count the sign-ups of a network: %w", err)
	}
	var it struct {
		Count int `dynamodbav:"count"`
	}
	err = unmarshal(changed, &it)
	return it.Count, err
}
