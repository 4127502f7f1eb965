package past

import (
	"context"
	"maps"
	"slices"
	"time"

	"regulars/infra/ops/importer/spool"
	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// tables is what a group is read from: the store, or what was read ahead of it.
type tables interface {
	contactchange.Profiles
	ErasedAt(ctx context.Context, name string) (time.Time, error)
	OrdersByID(context.Context, []shop.OrderID) (map[shop.OrderID]dynamo.Order, map[shop.OrderID]dynamo.Rev, error)
}

// ahead is the store with what was read for several groups at once. It is as old
// as that read; every write is conditional, and after a conflict the store itself
// is read.
type ahead struct {
	*dynamo.Store
	people dynamo.Customers
	orders map[shop.OrderID]dynamo.Order
	revs   map[shop.OrderID]dynamo.Rev
	known  map[shop.OrderID]bool // that were asked for
}

func (w Writer) readAhead(ctx context.Context, groups []spool.Group) (a ahead, err error) {
	a.Store, a.known = w.Store, map[shop.OrderID]bool{}
	ids, boxes, names := map[shop.CustomerID]bool{}, map[shop.Mailbox]bool{}, map[string]bool{}
	for _, g := range groups {
		for _, item := range g.Items {
			if box := w.Key.Mailbox(item.Address); box != "" {
				boxes[box] = true
			}
			if id := item.Customer; id != "" {
				ids[id], names[w.Key.Customer(id)] = true, true
			}
			if len(item.Facts) > 0 {
				a.known[item.Facts[0].Fact.Order] = true
			}
		}
	}
	if a.people, err = w.Store.Customers(ctx, slices.Collect(maps.Keys(ids)), slices.Collect(maps.Keys(boxes)), slices.Collect(maps.Keys(names))); err != nil {
		return a, err
	}
	a.orders, a.revs, err = w.Store.OrdersByID(ctx, slices.Collect(maps.Keys(a.known)))
	return a, err
}

func (a ahead) Profile(ctx context.Context, id shop.CustomerID) (profile.Profile, dynamo.Rev, error) {
	if p, rev, ok := a.people.Profile(id); ok {
		return p, rev, nil
	}
	return a.Store.Profile(ctx, id)
}

func (a ahead) Contact(ctx context.Context, id shop.CustomerID) (frequency.Contact, dynamo.Rev, error) {
	if c, rev, ok := a.people.Contact(id); ok && !c.HasMoved(id) {
		return c, rev, nil
	}
	return a.Store.Contact(ctx, id)
}

func (a ahead) MailboxContact(ctx context.Context, box shop.Mailbox) (frequency.Contact, dynamo.Rev, error) {
	if c, rev, ok := a.people.MailboxContact(box); ok {
		return c, rev, nil
	}
	return a.Store.MailboxContact(ctx, box)
}

func (a ahead) ErasedAt(ctx context.Context, name string) (time.Time, error) {
	if at, ok := a.people.ErasedAt(name); ok {
		return at, nil
	}
	return a.Store.ErasedAt(ctx, name)
}

func (a ahead) OrdersByID(ctx context.Context, ids []shop.OrderID) (map[shop.OrderID]dynamo.Order, map[shop.OrderID]dynamo.Rev, error) {
	if slices.ContainsFunc(ids, func(id shop.OrderID) bool { return !a.known[id] }) {
		return a.Store.OrdersByID(ctx, ids)
	}
	return a.orders, a.revs, nil
}
