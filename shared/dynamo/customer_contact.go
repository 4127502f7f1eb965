package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// Contact returns the contact that holds for the customer, and its revision: see
// [Store.Snapshot]. It is the zero Contact with an empty revision if none is
// stored.
func (s *Store) Contact(ctx context.Context, id shop.CustomerID) (c frequency.Contact, rev Rev, err error) {
	read, err := s.snapshot(ctx, id, noProducts)
	return read.Contact, read.ContactRev, err
}

// MailboxContact returns the mailbox's contact and its revision; the zero
// Contact and an empty revision if none is stored.
func (s *Store) MailboxContact(ctx context.Context, mailbox shop.Mailbox) (c frequency.Contact, rev Rev, err error) {
	if rev, err = s.customer(ctx, keyOfContact("", mailbox), &c); err != nil {
		return frequency.Contact{}, "", fmt.Errorf("read contact of mailbox %s: %w", mailbox, err)
	}
	return c, rev, nil
}

// UpdateContact replaces the contact that holds for the customer with the result
// of change, unless that returns false. It calls change again with the newer
// contact if another call changed it, or the customer's address, first, so
// change must depend only on its argument. If the answer to a write is lost, the
// change may be made a second time, on a contact that other calls have changed
// since: so change must merge, as [frequency.Contact.WithConsent] does. After
// [Attempts] conflicts UpdateContact fails with [ErrConflict].
func (s *Store) UpdateContact(ctx context.Context, id shop.CustomerID, change func(frequency.Contact) (frequency.Contact, bool)) error {
	err := Retry(ctx, s.Pause, func() error {
		read, err := s.snapshot(ctx, id, noProducts)
		if err != nil {
			return err
		}
		var checks []types.TransactWriteItem
		if read.Profile.Mailbox == "" {
			checks = append(checks, s.profileUnchanged(id, read.ProfileRev))
		}
		return s.changeContact(ctx, keyOfContact(id, read.Profile.Mailbox), read.Contact, read.ContactRev, change, checks...)
	})
	if err != nil {
		return fmt.Errorf("change contact of %s: %w", id, err)
	}
	return nil
}

// UpdateMailbox replaces a mailbox's contact with the result of change, as
// [Store.UpdateContact] does. It does not look at who has this address now: use
// it for what is known of the mailbox itself.
func (s *Store) UpdateMailbox(ctx context.Context, mailbox shop.Mailbox, change func(frequency.Contact) (frequency.Contact, bool)) error {
	if mailbox == "" {
		return errors.New("change contact of a mailbox: no mailbox is given")
	}
	err := Retry(ctx, s.Pause, func() error {
		old, rev, err := s.MailboxContact(ctx, mailbox)
		if err != nil {
			return err
		}
		return s.changeContact(ctx, keyOfContact("", mailbox), old, rev, change)
	})
	if err != nil {
		return fmt.Errorf("change contact of mailbox %s: %w", mailbox, err)
	}
	return nil
}

// changeContact writes the result of change over the contact that was read, if
// the checks hold. It fails with [ErrConflict] if another call changed it.
func (s *Store) changeContact(ctx context.Context, key customerKey, old frequency.Contact, rev Rev, change func(frequency.Contact) (frequency.Contact, bool), checks ...types.TransactWriteItem) error {
	changed, ok := change(old)
	it := contactItemOf(key, changed)
	if !ok || it.Rev == rev {
		return nil
	}
	var err error
	if len(checks) > 0 {
		err = s.transact(ctx, append(checks, putAt(s.tables.Customers, it, "customer", rev))...)
	} else {
		err = s.saveAlone(ctx, s.tables.Customers, it, "customer", rev, it.Rev)
	}
	return s.readBack(ctx, err, func() (bool, error) {
		stored, err := s.customer(ctx, key, new(frequency.Contact))
		return stored == it.Rev, err
	})
}

// profileUnchanged is the condition in a transaction that the customer's profile
// has that revision. A write of a customer's own contact needs it, because the
// contact is added to a mailbox's, and emptied, when the profile gets a mailbox.
func (s *Store) profileUnchanged(id shop.CustomerID, rev Rev) types.TransactWriteItem {
	return s.customerUnchanged(keyOfProfile(id), rev)
}

// customerUnchanged is the condition in a transaction that an item of a customer
// has that revision.
func (s *Store) customerUnchanged(key customerKey, rev Rev) types.TransactWriteItem {
	e := unchanged("customer", rev)
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: &s.tables.Customers, Key: marshal(key), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}
