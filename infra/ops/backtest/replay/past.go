package replay

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Events returns what happened to an order, oldest first. Several parcels are one
// shipment and one delivery, that of the last parcel.
func Events(o shop.Order) (all []shop.Event) {
	if o.Placed == nil || o.Customer == "" {
		return nil
	}
	add := func(at time.Time, fact shop.OrderFact) {
		if at.IsZero() {
			return
		}
		if fact.Kind != shop.OrderPlaced && at.Before(o.Placed.At) { // told before the order: it holds from then on
			at = o.Placed.At
		}
		fact.Order, fact.Customer = o.ID, o.Customer
		id := string(fact.Kind) + "/" + string(o.ID) + "/" + fact.Ref
		all = append(all, shop.Event{ID: shop.EventID(id), At: at, Fact: fact})
	}
	add(o.Placed.At, shop.OrderFact{Kind: shop.OrderPlaced, Placed: o.Placed})
	add(o.Paid, shop.OrderFact{Kind: shop.OrderPaid})
	for _, ref := range slices.Sorted(maps.Keys(o.Edits)) {
		edit := o.Edits[ref]
		add(edit.At, shop.OrderFact{Kind: shop.OrderEdited, Ref: ref, Edit: &edit})
	}
	add(o.Shipped, shop.OrderFact{Kind: shop.OrderShipped})
	if o.Delay != nil {
		add(o.Delay.At, shop.OrderFact{Kind: shop.OrderDelayed, Delay: o.Delay})
	}
	add(o.Arrived(), shop.OrderFact{Kind: shop.OrderDelivered})
	if o.Cancel != nil {
		add(o.Cancel.At, shop.OrderFact{Kind: shop.OrderCancelled, Cancel: o.Cancel})
	}
	for _, ref := range slices.Sorted(maps.Keys(o.Returns)) {
		back := o.Returns[ref]
		add(back.At, shop.OrderFact{Kind: shop.OrderReturned, Ref: ref, Return: &back})
	}
	for _, ref := range slices.Sorted(maps.Keys(o.Refunds)) {
		paid := o.Refunds[ref]
		add(paid.At, shop.OrderFact{Kind: shop.OrderRefunded, Ref: ref, Refund: &paid})
	}
	slices.SortStableFunc(all, func(a, b shop.Event) int { return a.At.Compare(b.At) })
	return all
}

// events returns what happened to all orders within the time of the replay, oldest
// first.
func (w *world) events() (all []shop.Event) {
	for _, o := range w.past.Orders {
		for _, e := range Events(o) {
			if !e.At.Before(w.past.From) && e.At.Before(w.past.To) {
				all = append(all, e)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b shop.Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return all
}

// begin stores what the shop knew when the replay begins: what had happened to its
// orders, and what each mailbox had said.
func (w *world) begin(ctx context.Context) error {
	orders, profiles := map[shop.OrderID]shop.Order{}, map[shop.CustomerID]profile.Profile{}
	for _, p := range w.past.Profiles { // what no order says of them
		profiles[p.ID] = profile.Profile{ID: p.ID, Birthday: p.Birthday, Email: p.Email, Name: p.Name, Locale: p.Locale, Zone: p.Zone, Country: p.Country, Province: p.Province}
	}
	for _, o := range w.past.Orders {
		for _, e := range Events(o) {
			if !e.At.Before(w.past.From) {
				break
			}
			fact := e.Fact.(shop.OrderFact)
			old := orders[o.ID]
			merged, err := profile.Merge(old, fact, e.At)
			if err != nil {
				return err
			}
			orders[o.ID] = merged
			p := profiles[merged.Customer].Update(old, merged, fact)
			p.Points.Ledger = w.past.Policy.Points.Update(p.Points.Ledger, old, merged, p.WholeSince())
			profiles[merged.Customer] = p
		}
	}
	for id, o := range orders {
		o.Imported = true
		orders[id] = o
	}
	byID := func(a, b profile.Profile) int { return cmp.Compare(a.ID, b.ID) }
	history := dynamo.History{
		Orders:   slices.SortedFunc(maps.Values(orders), func(a, b shop.Order) int { return cmp.Compare(a.ID, b.ID) }),
		Profiles: slices.SortedFunc(maps.Values(profiles), byID), Mailbox: w.past.Mailbox, Contacts: map[shop.CustomerID]frequency.Contact{},
	}
	for id, c := range w.past.Contacts {
		before, after := divide(c, w.past.From)
		history.Contacts[id] = before
		for _, change := range after {
			if change.at.Before(w.past.To) {
				change.customer = id
				w.changes = append(w.changes, change)
			}
		}
	}
	slices.SortStableFunc(w.changes, func(a, b change) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.customer, b.customer)) })
	for _, c := range w.changes {
		w.wake(c.at)
	}
	return w.store.Import(ctx, history)
}

// change is something that a person of a mailbox said, or that happened to it.
type change struct {
	at       time.Time
	customer shop.CustomerID
	do       func(frequency.Contact) frequency.Contact
}

// divide returns what a contact held at a time, and the changes after it. Only the
// latest statement of each kind is known; what it replaced is not.
func divide(c frequency.Contact, at time.Time) (before frequency.Contact, after []change) {
	apply := func(when time.Time, do func(frequency.Contact) frequency.Contact) {
		if when.IsZero() {
			return
		}
		if when.Before(at) {
			before = do(before)
			return
		}
		after = append(after, change{at: when, do: do})
	}
	for _, topic := range slices.Sorted(maps.Keys(c.Consents)) {
		said := c.Consents[topic]
		apply(said.At, func(to frequency.Contact) frequency.Contact {
			return to.WithStatement(shop.ConsentStatement{Topic: topic, Given: said.Given, At: said.At, Source: said.Source, Wording: said.Wording})
		})
	}
	for _, w := range []frequency.Wishes{{Pace: c.Wishes.Pace}, {Pause: c.Wishes.Pause}, {Language: c.Wishes.Language}, {Plain: c.Wishes.Plain}} {
		when := later(later(w.Pace.At, w.Pause.At), later(w.Language.At, w.Plain.At))
		apply(when, func(to frequency.Contact) frequency.Contact { return to.WithWishes(w) })
	}
	if s := c.Suppressed; s != nil {
		apply(s.At, func(to frequency.Contact) frequency.Contact { return to.WithSuppression(*s) })
	}
	return before, after
}

// change applies what was said until now.
func (w *world) change(ctx context.Context) error {
	for len(w.changes) > 0 && !w.changes[0].at.After(w.now) {
		c := w.changes[0]
		w.changes = w.changes[1:]
		apply := func(old frequency.Contact) (frequency.Contact, bool) { return c.do(old), true }
		p, _, err := w.store.Profile(ctx, c.customer)
		if err != nil {
			return err
		}
		if p.Mailbox != "" {
			err = w.store.UpdateMailbox(ctx, p.Mailbox, apply)
		} else {
			err = w.store.UpdateContact(ctx, c.customer, apply)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
