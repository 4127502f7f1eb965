package dynamo

import (
	"context"
	"fmt"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// Contact returns the customer's contact and its revision; the zero Contact and
// an empty revision where none is stored.
func (s *Store) Contact(ctx context.Context, id shop.CustomerID) (c frequency.Contact, rev Rev, err error) {
	if rev, err = s.customer(ctx, keyOfContact(id), &c); err != nil {
		return frequency.Contact{}, "", fmt.Errorf("read contact of %s: %w", id, err)
	}
	return c, rev, nil
}

// UpdateContact replaces the customer's contact with what change makes of it.
// Where change returns false, nothing is written. It is called again with the
// newer contact each time that another writer came first, so it must only
// depend on its argument. It may also be made a second time on what others made
// of it, where the answer to the first time was lost: so it merges, as
// [frequency.Contact.WithConsent] does. After several defeats UpdateContact fails
// with [ErrConflict].
func (s *Store) UpdateContact(ctx context.Context, id shop.CustomerID, change func(frequency.Contact) (frequency.Contact, bool)) error {
	err := updateCustomer(ctx, s, keyOfContact(id), change)
	if err != nil {
		return fmt.Errorf("change contact of %s: %w", id, err)
	}
	return nil
}
