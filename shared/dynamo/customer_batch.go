package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Customers is what [Store.Customers] has read. What was asked for and is not
// stored is zero, with an empty revision.
type Customers struct {
	profiles  map[shop.CustomerID]stored[profile.Profile]
	own       map[shop.CustomerID]stored[frequency.Contact]
	mailboxes map[shop.Mailbox]stored[frequency.Contact]
	erased    map[string]time.Time
}

type stored[T any] struct {
	value T
	rev   Rev
}

// Customers reads the profiles and the own contacts of these customers, the
// contacts of these mailboxes, and when the customers with these keyed hashes
// were erased, a hundred items at a time; and what is beside the profiles. Each item is
// the newest at its read; a write must name its revision. It logs and leaves out what
// cannot be read: an item, and a profile because of what is beside it.
func (s *Store) Customers(ctx context.Context, ids []shop.CustomerID, mailboxes []shop.Mailbox, names []string) (Customers, error) {
	c := Customers{
		map[shop.CustomerID]stored[profile.Profile]{},
		map[shop.CustomerID]stored[frequency.Contact]{},
		map[shop.Mailbox]stored[frequency.Contact]{},
		map[string]time.Time{},
	}
	keys, read := map[customerKey]item{}, map[customerKey]func(item) error{}
	add := func(key customerKey, into func(item) error, leaveOut func()) {
		keys[key] = marshal(key)
		read[key] = func(m item) error {
			err := into(m)
			if errors.Is(err, ErrUnreadable) {
				s.skip(ctx, s.tables.Customers, string(key.Customer)+" "+key.Kind, err)
				leaveOut()
				return nil
			}
			return err
		}
	}
	for _, id := range ids {
		c.profiles[id], c.own[id] = stored[profile.Profile]{}, stored[frequency.Contact]{}
		add(keyOfProfile(id), func(m item) (err error) {
			var of stored[profile.Profile]
			of.rev, err = readCustomer(m, &of.value)
			c.profiles[id] = of
			return err
		}, func() { delete(c.profiles, id) })
		add(keyOfContact(id, ""), func(m item) (err error) {
			var of stored[frequency.Contact]
			of.rev, err = readCustomer(m, &of.value)
			c.own[id] = of
			return err
		}, func() { delete(c.own, id) })
	}
	for _, mailbox := range mailboxes {
		c.mailboxes[mailbox] = stored[frequency.Contact]{}
		add(keyOfContact("", mailbox), func(m item) (err error) {
			var of stored[frequency.Contact]
			of.rev, err = readCustomer(m, &of.value)
			c.mailboxes[mailbox] = of
			return err
		}, func() { delete(c.mailboxes, mailbox) })
	}
	for _, name := range names {
		c.erased[name] = time.Time{}
		add(keyOfErased(name), func(m item) error {
			var it erasedItem
			err := unmarshal(m, &it)
			c.erased[name] = it.At.time()
			return err
		}, func() { delete(c.erased, name) })
	}
	err := s.batchGet(ctx, s.tables.Customers, values(keys), true, func(m item) error {
		var key customerKey
		if err := unmarshal(m, &key); err != nil {
			return err
		}
		if err := read[key](m); err != nil {
			return fmt.Errorf("%s of %s: %w", key.Kind, key.Customer, err)
		}
		return nil
	})
	for id, of := range c.profiles {
		if err != nil {
			break
		}
		c.profiles[id], err = s.whole(ctx, id, of)
		if errors.Is(err, ErrUnreadable) {
			s.skip(ctx, s.tables.Customers, string(id), err)
			delete(c.profiles, id)
			err = nil
		}
	}
	if err != nil {
		return Customers{}, fmt.Errorf("read %d customers: %w", len(ids), err)
	}
	return c, nil
}

// Profile returns a profile and its revision; ok is false if it was not asked
// for or was left out.
func (c Customers) Profile(id shop.CustomerID) (p profile.Profile, rev Rev, ok bool) {
	of, ok := c.profiles[id]
	return of.value, of.rev, ok
}

// Contact returns the contact that holds for the customer, and its revision, as
// [Store.Contact] does; ok is false if not all was asked for that it needs.
func (c Customers) Contact(id shop.CustomerID) (contact frequency.Contact, rev Rev, ok bool) {
	of, ok := c.profiles[id]
	if !ok {
		return contact, "", false
	}
	if mailbox := of.value.Mailbox; mailbox != "" {
		return c.MailboxContact(mailbox)
	}
	own, ok := c.own[id]
	return own.value, own.rev, ok
}

// MailboxContact returns a mailbox's contact and its revision; ok is false if it
// was not asked for.
func (c Customers) MailboxContact(mailbox shop.Mailbox) (contact frequency.Contact, rev Rev, ok bool) {
	of, ok := c.mailboxes[mailbox]
	return of.value, of.rev, ok
}

// ErasedAt returns when a customer was erased, by the keyed hash; ok is false if
// that was not asked for.
func (c Customers) ErasedAt(name string) (at time.Time, ok bool) {
	at, ok = c.erased[name]
	return at, ok
}
