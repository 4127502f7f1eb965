package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// MostPast is the greatest number of orders of one [Past]. A transaction has a
// hundred items and 4 MB at most.
const MostPast = 25

// Past is orders that a customer placed before, and their profile after the
// orders were folded into it, with the revisions that each had when it was read.
type Past struct {
	Customer   shop.CustomerID
	Profile    profile.Profile
	ProfileRev Rev
	Orders     []Order // MostPast at most
	OrderRevs  []Rev   // of Orders, in their order
	Contacts   []ContactChange
	Left       []Left // guests to whom some of the orders belonged until now
}

// Changed reports whether the profile differs from the one that was read, and
// which of the orders do.
func (p Past) Changed() (prof bool, orders []bool) {
	orders = make([]bool, len(p.Orders))
	for i, o := range p.Orders {
		orders[i] = orderItemOf(o).Rev != p.OrderRevs[i]
	}
	return profileItemOf(p.Customer, p.Profile).Rev != p.ProfileRev, orders
}

// SavePast writes the orders, the profiles and the contacts, all or nothing. It
// fails with [ErrConflict] if another call has changed one of them since it was
// read. An order that did not change is not written; its revision is checked. If
// nothing changed, SavePast does nothing.
//
// After an error it is not known whether the items were written: read them again.
func (s *Store) SavePast(ctx context.Context, p Past) error {
	writes := s.writesOfPast(p)
	if len(writes) == 0 {
		return nil
	}
	left, err := s.leave(ctx, p.Left)
	if err != nil {
		return err
	}
	if err := s.NoteZone(ctx, p.Profile); err != nil {
		return err
	}
	if err := s.transact(ctx, append(writes, left...)...); err != nil {
		return fmt.Errorf("save the past of %s: %w", p.Customer, err)
	}
	return nil
}

// writesOfPast returns the writes that save the past, or nil if nothing changed.
func (s *Store) writesOfPast(p Past) (writes []types.TransactWriteItem) {
	prof := profileItemOf(p.Customer, p.Profile)
	changes := len(p.Contacts)
	if prof.Rev != p.ProfileRev {
		writes = append(writes, putAt(s.tables.Customers, prof, "customer", p.ProfileRev))
		changes++
	} else {
		writes = append(writes, s.profileUnchanged(p.Customer, p.ProfileRev))
	}
	for i, o := range p.Orders {
		it := orderItemOf(o)
		if it.Rev == p.OrderRevs[i] {
			continue // the profile has it already
		}
		writes = append(writes, putAt(s.tables.Orders, it, "order", p.OrderRevs[i]))
		changes++
	}
	for _, c := range p.Contacts {
		key := keyOfContact(p.Customer, c.Mailbox)
		if c.Unchanged {
			writes = append(writes, s.customerUnchanged(key, c.Rev))
		} else {
			writes = append(writes, s.putReservation(key, c.Contact, c.Rev))
		}
	}
	if changes == 0 {
		return nil
	}
	return writes
}

// OrdersByID returns the stored ones of these orders, with their revisions. It
// reads consistently, up to a hundred orders at a time.
func (s *Store) OrdersByID(ctx context.Context, ids []shop.OrderID) (map[shop.OrderID]Order, map[shop.OrderID]Rev, error) {
	orders, revs := make(map[shop.OrderID]Order, len(ids)), make(map[shop.OrderID]Rev, len(ids))
	keys := make(map[shop.OrderID]item, len(ids))
	for _, id := range ids {
		keys[id] = marshal(keyOfOrder(id))
	}
	err := s.batchGet(ctx, s.tables.Orders, values(keys), true, func(m item) error {
		var it orderItem
		if err := unmarshal(m, &it); err != nil {
			return err
		}
		o, err := it.order()
		orders[it.Order], revs[it.Order] = o, it.Rev
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read %d orders: %w", len(ids), err)
	}
	return orders, revs, nil
}
