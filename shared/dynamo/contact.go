package dynamo

import (
	"context"
	"errors"
	"fmt"

	"regulars/shared/cadence"
	"regulars/shared/shop"
)

// Contact returns the customer's contact and its revision; the zero Contact and
// an empty revision where none is stored.
func (s *Store) Contact(ctx context.Context, id shop.CustomerID) (c cadence.Contact, rev Rev, err error) {
	if rev, err = s.customer(ctx, keyOfContact(id), &c); err != nil {
		return cadence.Contact{}, "", fmt.Errorf("read contact of %s: %w", id, err)
	}
	return c, rev, nil
}

// UpdateContact replaces the customer's contact with what change makes of it.
// Where change returns false, nothing is written. It is called again with the
// newer contact each time that another writer came first, so it must only
// depend on its argument. It may also be made a second time on what others made
// of it, where the answer to the first time was lost: so it merges, as
// [cadence.Contact.WithConsent] does. After several defeats UpdateContact fails
// with [ErrConflict].
func (s *Store) UpdateContact(ctx context.Context, id shop.CustomerID, change func(cadence.Contact) (cadence.Contact, bool)) error {
	err := s.updateContact(ctx, id, change)
	if err != nil {
		return fmt.Errorf("change contact of %s: %w", id, err)
	}
	return nil
}

func (s *Store) updateContact(ctx context.Context, id shop.CustomerID, change func(cadence.Contact) (cadence.Contact, bool)) error {
	var old cadence.Contact
	rev, err := s.customer(ctx, keyOfContact(id), &old)
	for attempt := 1; err == nil; attempt++ {
		changed, ok := change(old)
		if !ok {
			return nil
		}
		it := contactItemOf(id, changed)
		if it.Rev == rev {
			return nil
		}
		err = s.putContact(ctx, it, rev)
		var beaten refused
		if !errors.As(err, &beaten) || attempt == patience {
			return err
		}
		if err := s.Pause(ctx, attempt); err != nil {
			return err
		}
		old, rev, err = cadence.Contact{}, "", nil
		if beaten.old != nil { // what beat us came with the refusal: no need to read
			rev, err = readCustomer(beaten.old, &old)
		}
	}
	return err
}

// putContact writes the item where the stored revision is rev.
func (s *Store) putContact(ctx context.Context, it customerItem, rev Rev) error {
	err := s.saveAlone(ctx, s.tables.Customers, it, "customer", rev, it.Rev)
	return s.readBack(ctx, err, func() (bool, error) {
		stored, err := s.customer(ctx, it.customerKey, &cadence.Contact{})
		return stored == it.Rev, err
	})
}
