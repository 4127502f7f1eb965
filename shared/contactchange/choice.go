package contactchange

import (
	"context"
	"slices"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// Choice is what a person changed on the preference page.
type Choice struct {
	Refused []shop.Topic            // topics that they want no more
	Given   []shop.ConsentStatement // topics that they want from now on, each with the wording that the page showed
	Wishes  frequency.Wishes        // those with a time
}

// Choose stores a choice that was made at at, by a link that came to the mailbox; an
// empty mailbox is not known. It holds for that mailbox; opt-outs hold for the
// customer as well, as with [OptOut].
//
// A yes to another topic than promotions that comes with an opt-out of promotions
// counts: it is later by a millisecond. A later opt-out is never undone, also if
// the choice is stored a second time because the first answer was lost.
func Choose(ctx context.Context, store Contacts, customer shop.CustomerID, mailbox shop.Mailbox, at time.Time, c Choice) error {
	refuse := func(contact frequency.Contact) frequency.Contact {
		for _, topic := range c.Refused {
			contact = contact.WithRefusal(topic, at)
		}
		return contact
	}
	all := func(old frequency.Contact) (frequency.Contact, bool) {
		next := refuse(old).WithWishes(c.Wishes)
		for _, said := range c.Given {
			said.Given, said.Source, said.At = true, shop.SourcePreferences, at
			if slices.Contains(c.Refused, shop.TopicPromotions) {
				said.At = at.Add(time.Millisecond)
			}
			next = next.WithStatement(said)
		}
		return changed(old, next)
	}
	switch {
	case mailbox == "":
		return store.UpdateContact(ctx, customer, all)
	case len(c.Refused) == 0 || customer.IsSignUp():
		return store.UpdateMailbox(ctx, mailbox, all)
	}
	if err := store.UpdateMailbox(ctx, mailbox, all); err != nil {
		return err
	}
	return store.UpdateContact(ctx, customer, func(old frequency.Contact) (frequency.Contact, bool) { return changed(old, refuse(old)) })
}
