package dynamo

import (
	"context"
	"fmt"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// Contact returns the customer's contact and its revision; the zero Contact and
// an empty revision if none is stored.
func (s *Store) Contact(ctx context.Context, id shop.CustomerID) (c frequency.Contact, rev Rev, err error) {
	if rev, err = s.customer(ctx, keyOfContact(id), &c); err != nil {
		return frequency.Contact{}, "", fmt.Errorf("read contact of %s: %w", id, err)
	}
	return c, rev, nil
}

// UpdateContact replaces the customer's contact with the result of change,
// unless that returns false. It calls change again with the newer contact if
// another call changed it first, so change must depend only on its argument. If
// the answer to a write is lost, the change may be made a second time, on a
// contact that other calls have changed since: so change must merge, as
// [frequency.Contact.WithConsent] does. After [Attempts] conflicts
// UpdateContact fails with [ErrConflict].
func (s *Store) UpdateContact(ctx context.Context, id shop.CustomerID, change func(frequency.Contact) (frequency.Contact, bool)) error {
	err := updateCustomer(ctx, s, keyOfContact(id), change)
	if err != nil {
		return fmt.Errorf("change contact of %s: %w", id, err)
	}
	return nil
}
