package past

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"

	"regulars/infra/ops/importer/shape"
	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// folded is a past that was folded, with the orders that were refused.
type folded struct {
	dynamo.Past
	refused []Refusal
	erased  int          // orders that were erased
	guests  []shop.Order // as they are stored: under a guest, who turns out to be the customer
	person  bool         // the data of the contacts changed the profile
	mailbox bool         // what was said changed the mailbox's contact
}

// fold reads the customer's profile and the orders, and folds the contacts and
// the facts of the orders into them, and what was said into the mailbox's
// contact.
func (w Writer) fold(ctx context.Context, from tables, id shop.CustomerID, p person, items []shape.Item) (f folded, err error) {
	before, rev, err := from.Profile(ctx, id)
	if err != nil {
		return f, err
	}
	f.Customer, f.ProfileRev, f.Profile = id, rev, before
	for _, item := range p.contacts {
		f.Profile = f.Profile.WithContactFact(withID(item.Contact.Customer, id), item.At)
		if item.Birthday != "" {
			f.Profile = f.Profile.WithCustomerFact(shop.CustomerFact{Customer: id, Birthday: &item.Birthday}, item.At)
		}
	}
	f.person = !reflect.DeepEqual(f.Profile, before)
	var ids []shop.OrderID
	for _, item := range items {
		ids = append(ids, item.Facts[0].Fact.Order)
	}
	stored, revs, err := from.OrdersByID(ctx, ids)
	if err != nil {
		return f, err
	}
	for _, item := range items {
		order := item.Facts[0].Fact.Order
		old := stored[order]
		next, err := merged(old, revs[order] == "", item)
		if err == nil && next.Customer != id {
			err = errors.New("the order is stored under another customer, and stays as it is")
		}
		if errors.Is(err, errErased) {
			f.erased++
			continue
		}
		if err != nil {
			f.refused = append(f.refused, Refusal{item, err.Error()})
			continue
		}
		f.Orders, f.OrderRevs = append(f.Orders, next), append(f.OrderRevs, revs[order])
		if old.Customer.IsGuest() && old.Customer != id {
			f.guests = append(f.guests, old.Order)
		}
		if reflect.DeepEqual(next, old) {
			continue
		}
		step := old.Order
		for _, fact := range item.Facts {
			after, _ := profile.Merge(step, fact.Fact, fact.At) // did not fail before
			f.Profile = f.Profile.Update(step, after, fact.Fact)
			step = after
		}
		f.Profile.Points.Ledger = w.Points.Update(f.Profile.Points.Ledger, old.Order, next.Order, f.Profile.WholeSince())
	}
	if f.Contacts, err = w.contacts(ctx, from, &f, before); err != nil || p.change == nil {
		return f, err
	}
	for i, c := range f.Contacts {
		if c.Mailbox == p.box && !c.Unchanged {
			f.Contacts[i].Contact, f.mailbox = p.change(c.Contact)
			return f, nil
		}
	}
	contact, at, err := from.MailboxContact(ctx, p.box)
	if err != nil {
		return f, err
	}
	if contact, f.mailbox = p.change(contact); f.mailbox {
		f.Contacts = append(f.Contacts, dynamo.ContactChange{Mailbox: p.box, Contact: contact, Rev: at})
	}
	return f, nil
}

// changedOrders returns the orders that are not as they are stored.
func (f *folded) changedOrders() (ids []shop.OrderID) {
	_, moves := f.Changed()
	for i, o := range f.Orders {
		if moves[i] {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// takeFromGuests takes the orders out of the profiles of the guests under whom they
// are stored. The profiles are saved together with the orders.
func (w Writer) takeFromGuests(ctx context.Context, f *folded) (err error) {
	if len(f.guests) == 0 || !w.writes() {
		return nil
	}
	keeper := contactchange.Keeper{Store: w.Store, Mailbox: w.Key.Mailbox}
	stored := func(id shop.OrderID) (shop.Order, error) {
		o, _, err := w.Store.Order(ctx, id)
		return o.Order, err
	}
	for _, o := range f.guests {
		if f.Left, err = keeper.Leave(ctx, f.Left, o.Customer, o, w.Points, stored); err != nil {
			return err
		}
	}
	return nil
}

// errErased means that an order was erased.
var errErased = errors.New("the order was erased, and stays so")

// merged returns the order with the facts of the item. An order that is not
// stored yet becomes an imported one. One that live events have made stays
// theirs: what is imported is added to it, and events raise its messages. It fails
// with [errErased].
func merged(old dynamo.Order, fresh bool, item shape.Item) (dynamo.Order, error) {
	if !old.Erased.IsZero() {
		return old, errErased
	}
	next := old
	for _, f := range item.Facts {
		fact := f.Fact
		if old.Customer != "" && fact.Customer != old.Customer && fact.Customer.IsGuest() {
			return old, errors.New("the order is stored under another customer, and stays as it is; give the contacts with their customer IDs in the same import, if the address is theirs")
		}
		var err error
		if next.Order, err = profile.Merge(next.Order, fact, f.At); err != nil {
			return old, err
		}
	}
	next.Imported = fresh || old.Imported
	return next, nil
}

// contacts returns the contacts that change with the profile: because its address
// became known or changed, or because of service issues.
func (w Writer) contacts(ctx context.Context, from tables, f *folded, before profile.Profile) ([]dynamo.ContactChange, error) {
	keeper := contactchange.Keeper{Store: from, Mailbox: w.Key.Mailbox}
	fold := dynamo.Fold{Customer: f.Customer, Profile: f.Profile}
	if err := keeper.WithContacts(ctx, &fold, before); err != nil {
		return nil, err
	}
	f.Profile = fold.Profile
	had, has := before.Issues(), f.Profile.Issues()
	changed := f.changedOrders()
	if before.Mailbox != f.Profile.Mailbox || reflect.DeepEqual(has, had) && len(changed) == 0 {
		return fold.Contacts, nil
	}
	contact, rev, err := from.Contact(ctx, f.Customer)
	if err != nil {
		return nil, err
	}
	next := contact
	for _, id := range slices.AppendSeq(changed, maps.Keys(had)) { // an issue of an order that the profile has as a sum, too
		if _, still := has[id]; !still {
			next = next.WithIssue(id, profile.ServiceIssue{})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(has)) {
		if issue := has[id]; !reflect.DeepEqual(issue, had[id]) {
			next = next.WithIssue(id, issue)
		}
	}
	if reflect.DeepEqual(next, contact) {
		return nil, nil
	}
	return []dynamo.ContactChange{{Mailbox: f.Profile.Mailbox, Contact: next, Rev: rev}}, nil
}
