package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/privacyrequest"
	"regulars/shared/shop"
)

// linked is what a link to the person's data or to their erasure is for, and the
// names of its sentences.
type linked struct {
	kind               shop.OrderKind
	title, say, button string
}

var links = map[linktoken.Purpose]linked{
	linktoken.Export: {shop.AskedExport, "export_title", "export_ask", "export_button"},
	linktoken.Erase:  {shop.AskedErasure, "erase_title", "erase_ask", "erase_button"},
}

// useLink answers a link to the person's data or to their erasure, which only the
// owner of the mailbox got. GET shows a page with a button; the button works once,
// and for [frequency.LinkWorks] after the link was asked for.
func (h *handler) useLink(ctx context.Context, c call) answer {
	to, now := links[c.link.Purpose], shop.Millis(h.now())
	m, err := h.mailboxOf(ctx, &c)
	if err != nil {
		slog.ErrorContext(ctx, "could not read a mailbox for a link to its data", "send", c.link.Send, "err", err)
		return answer{status: http.StatusServiceUnavailable, page: page{Title: to.title, Say: "failed"}}
	}
	language, address := m.contact.Wishes.Language.Value, m.profile.Email.Value
	say := func(status int, title, sentence, button string) answer {
		return answer{status: status, page: page{Title: title, Say: sentence, Button: button}, language: language}
	}
	asked := m.contact.Links[to.kind]
	switch {
	case asked.Send == c.link.Send && !asked.Used.IsZero():
		return say(http.StatusGone, to.title, "link_used", "")
	case !asked.Open(c.link.Send, now), address == "": // without an address the customer has another mailbox by now
		return say(http.StatusGone, to.title, "link_over", "")
	case c.method() != http.MethodPost:
		return say(http.StatusOK, to.title, to.say, to.button)
	}
	if form, err := formOf(c.LambdaFunctionURLRequest); err != nil || form.Get("confirm") != "yes" {
		return say(http.StatusBadRequest, to.title, "unclear", to.button)
	}
	if c.link.Purpose == linktoken.Erase {
		return h.erase(ctx, c, address, now, say)
	}
	return h.export(ctx, c, address, now, language, say)
}

// sayer returns a page with a sentence and a button.
type sayer func(status int, title, sentence, button string) answer

// erase puts the request on privacy's queue, for every customer with the address; its ID is the link's, so that a link
// that is pressed twice is one request. Then the link is used up.
func (h *handler) erase(ctx context.Context, c call, address string, now time.Time, say sayer) answer {
	if err := h.privacy.Put(ctx, asEvent(c, privacyrequest.Erase, address, now)); err != nil {
		slog.ErrorContext(ctx, "could not ask for the erasure of a customer", "send", c.link.Send, "err", err)
		return say(http.StatusServiceUnavailable, "erase_title", "failed", "erase_button")
	}
	if _, err := h.useUp(ctx, c, shop.AskedErasure, now); err != nil {
		slog.WarnContext(ctx, "the erasure is asked for, but its link works until its end", "send", c.link.Send, "err", err)
	}
	slog.InfoContext(ctx, "a customer asked for their erasure", "send", c.link.Send)
	return say(http.StatusOK, "erased_title", "erased", "")
}

// export uses the link up and shows what is stored of every customer with the
// address. What is too much
// for one page is asked for as every request of a customer: an operator answers it.
func (h *handler) export(ctx context.Context, c call, address string, now time.Time, language string, say sayer) answer {
	mine, err := h.useUp(ctx, c, shop.AskedExport, now)
	if err == nil && !mine {
		return say(http.StatusGone, "export_title", "link_used", "")
	}
	var data []byte
	if err == nil {
		data, err = h.document(ctx, c, address, now)
	}
	if errors.Is(err, errLate) {
		if err = h.privacy.Put(ctx, asEvent(c, privacyrequest.Export, address, now)); err == nil {
			return say(http.StatusOK, "export_title", "export_later", "")
		}
	}
	var shown document
	if err == nil {
		shown, err = documentOf(data, c.shop, now)
	}
	if err != nil {
		slog.ErrorContext(ctx, "could not show a customer their data", "send", c.link.Send, "err", err)
		h.giveBack(ctx, c, shop.AskedExport, now)
		return say(http.StatusServiceUnavailable, "export_title", "failed", "export_button")
	}
	slog.InfoContext(ctx, "a customer was shown their data", "send", c.link.Send)
	return answer{status: http.StatusOK, page: shown, language: language}
}

// asEvent returns the event that asks for it. Its ID is the link's.
func asEvent(c call, kind privacyrequest.Kind, address string, now time.Time) privacyrequest.Envelope {
	return privacyrequest.Event(privacyrequest.Ask{
		ID: requestID(c, kind), Kind: kind, Customer: c.link.Customer, Email: address, Source: shop.RequestFromPreferences, At: now,
	})
}

func requestID(c call, kind privacyrequest.Kind) shop.EventID {
	return shop.EventID(string(kind) + "-" + string(c.link.Send))
}

// useUp stores that the link's button was pressed at now, and reports whether this
// call was the one that did.
func (h *handler) useUp(ctx context.Context, c call, kind shop.OrderKind, now time.Time) (mine bool, err error) {
	err = h.store.UpdateMailbox(ctx, c.link.Mailbox, func(old frequency.Contact) (frequency.Contact, bool) {
		open := old.Links[kind].Open(c.link.Send, now)
		next := old.WithLinkUsed(kind, c.link.Send, now)
		mine = next.Links[kind].Send == c.link.Send && next.Links[kind].Used.Equal(now)
		return next, open
	})
	return mine, err
}

// giveBack opens the link again, after what it is for has failed.
func (h *handler) giveBack(ctx context.Context, c call, kind shop.OrderKind, at time.Time) {
	err := h.store.UpdateMailbox(ctx, c.link.Mailbox, func(old frequency.Contact) (frequency.Contact, bool) {
		return old.WithLinkBack(kind, c.link.Send, at), old.Links[kind].Used.Equal(at)
	})
	if err != nil {
		slog.ErrorContext(ctx, "a link stays used although nothing was shown", "send", c.link.Send, "err", err)
	}
}
