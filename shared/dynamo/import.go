package dynamo

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// History is what a shop knew before its first event, already folded.
type History struct {
	Orders   []shop.Order
	Profiles []profile.Profile // each under its own ID
	Contacts map[shop.CustomerID]frequency.Contact

	// Mailbox returns the name of an address's mailbox, such as
	// [mailbox.Key.Mailbox]. If it is set, the profiles get theirs, and their
	// contacts are added to it. nil: each profile is written as it is, and the
	// contacts as the customers' own.
	Mailbox  func(address string) shop.Mailbox `json:"-"`
	Products []shop.Product
}

// Import writes a history, in batches of 25, eight at a time. It overwrites
// stored items, without any condition: call it before the first event. The
// history must not hold an item twice. What is beside a profile that it overwrites
// counts no more. It does not overwrite the contacts of
// mailboxes, but adds to them, so that what a mailbox has said still holds.
//
// If it fails, some items may have been written; all can be imported again.
func (s *Store) Import(ctx context.Context, h History) error {
	var orders, customers, products []item
	for _, o := range h.Orders {
		orders = append(orders, marshal(orderItemOf(Order{Order: o})))
	}
	own := maps.Clone(h.Contacts)
	var shared []profile.Profile // whose contacts are to be added to those of their mailboxes
	for _, p := range h.Profiles {
		if h.Mailbox != nil {
			p.Mailbox = h.Mailbox(p.Email.Value)
		}
		if _, known := own[p.ID]; p.Mailbox != "" && (known || len(p.Issues()) > 0) {
			shared = append(shared, p)
			delete(own, p.ID)
		}
		if err := s.NoteZone(ctx, p); err != nil {
			return err
		}
		customers = append(customers, marshal(profileItemOf(p.ID, p.Whole())))
	}
	for id, c := range own {
		customers = append(customers, marshal(contactItemOf(keyOfContact(id, ""), c)))
	}
	for _, p := range h.Products {
		products = append(products, marshal(withProduct(productItem{}, nil, p)))
	}
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(8)
	for _, part := range []struct {
		table string
		items []item
	}{
		{s.tables.Orders, orders},
		{s.tables.Customers, customers},
		{s.tables.Catalogue, products},
	} {
		for batch := range slices.Chunk(part.items, mostPuts) {
			workers.Go(func() error {
				if err := s.batchPut(ctx, part.table, batch); err != nil {
					return fmt.Errorf("import into %s: %w", part.table, err)
				}
				return nil
			})
		}
	}
	for _, p := range shared {
		workers.Go(func() error {
			return s.UpdateMailbox(ctx, p.Mailbox, func(c frequency.Contact) (frequency.Contact, bool) {
				return c.Adopt(h.Contacts[p.ID], p), true
			})
		})
	}
	return workers.Wait()
}
