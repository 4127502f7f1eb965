package dynamo

import (
	"context"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Profile returns the customer's profile, with all sums beside it, and its revision;
// the zero Profile and an empty revision if none is stored.
func (s *Store) Profile(ctx context.Context, id shop.CustomerID) (profile.Profile, Rev, error) {
	return s.profile(ctx, id, nil)
}

// ProfileAbout is [Store.Profile] with the sums of these products at least. What it
// costs does not grow with the number of products that the customer ever bought.
func (s *Store) ProfileAbout(ctx context.Context, id shop.CustomerID, products []shop.ProductID) (profile.Profile, Rev, error) {
	return s.profile(ctx, id, append(noProducts, products...)) // not nil: that would be all
}

func (s *Store) profile(ctx context.Context, id shop.CustomerID, products []shop.ProductID) (p profile.Profile, rev Rev, err error) {
	err = s.retryRead(ctx, func() (err error) {
		p = profile.Profile{}
		if rev, err = s.customer(ctx, keyOfProfile(id), &p); err == nil {
			p, err = s.withBought(ctx, id, p, products)
		}
		return err
	})
	if err != nil {
		return profile.Profile{}, "", fmt.Errorf("read profile of %s: %w", id, err)
	}
	return p, rev, nil
}

// Profiles calls visit with the profiles of one page, for planning and
// learning. It leaves out sign-ups, which are no customers yet. It logs and skips a
// profile that cannot be read, so that one bad row does not stop a run for all customers.
// Each has all sums beside it: they cost one more read each for customers with many products.
// It returns the cursor of the next page. An error of visit ends the listing.
func (s *Store) Profiles(ctx context.Context, page Page, visit func(profile.Profile) error) (Cursor, error) {
	return s.profiles(ctx, page, s.whole, visit)
}

// ProfilesAlone is [Store.Profiles] without the sums beside the profiles, and with those
// that cannot be read because of them.
func (s *Store) ProfilesAlone(ctx context.Context, page Page, visit func(profile.Profile) error) (Cursor, error) {
	alone := func(_ context.Context, _ shop.CustomerID, of stored[profile.Profile]) (stored[profile.Profile], error) {
		return of, nil
	}
	return s.profiles(ctx, page, alone, visit)
}

func (s *Store) profiles(ctx context.Context, page Page, with func(context.Context, shop.CustomerID, stored[profile.Profile]) (stored[profile.Profile], error), visit func(profile.Profile) error) (Cursor, error) {
	e := build(expression.NewBuilder().WithFilter(expression.Name("kind").Equal(expression.Value(kindProfile))))
	in := &dynamodb.ScanInput{
		TableName: &s.tables.Customers, FilterExpression: e.Filter(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}
	next, err := s.scan(ctx, in, page, func(m item) error {
		leaveOut := func(err error) error {
			if page.Broken == nil {
				page.Broken = func(Broken) error { return nil }
			}
			return s.broken(ctx, page, s.tables.Customers, m, err)
		}
		of, err := s.listed(m)
		if err != nil {
			return leaveOut(err)
		}
		id := of.value.ID
		if id.IsSignUp() {
			return nil
		}
		if of, err = with(ctx, id, of); err != nil {
			return leaveOut(err)
		}
		if of.rev == "" {
			return nil
		}
		return visit(of.value)
	})
	if err != nil {
		return "", fmt.Errorf("list profiles: %w", err)
	}
	return next, nil
}

// KeepProfiles lets Profiles decode each revision of a profile once, for a program that
// lists the same profiles many times. Such a program must not change what it is given.
func (s *Store) KeepProfiles() { s.kept = &sync.Map{} }

// listed reads the profile of an item.
func (s *Store) listed(m item) (of stored[profile.Profile], err error) {
	if s.kept == nil {
		of.rev, err = readCustomer(m, &of.value)
		return of, err
	}
	var head struct {
		customerKey
		Rev Rev `dynamodbav:"rev"`
	}
	if err := unmarshal(m, &head); err != nil {
		return of, err
	}
	if known, ok := s.kept.Load(head.Customer); ok && known.(stored[profile.Profile]).rev == head.Rev {
		return known.(stored[profile.Profile]), nil
	}
	if of.rev, err = readCustomer(m, &of.value); err == nil {
		s.kept.Store(head.Customer, of)
	}
	return of, err
}
