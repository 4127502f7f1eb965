package main

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"slices"

	"regulars/shared/campaign"
	"regulars/shared/frequency"
	"regulars/shared/mailbox"
	"regulars/shared/shop"
)

// asks are the forms that ask for a mail with a link, and the events that start the
// campaigns of these mails. The names are those of the buttons' words as well.
var asks = map[string]shop.OrderKind{"data_export": shop.AskedExport, "data_erase": shop.AskedErasure}

// Asks returns the forms that the page has: those whose campaign the shop has
// published. A sign-up that is not confirmed has none; it ends by itself.
func (m centre) Asks() (names []string) {
	for _, name := range []string{"data_export", "data_erase"} {
		if _, ok := m.mailOf(asks[name]); ok && !m.link.Customer.IsSignUp() {
			names = append(names, name)
		}
	}
	return names
}

// Reachable reports whether a mail with a link can be sent. It goes to the mailbox
// that the page's link came to: of a customer who has another one by now, the page
// knows no address.
func (m centre) Reachable() bool {
	address := m.profile.Email.Value
	_, writable := mailbox.Address(address)
	return m.link.Mailbox != "" && writable && m.contact.SuppressedFor(address) == nil
}

// Contact returns the page of the shop where a person answers, or "".
func (m centre) Contact() string { return m.shop.Shop.ContactURL }

// mailOf returns the campaign of the mail with a link of this kind.
func (m centre) mailOf(kind shop.OrderKind) (campaign.Campaign, bool) {
	at := slices.IndexFunc(m.shop.Campaigns, func(c campaign.Campaign) bool { return c.LinksTo() == kind })
	if at < 0 {
		return campaign.Campaign{}, false
	}
	return m.shop.Campaigns[at], true
}

// ask stores that the person asks for the link, and puts the mail's intent on send's
// queue, once in [frequency.LinkWorks]. If the function dies between the two, the
// next press puts the same intent there; the same intent twice is one mail.
func (h *handler) ask(ctx context.Context, c call, m centre, kind shop.OrderKind) answer {
	mail, _ := m.mailOf(kind)
	wanted := frequency.LinkRequest{At: m.now, Send: mail.AtRequest(m.now, c.link.Customer).SendID(h.tenant)}
	var held frequency.LinkRequest
	err := h.store.UpdateMailbox(ctx, c.link.Mailbox, func(old frequency.Contact) (frequency.Contact, bool) {
		next := old.WithLinkAsked(kind, wanted)
		held = next.Links[kind]
		return next, !reflect.DeepEqual(next, old)
	})
	if err == nil && held.Queued {
		return answer{done: "again", language: m.Language}
	}
	if err == nil {
		err = h.intents.Put(ctx, mail.AtRequest(held.At, c.link.Customer))
	}
	if err == nil {
		err = h.store.UpdateMailbox(ctx, c.link.Mailbox, func(old frequency.Contact) (frequency.Contact, bool) {
			next := old.WithLinkQueued(kind, held.Send)
			return next, !reflect.DeepEqual(next, old)
		})
	}
	if err != nil {
		slog.ErrorContext(ctx, "could not send the link that a customer asked for", "send", c.link.Send, "link", kind, "err", err)
		return answer{status: http.StatusServiceUnavailable, page: page{Say: "failed"}, language: m.Language}
	}
	slog.InfoContext(ctx, "a customer asked for a link", "send", held.Send, "link", kind)
	return answer{done: "asked", language: m.Language}
}
