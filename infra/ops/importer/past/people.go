package past

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"regulars/infra/ops/importer/shape"
	"regulars/shared/shop"
)

// byCustomer sorts the items of one mailbox by customer. A row without an ID
// belongs to the only customer that has one, or to the guest of the address. If
// the address is in a list of suppressed ones, no yes of the import counts.
func byCustomer(items []shape.Item, suppressed bool, r *Result) map[shop.CustomerID]*person {
	var only shop.CustomerID
	one := true
	for _, item := range items {
		if id := item.Customer; id != "" && !id.IsGuest() {
			one = one && (only == "" || only == id)
			only = id
		}
	}
	people := map[shop.CustomerID]*person{}
	rows := map[int][]shape.Item{}
	for _, item := range items {
		id := item.Customer
		if id.IsGuest() && only != "" && one {
			id = only
		}
		if item.Contact == nil && len(item.Facts) == 0 {
			continue
		}
		if people[id] == nil {
			people[id] = &person{}
		}
		p := people[id]
		if item.Contact == nil {
			p.orders = append(p.orders, ownedBy(item, id))
			continue
		}
		rows[item.File] = append(rows[item.File], item)
		p.contacts = append(p.contacts, item)
		for _, s := range item.Contact.Consents {
			if s.Given && suppressed {
				continue
			}
			p.said = append(p.said, statement{s, item.Undated})
		}
	}
	for _, p := range people {
		p.orders = combined(p.orders, r)
	}
	for _, file := range slices.Sorted(maps.Keys(rows)) {
		if len(rows[file]) > 1 && rows[file][0].Address != "" {
			r.Duplicates = append(r.Duplicates, rows[file])
		}
	}
	return people
}

// combined returns one item for each order, with the facts of all of its items,
// whose sequence does not matter. Two items that describe one revision of an order in
// different words are refused: the rows of an order have to stand together.
func combined(items []shape.Item, r *Result) (orders []shape.Item) {
	at := map[shop.OrderID]int{}
	for _, item := range items {
		i, known := at[item.Facts[0].Fact.Order]
		switch {
		case !known:
			at[item.Facts[0].Fact.Order], orders = len(orders), append(orders, item)
		case contradict(orders[i], item):
			r.count(shape.Orders, Refused, 1)
			r.Refused = append(r.Refused, Refusal{item, "the rows of this order do not stand together; sort the file by order"})
		default:
			orders[i].Facts = append(slices.Clone(orders[i].Facts), item.Facts...)
		}
	}
	return orders
}

func contradict(a, b shape.Item) bool {
	for _, f := range a.Facts {
		for _, g := range b.Facts {
			if p, q := f.Fact.Placed, g.Fact.Placed; p != nil && q != nil && p.Revision.Equal(q.Revision) && !reflect.DeepEqual(p, q) {
				return true
			}
		}
	}
	return false
}

func withID(c shop.Customer, id shop.CustomerID) shop.Customer {
	c.ID = id
	return c
}

// ownedBy returns an order with the customer whose it is.
func ownedBy(item shape.Item, id shop.CustomerID) shape.Item {
	item.Customer, item.Facts = id, slices.Clone(item.Facts)
	for i, f := range item.Facts {
		if f.Fact.Customer = id; f.Fact.Placed != nil {
			placed := *f.Fact.Placed
			placed.Customer.ID = id
			f.Fact.Placed = &placed
		}
		item.Facts[i] = f
	}
	return item
}

// leaveOutErased takes out of a person what is from before the erasure of the
// customer or of the mailbox: all contacts, and the orders of that time.
func (w Writer) leaveOutErased(ctx context.Context, read tables, id shop.CustomerID, p *person, gone time.Time, r *Result) error {
	if id == "" {
		return nil
	}
	at, err := read.ErasedAt(ctx, w.Key.Customer(id))
	if err != nil {
		return err
	}
	if at.After(gone) {
		gone = at
	}
	if gone.IsZero() {
		return nil
	}
	r.count(shape.Contacts, Erased, len(p.contacts))
	p.contacts, p.said = nil, nil
	before := len(p.orders)
	p.orders = slices.DeleteFunc(p.orders, func(i shape.Item) bool { return !placedAt(i).After(gone) })
	r.count(shape.Orders, Erased, before-len(p.orders))
	return nil
}

func placedAt(item shape.Item) time.Time {
	for _, f := range item.Facts {
		if f.Fact.Placed != nil {
			return f.Fact.Placed.At
		}
	}
	return item.Facts[0].At
}
