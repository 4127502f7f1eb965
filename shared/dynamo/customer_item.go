package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// customerKey is the key of one of the two items of a customer.
type customerKey struct {
	Customer shop.CustomerID `dynamodbav:"customer"`
	Kind     string          `dynamodbav:"kind"`
}

const (
	kindContact = "CONTACT"
	kindProfile = "PROFILE"
)

// keyOfContact returns the key of the mailbox's contact or, without a mailbox,
// of the customer's own.
func keyOfContact(id shop.CustomerID, mailbox shop.Mailbox) customerKey {
	if mailbox != "" {
		id = shop.CustomerID(shop.MailboxPrefix + mailbox)
	}
	return customerKey{id, kindContact}
}

func keyOfProfile(id shop.CustomerID) customerKey { return customerKey{id, kindProfile} }

type customerItem struct {
	customerKey
	Rev  Rev  `dynamodbav:"rev"`
	Body body `dynamodbav:"body"`
}

func contactItemOf(key customerKey, c frequency.Contact) customerItem {
	b, rev := bodyOf(c)
	return customerItem{customerKey: key, Rev: rev, Body: b}
}

func profileItemOf(id shop.CustomerID, p profile.Profile) customerItem {
	b, rev := bodyOf(profile.Packed(p))
	return customerItem{customerKey: keyOfProfile(id), Rev: rev, Body: b}
}

// customer reads one item of a customer into v and returns its revision. If
// there is none, it leaves v as it is.
func (s *Store) customer(ctx context.Context, key customerKey, v any) (Rev, error) {
	m, err := s.get(ctx, s.tables.Customers, key)
	if err != nil || m == nil {
		return "", err
	}
	return readCustomer(m, v)
}

func readCustomer(m item, v any) (Rev, error) {
	var it customerItem
	if err := unmarshal(m, &it); err != nil {
		return "", err
	}
	if p, ok := v.(*profile.Profile); ok {
		v = (*profile.Packed)(p)
	}
	return it.Rev, it.Body.read(v)
}

// Snapshot is a customer's profile and the contact that holds for them: that of
// the profile's mailbox or, without one, the customer's own.
type Snapshot struct {
	Profile    profile.Profile
	ProfileRev Rev
	Contact    frequency.Contact
	ContactRev Rev
	Bytes      int // of both items, as DynamoDB counts them; up to 4096 of each cost one read unit
}

// Snapshot returns the customer's profile, with all sums beside it, and contact by two
// consistent reads, or three if there are such sums. An item that is not stored is zero,
// with an empty revision.
//
// Each item is the newest, but the two need not be of one instant: a decision
// that depends on the contact must name its revision in the write. If the
// contact names the customer as moved, the profile was old: Snapshot reads both
// again, and fails with [ErrConflict] after [Attempts] times.
func (s *Store) Snapshot(ctx context.Context, id shop.CustomerID) (Snapshot, error) {
	return s.snapshot(ctx, id, nil)
}

// snapshot is Snapshot with the sums of these products beside the profile, or with
// all of them if products is nil.
func (s *Store) snapshot(ctx context.Context, id shop.CustomerID, products []shop.ProductID) (Snapshot, error) {
	var snapshot Snapshot
	err := s.retryRead(ctx, func() (err error) {
		if snapshot, err = s.together(ctx, id); err == nil {
			snapshot.Profile, err = s.withBought(ctx, id, snapshot.Profile, products)
		}
		return err
	})
	if err != nil {
		return Snapshot{}, fmt.Errorf("read customer %s: %w", id, err)
	}
	return snapshot, nil
}

// together returns the customer's profile and the contact that holds for them. It
// fails with [ErrConflict] if the contact names the customer as moved.
func (s *Store) together(ctx context.Context, id shop.CustomerID) (Snapshot, error) {
	snapshot, err := s.partition(ctx, id)
	if err != nil || snapshot.Profile.Mailbox == "" {
		return snapshot, err
	}
	m, err := s.get(ctx, s.tables.Customers, keyOfContact(id, snapshot.Profile.Mailbox))
	snapshot.Contact, snapshot.ContactRev = frequency.Contact{}, ""
	if err != nil || m == nil {
		return snapshot, err
	}
	snapshot.Bytes += size(m)
	if snapshot.ContactRev, err = readCustomer(m, &snapshot.Contact); err == nil && snapshot.Contact.HasMoved(id) {
		err = fmt.Errorf("the customer's address changed during the read: %w", ErrConflict)
	}
	return snapshot, err
}

// noProducts asks for a profile without the sums beside it.
var noProducts = []shop.ProductID{}

// partition returns both items of a customer's partition, by one query.
func (s *Store) partition(ctx context.Context, id shop.CustomerID) (Snapshot, error) {
	var snapshot Snapshot
	out, err := s.query(ctx, &dynamodb.QueryInput{ // two items of 400 KB at most: always one page of 1 MB
		TableName: &s.tables.Customers, ConsistentRead: new(true),
		KeyConditionExpression: new("customer = :id AND kind BETWEEN :contact AND :profile"),
		ExpressionAttributeValues: item{
			":id":      &types.AttributeValueMemberS{Value: string(id)},
			":contact": &types.AttributeValueMemberS{Value: kindContact},
			":profile": &types.AttributeValueMemberS{Value: kindProfile},
		},
	})
	if err != nil {
		return snapshot, err
	}
	for _, m := range out.Items {
		snapshot.Bytes += size(m)
		kind := textIn(m["kind"])
		switch kind {
		case kindContact:
			snapshot.ContactRev, err = readCustomer(m, &snapshot.Contact)
		case kindProfile:
			snapshot.ProfileRev, err = readCustomer(m, &snapshot.Profile)
		}
		if err != nil {
			return snapshot, fmt.Errorf("%s: %w", kind, err)
		}
	}
	return snapshot, nil
}

// size returns how many bytes DynamoDB counts for an item of text and binary
// attributes: the names and the values.
func size(m item) int {
	n := 0
	for name, value := range m {
		n += len(name)
		switch value := value.(type) {
		case *types.AttributeValueMemberS:
			n += len(value.Value)
		case *types.AttributeValueMemberB:
			n += len(value.Value)
		}
	}
	return n
}
