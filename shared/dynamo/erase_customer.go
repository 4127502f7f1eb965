package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/shop"
)

// kindErased is the kind of the item that says when a customer was erased. Its
// partition key is [shop.ErasedPrefix] and a keyed hash of the customer's ID.
const kindErased = "ERASED"

type erasedItem struct {
	customerKey
	At stamp `dynamodbav:"at"`
}

func keyOfErased(name string) customerKey {
	return customerKey{shop.CustomerID(shop.ErasedPrefix + name), kindErased}
}

// SaveErased stores when the customer with that keyed hash was erased, unless a
// later erasure is stored.
func (s *Store) SaveErased(ctx context.Context, name string, at time.Time) error {
	it := erasedItem{keyOfErased(name), stampOf(at)}
	e := where(expression.AttributeNotExists(expression.Name("customer")).Or(expression.Name("at").LessThan(expression.Value(it.At))))
	err := s.put(ctx, &dynamodb.PutItemInput{
		TableName: &s.tables.Customers, Item: marshal(it), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if errors.Is(err, ErrConflict) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("store that a customer was erased: %w", err)
	}
	return nil
}

// ErasedAt returns when the customer with that keyed hash was erased last; the
// zero time if never.
func (s *Store) ErasedAt(ctx context.Context, name string) (time.Time, error) {
	m, err := s.get(ctx, s.tables.Customers, keyOfErased(name))
	var it erasedItem
	if err == nil && m != nil {
		err = unmarshal(m, &it)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read when a customer was erased: %w", err)
	}
	return it.At.time(), nil
}

// DeleteCustomer deletes the customer's profile, if that revision is stored, and
// what is beside it and the customer's own contact, but not that of a mailbox. It
// fails with [ErrConflict] if another call has changed the profile.
func (s *Store) DeleteCustomer(ctx context.Context, id shop.CustomerID, rev Rev) error {
	e := unchanged("customer", rev)
	return s.deleteCustomer(ctx, id, types.Delete{
		ConditionExpression: e.Condition(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
}

// deleteCustomer deletes the profile, on the condition of the delete if it has one, with
// what is beside it and the customer's own contact.
func (s *Store) deleteCustomer(ctx context.Context, id shop.CustomerID, profile types.Delete) error {
	beside, err := s.deleteBought(ctx, id)
	if err != nil {
		return fmt.Errorf("delete customer %s: %w", id, err)
	}
	profile.TableName, profile.Key = &s.tables.Customers, marshal(keyOfProfile(id))
	err = s.transact(ctx, append(beside,
		types.TransactWriteItem{Delete: &profile},
		types.TransactWriteItem{Delete: &types.Delete{TableName: &s.tables.Customers, Key: marshal(customerKey{id, kindContact})}})...)
	if err != nil {
		return fmt.Errorf("delete customer %s: %w", id, err)
	}
	return nil
}
