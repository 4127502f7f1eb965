package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/contactchange"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppage"
)

// dones are the sentences that the page can begin with after a form was stored, by
// the parameter done of its address.
var dones = map[string]string{"saved": "done_saved", "stopped": "unsubscribed", "asked": "done_asked", "again": "done_again"}

// centre shows the preference centre, or stores one of its forms. After a form is
// stored the browser is sent back to the page, so that loading it again posts
// nothing.
func (h *handler) centre(ctx context.Context, c *call) answer {
	m, err := h.mailboxOf(ctx, c)
	if err != nil {
		slog.ErrorContext(ctx, "could not read a mailbox for its preference page", "send", c.link.Send, "err", err)
	}
	if c.method() != http.MethodPost {
		if err != nil {
			return answer{status: http.StatusServiceUnavailable, page: page{Say: "unreadable", Unsubscribe: true}}
		}
		m.Done = dones[c.query.Get("done")]
		return answer{status: http.StatusOK, page: m, language: m.contact.Wishes.Language.Value}
	}
	form, errForm := formOf(c.LambdaFunctionURLRequest)
	switch {
	case errForm != nil || form.Get("do") == "":
		return h.unsubscribe(ctx, *c)
	case err != nil:
		return answer{status: http.StatusServiceUnavailable, page: page{Say: "failed", Unsubscribe: true}}
	}
	m.Language = shoppage.Language(c.wanted(m.contact.Wishes.Language.Value)...)
	switch form.Get("do") {
	case "save":
		return h.save(ctx, *c, m, form)
	case "stop":
		return h.stored(ctx, *c, m, "stopped", contactchange.Choice{Refused: m.shop.Shop.TopicNames()})
	}
	if kind, ok := asks[form.Get("do")]; ok && m.Reachable() && slices.Contains(m.Asks(), form.Get("do")) {
		return h.ask(ctx, *c, m, kind)
	}
	return m.refused(form, "form_wrong")
}

// save stores the form of the settings.
func (h *handler) save(ctx context.Context, c call, m centre, form url.Values) answer {
	choice, wrong := m.choice(form)
	if wrong != "" {
		return m.refused(form, wrong)
	}
	return h.stored(ctx, c, m, "saved", choice)
}

// stored stores a choice, and sends the browser back to the page.
func (h *handler) stored(ctx context.Context, c call, m centre, done string, choice contactchange.Choice) answer {
	if err := contactchange.Choose(ctx, h.store, c.link.Customer, c.link.Mailbox, m.now, choice); err != nil {
		slog.ErrorContext(ctx, "could not store what a customer chose", "send", c.link.Send, "err", err)
		return answer{status: http.StatusServiceUnavailable, page: page{Say: "failed", Unsubscribe: true}, language: m.Language}
	}
	slog.InfoContext(ctx, "stored what a customer chose", "send", c.link.Send, "form", done, "refused", len(choice.Refused), "given", len(choice.Given))
	language := m.Language
	if chosen := choice.Wishes.Language.Value; chosen != "" {
		language = shoppage.Language(chosen)
	}
	return answer{done: done, language: language}
}

// refused returns the page with the posted form and what is wrong with it.
func (m centre) refused(form url.Values, wrong string) answer {
	m.posted, m.Wrong = form, wrong
	return answer{status: http.StatusBadRequest, page: m, language: m.Language}
}

// back returns the answer that sends the browser back to the page, with GET.
func (c call) back(a answer) events.LambdaFunctionURLResponse {
	query := url.Values{"done": {a.done}, "lang": {a.language}}
	response := shoppage.Page{Shop: c.shop.Shop, Language: a.language}.Answer(http.StatusSeeOther)
	response.Headers["Location"], response.Body = "?"+query.Encode(), ""
	return response
}

// mailboxOf returns the preference centre of the mailbox that the message went to.
// What the customer's profile says counts only if they still have that mailbox.
func (h *handler) mailboxOf(ctx context.Context, c *call) (centre, error) {
	m := centre{shop: c.shop, link: c.link, now: shop.Millis(h.now())}
	p, _, err := h.store.Profile(ctx, c.link.Customer)
	if err != nil {
		return m, err
	}
	if c.link.Mailbox != "" {
		m.contact, _, err = h.store.MailboxContact(ctx, c.link.Mailbox)
	} else {
		m.contact, _, err = h.store.Contact(ctx, c.link.Customer)
	}
	if m.profile = p; c.link.Mailbox != "" && p.Mailbox != c.link.Mailbox {
		m.profile = profile.Profile{Zone: p.Zone, Country: p.Country, Province: p.Province, Locale: p.Locale}
	}
	return m, err
}
