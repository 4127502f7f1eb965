package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Profile returns the customer's profile and its revision; the zero Profile and
// an empty revision where none is stored.
func (s *Store) Profile(ctx context.Context, id shop.CustomerID) (p profile.Profile, rev Rev, err error) {
	if rev, err = s.customer(ctx, keyOfProfile(id), &p); err != nil {
		return profile.Profile{}, "", fmt.Errorf("read profile of %s: %w", id, err)
	}
	return p, rev, nil
}

// UpdateProfile replaces the customer's profile with what change makes of it, as
// [Store.UpdateContact] does with the contact, for what no order tells. It fails
// with [ErrConflict] after several defeats.
func (s *Store) UpdateProfile(ctx context.Context, id shop.CustomerID, change func(profile.Profile) (profile.Profile, bool)) error {
	if err := updateCustomer(ctx, s, keyOfProfile(id), change); err != nil {
		return fmt.Errorf("change profile of %s: %w", id, err)
	}
	return nil
}

// Profiles gives the profiles of one page to visit, for planning. It returns
// where to go on. What visit fails with ends the listing.
func (s *Store) Profiles(ctx context.Context, page Page, visit func(profile.Profile) error) (Cursor, error) {
	e := build(expression.NewBuilder().WithFilter(expression.Name("kind").Equal(expression.Value(kindProfile))))
	in := &dynamodb.ScanInput{
		TableName: &s.tables.Customers, FilterExpression: e.Filter(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}
	next, err := s.scan(ctx, in, page, func(m item) error {
		var p profile.Profile
		if _, err := readCustomer(m, &p); err != nil {
			return err
		}
		return visit(p)
	})
	if err != nil {
		return "", fmt.Errorf("list profiles: %w", err)
	}
	return next, nil
}
