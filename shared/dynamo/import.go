package dynamo

import (
	"context"
	"fmt"
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
	Products []shop.Product
}

// Import writes a history, in batches of 25, eight at a time. It overwrites
// stored items, without any condition: call it before the first event. The
// history must not hold an item twice.
//
// If it fails, some items may have been written; all can be imported again.
func (s *Store) Import(ctx context.Context, h History) error {
	var orders, customers, products []item
	for _, o := range h.Orders {
		orders = append(orders, marshal(orderItemOf(Order{Order: o})))
	}
	for _, p := range h.Profiles {
		customers = append(customers, marshal(profileItemOf(p.ID, p)))
	}
	for id, c := range h.Contacts {
		customers = append(customers, marshal(contactItemOf(id, c)))
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
	return workers.Wait()
}
