// Package contactchange stores the changes that come with a customer's
// statements and addresses: consents, and the contacts that have to change
// together with a profile (docs/decisions/0029). The functions record,
// preferences and settle run it, and infra/proof/simulate runs the same code.
package contactchange

import (
	"context"
	"reflect"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Contacts stores contacts; [dynamo.Store] does.
type Contacts interface {
	UpdateContact(context.Context, shop.CustomerID, func(frequency.Contact) (frequency.Contact, bool)) error
	UpdateMailbox(context.Context, shop.Mailbox, func(frequency.Contact) (frequency.Contact, bool)) error
}

// OptOut stores that a customer opts out now, at at, by something that came to
// the mailbox, such as a message's link; an empty mailbox is not known. It holds
// for the mailbox and for the customer, who may have another address by now.
// After OptOut has returned nil, no promotion is claimed for either.
func OptOut(ctx context.Context, store Contacts, customer shop.CustomerID, mailbox shop.Mailbox, at time.Time) error {
	change := func(c frequency.Contact) (frequency.Contact, bool) {
		return changed(c, c.WithRefusal(shop.TopicPromotions, at))
	}
	if customer.IsSignUp() { // it is no customer
		return store.UpdateMailbox(ctx, mailbox, change)
	}
	if mailbox != "" {
		if err := store.UpdateMailbox(ctx, mailbox, change); err != nil {
			return err
		}
	}
	return store.UpdateContact(ctx, customer, change)
}

func changed(old, changed frequency.Contact) (frequency.Contact, bool) {
	return changed, !reflect.DeepEqual(changed, old)
}

// Profiles stores profiles with their contacts; [dynamo.Store] does.
type Profiles interface {
	Contacts
	Profile(context.Context, shop.CustomerID) (profile.Profile, dynamo.Rev, error)
	Contact(context.Context, shop.CustomerID) (frequency.Contact, dynamo.Rev, error)
	MailboxContact(context.Context, shop.Mailbox) (frequency.Contact, dynamo.Rev, error)
	SaveFold(context.Context, dynamo.Fold) error
}

// Keeper keeps profiles and contacts together. It is safe for concurrent use.
type Keeper struct {
	Store   Profiles
	Mailbox func(address string) shop.Mailbox // names an address's mailbox; "" for an empty address
}

// Consent stores an opt-in or opt-out that an event reported, with the event's
// time. If the event names an address, it holds for that mailbox; an opt-out
// holds for the customer's present mailbox as well.
func (k Keeper) Consent(ctx context.Context, fact shop.ConsentFact, at time.Time) error {
	change := func(c frequency.Contact) (frequency.Contact, bool) {
		return changed(c, c.WithConsentFrom(fact.Topic, fact.Given, fact.Source, at))
	}
	if named := k.Mailbox(fact.Email); named != "" {
		if err := k.Store.UpdateMailbox(ctx, named, change); err != nil || fact.Given {
			return err
		}
		if _, rev, err := k.Store.Profile(ctx, fact.Customer); err != nil || rev == "" {
			return err // a customer who is not known yet needs no own contact: the mailbox has it
		}
	}
	return k.Store.UpdateContact(ctx, fact.Customer, change)
}

// Contact stores what an event said of a person, at that time: a profile, and
// their consents. If the event names an address, the consents hold for that
// mailbox; an opt-out holds for the customer's present mailbox as well.
func (k Keeper) Contact(ctx context.Context, fact shop.ContactFact, at time.Time) error {
	person := fact.Customer
	err := k.Update(ctx, person.ID, func(p profile.Profile) profile.Profile { return p.WithContactFact(person, at) })
	if err != nil {
		return err
	}
	change := func(all bool) func(c frequency.Contact) (frequency.Contact, bool) {
		return func(c frequency.Contact) (frequency.Contact, bool) {
			next := c
			for _, said := range fact.Consents {
				if all || !said.Given {
					next = next.WithStatement(said)
				}
			}
			return changed(c, next)
		}
	}
	named := k.Mailbox(person.Email)
	if named == "" {
		return k.Store.UpdateContact(ctx, person.ID, change(true))
	}
	if err := k.Store.UpdateMailbox(ctx, named, change(true)); err != nil {
		return err
	}
	return k.Store.UpdateContact(ctx, person.ID, change(false))
}

// Update replaces the customer's profile with the result of change, and the
// contacts that change with it. It is for facts that belong to no order. It
// calls change again with a newer profile if another call changed it first.
func (k Keeper) Update(ctx context.Context, customer shop.CustomerID, change func(profile.Profile) profile.Profile) error {
	return dynamo.Retry(ctx, nil, func() error {
		before, rev, err := k.Store.Profile(ctx, customer)
		if err != nil {
			return err
		}
		next := dynamo.Fold{Customer: customer, Profile: change(before), ProfileRev: rev}
		if err := k.WithContacts(ctx, &next, before); err != nil {
			return err
		}
		return k.Store.SaveFold(ctx, next)
	})
}

// WithContacts names the mailbox of the fold's profile, and adds the contacts
// that change together with the profile, which was before until now:
//
//   - the customer's address became known: the customer's own contact is added to
//     the mailbox's, and emptied;
//   - the address changed: what the old mailbox has said goes with the customer,
//     and the old one names the customer as moved, so that a promotion that was
//     decided before is refused at its claim;
//   - the order's service issue changed: so that a promotion that was decided
//     before is refused at its claim, and the other customers of the mailbox get
//     none either.
func (k Keeper) WithContacts(ctx context.Context, f *dynamo.Fold, before profile.Profile) error {
	f.Profile.Mailbox = k.Mailbox(f.Profile.Email.Value)
	from, to := before.Mailbox, f.Profile.Mailbox
	issue := f.Profile.ServiceIssues[f.Order.ID]
	if from == to && reflect.DeepEqual(issue, before.ServiceIssues[f.Order.ID]) {
		return nil
	}
	old, oldRev, err := k.Store.Contact(ctx, f.Customer)
	if err != nil {
		return err
	}
	if from == to {
		f.Contacts = []dynamo.ContactChange{{Mailbox: to, Contact: old.WithIssue(f.Order.ID, issue), Rev: oldRev}}
		return nil
	}
	contact, rev, err := k.Store.MailboxContact(ctx, to)
	if err != nil {
		return err
	}
	if from != "" {
		left, joined := frequency.Move(f.Profile, old, contact)
		f.Contacts = []dynamo.ContactChange{{Mailbox: from, Contact: left, Rev: oldRev}, {Mailbox: to, Contact: joined, Rev: rev}}
		return nil
	}
	f.Contacts = []dynamo.ContactChange{{Rev: oldRev, Unchanged: oldRev == ""}} // no own contact may be made from now on
	if oldRev != "" || len(f.Profile.Issues()) > 0 || contact.HasMoved(f.Customer) {
		f.Contacts = append(f.Contacts, dynamo.ContactChange{Mailbox: to, Contact: contact.Adopt(old, f.Profile), Rev: rev})
	}
	return nil
}
