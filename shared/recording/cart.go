package recording

import (
	"context"
	"log/slog"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/inputfault"
	"regulars/shared/profile"
	"regulars/shared/queue"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// cart stores the cart with its customer's profile, and puts an intent on send's queue
// for each campaign about abandoned carts. The intent waits until the cart was left
// alone for the campaign's time; a later change lets it wait again (package decide). So
// the same event again, or an older one, changes nothing.
//
// A shop without such a campaign keeps no carts.
func (h *Recorder) cart(ctx context.Context, event shop.Event, fact shop.CartFact) error {
	inForce, err := h.Policy(ctx)
	if err != nil {
		return err
	}
	about := inForce.OnCarts()
	if len(about) == 0 {
		slog.InfoContext(ctx, "a cart was not kept, because no campaign is on cart.abandoned", "event", event.ID)
		return nil
	}
	if fault := inForce.Shop.LinkFault(fact.Cart.URL); fault != "" {
		return &queue.Refused{Faults: []inputfault.Fault{{Path: "/detail/cart/url", Fault: "is no link to the shop: " + fault}}}
	}
	if gone, err := h.erased(ctx, fact.Customer.ID, event.At); err != nil || gone {
		return err
	}
	err = h.Contacts.Update(ctx, fact.Customer.ID, func(p profile.Profile) profile.Profile {
		return p.WithContactFact(fact.Customer, event.At).WithCart(fact.Cart)
	})
	if err != nil || len(fact.Cart.Lines) == 0 {
		return err
	}
	var intents []any
	for _, c := range about {
		i := c.AtEvent(event.At)
		i.Customer, i.Occasion, i.Planned, i.Cause = fact.Customer.ID, campaign.CartOccasion(fact.Cart.ID), shop.Millis(h.Now()), event.ID
		intents = append(intents, i)
	}
	return h.Intents.Put(ctx, intents...)
}

// endCarts adds to the fold that a customer of the mailbox placed this order, if the
// shop has a campaign about carts: it ends the carts of all of them. A message about one
// that was decided before is refused at its claim, because the contact changes. The
// contact has it from the event that placed the order, so later ones do not read it.
func (h *Recorder) endCarts(ctx context.Context, f *dynamo.Fold, old dynamo.Order, before profile.Profile, inForce shoppolicy.Policy) error {
	if len(inForce.OnCarts()) == 0 || f.Order.Placed == nil || f.Profile.Mailbox == "" {
		return nil
	}
	if old.Placed != nil && old.Placed.At.Equal(f.Order.Placed.At) && old.Customer == f.Order.Customer && before.Mailbox == f.Profile.Mailbox {
		return nil
	}
	for i, change := range f.Contacts {
		if change.Mailbox == f.Profile.Mailbox && !change.Unchanged {
			f.Contacts[i].Contact, _ = change.Contact.WithOrder(f.Order.Placed.At)
			return nil
		}
	}
	contact, rev, err := h.Contacts.Store.MailboxContact(ctx, f.Profile.Mailbox)
	if err != nil {
		return err
	}
	if contact, later := contact.WithOrder(f.Order.Placed.At); later {
		f.Contacts = append(f.Contacts, dynamo.ContactChange{Mailbox: f.Profile.Mailbox, Contact: contact, Rev: rev})
	}
	return nil
}
