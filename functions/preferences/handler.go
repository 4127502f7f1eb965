package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/httpapi"
	"regulars/shared/linktoken"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

type handler struct {
	store  store
	links  *linktoken.Signer
	policy func(context.Context) (shoppolicy.Policy, error)
	now    func() time.Time
	record putter // record's queue
}

// putter puts values on a queue; [queue.Queue] does.
type putter interface {
	Put(ctx context.Context, values ...any) error
}

// store reads and stores what a customer said; [dynamo.Store] does.
type store interface {
	contactchange.Contacts
	Contact(context.Context, shop.CustomerID) (frequency.Contact, dynamo.Rev, error)
	MailboxContact(context.Context, shop.Mailbox) (frequency.Contact, dynamo.Rev, error)
	Profile(context.Context, shop.CustomerID) (profile.Profile, dynamo.Rev, error)
	SaveSignUp(context.Context, profile.Profile, dynamo.Rev) (dynamo.Rev, error)
}

// answer is the answer to a request: a status, and the page before it becomes
// HTML.
type answer struct {
	status int
	page   page
}

// Handle answers one request:
//
//	GET, HEAD /u/{token}, /p/{token}   a page with buttons; changes nothing. That
//	                                   of /p/ says what the customer said, and when
//	POST /u/{token}                    opts out: RFC 8058's one click, a button
//	POST /p/{token}                    opts in or out: a button of the page
//	GET, HEAD, POST /c/{token}         asks to confirm a sign-up, and takes it
//
// The parameter lang is the language of the mail, and so of the page.
//
// A POST is answered with 200 only after the customer's choice is stored. After
// an opt-out, no promotion is claimed from then on.
func (h *handler) Handle(ctx context.Context, r events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	a := h.answer(ctx, r)
	if p, err := h.policy(ctx); err == nil {
		a.page.Shop = p.Shop.Name
		a.page.zone = p.Shop.ZoneOf(a.page.zones)
	}
	query, _ := url.ParseQuery(r.RawQueryString) // a broken query must not prevent an opt-out
	a.page.Language = pageLanguage(query.Get("lang"), r.Headers["accept-language"])
	body := ""
	if r.RequestContext.HTTP.Method != http.MethodHead {
		body = a.page.html()
	}
	return events.LambdaFunctionURLResponse{
		StatusCode: a.status,
		Headers: map[string]string{
			"Content-Type":            "text/html; charset=utf-8",
			"Cache-Control":           "no-store",
			"Referrer-Policy":         "no-referrer",
			"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
			"X-Content-Type-Options":  "nosniff",
		},
		Body: body,
	}, nil
}

func (h *handler) answer(ctx context.Context, r events.LambdaFunctionURLRequest) answer {
	kind, token, _ := strings.Cut(strings.TrimPrefix(r.RawPath, "/"), "/")
	purpose, known := map[string]linktoken.Purpose{"u": linktoken.Unsubscribe, "p": linktoken.Preferences, "c": linktoken.Confirm}[kind]
	if !known {
		return answer{http.StatusNotFound, page{Say: "unknown"}}
	}
	l, err := h.links.Open(token, purpose)
	if err != nil {
		slog.WarnContext(ctx, "refused a link whose token is not valid", "err", err)
		return answer{http.StatusNotFound, page{Say: "unknown"}}
	}
	switch method := r.RequestContext.HTTP.Method; {
	case method != http.MethodGet && method != http.MethodHead && method != http.MethodPost:
		return answer{http.StatusMethodNotAllowed, page{Say: "unknown"}}
	case purpose == linktoken.Confirm:
		return h.confirm(ctx, l, r)
	case method == http.MethodPost:
		return h.choose(ctx, l, r)
	default:
		p := page{Say: "ask", Unsubscribe: true}
		if purpose == linktoken.Preferences {
			p.Subscribe = true
			if p.said, p.zones, err = h.said(ctx, l); err != nil {
				slog.ErrorContext(ctx, "could not read what a customer said; the page does not say it", "send", l.Send, "err", err)
			}
		}
		return answer{http.StatusOK, p}
	}
}

// said returns what holds for the mailbox that the message went to, and the zones
// of the customer; nothing if the customer has said nothing. The box of the order
// form counts only if the customer still has that mailbox.
func (h *handler) said(ctx context.Context, l linktoken.Link) (*frequency.Consent, []string, error) {
	p, _, err := h.store.Profile(ctx, l.Customer)
	if err != nil {
		return nil, nil, err
	}
	var contact frequency.Contact
	if l.Mailbox != "" {
		contact, _, err = h.store.MailboxContact(ctx, l.Mailbox)
	} else {
		contact, _, err = h.store.Contact(ctx, l.Customer)
	}
	if l.Mailbox != "" && p.Mailbox != l.Mailbox {
		p.Consent = profile.Statement{}
	}
	consent, said := contact.Said(shop.TopicPromotions, p)
	if err != nil || !said {
		return nil, nil, err
	}
	return &consent, p.Zones(), nil
}

// choose writes the customer's opt-in or opt-out. An unsubscribe link can only
// opt out, even if the form asks for an opt-in, because a mail scanner or a
// stranger may post to it.
func (h *handler) choose(ctx context.Context, l linktoken.Link, r events.LambdaFunctionURLRequest) answer {
	given, err := choice(r)
	if err != nil {
		return answer{http.StatusBadRequest, page{Say: "unclear", Unsubscribe: true}}
	}
	if l.Purpose == linktoken.Unsubscribe {
		given = false
	}
	change := contactchange.OptOut
	if given {
		change = contactchange.OptIn
	}
	if err := change(ctx, h.store, l.Customer, l.Mailbox, shop.Millis(h.now())); err != nil {
		slog.ErrorContext(ctx, "could not store the consent that a customer chose", "send", l.Send, "err", err)
		return answer{http.StatusServiceUnavailable, page{Say: "failed", Unsubscribe: true}}
	}
	slog.InfoContext(ctx, "stored the consent that a customer chose", "send", l.Send, "promotions", given)
	if given {
		return answer{http.StatusOK, page{Say: "subscribed", Unsubscribe: true}}
	}
	return answer{http.StatusOK, page{Say: "unsubscribed", Subscribe: l.Purpose == linktoken.Preferences}}
}

// choice returns whether the posted form opts in (given) or out of promotions.
// It accepts RFC 8058's List-Unsubscribe=One-Click, as a form or as multipart,
// and the page's promotions=yes and promotions=no.
func choice(r events.LambdaFunctionURLRequest) (given bool, err error) {
	body, err := httpapi.Body(r)
	if err != nil {
		return false, err
	}
	if strings.HasPrefix(r.Headers["content-type"], "multipart/form-data") {
		if strings.Contains(body, `name="List-Unsubscribe"`) && strings.Contains(body, "One-Click") {
			return false, nil
		}
		return false, errors.New("the multipart form is not the one of RFC 8058")
	}
	form, err := formOf(r)
	switch {
	case err != nil:
		return false, err
	case form.Get("List-Unsubscribe") == "One-Click", form.Get("promotions") == "no":
		return false, nil
	case form.Get("promotions") == "yes":
		return true, nil
	}
	return false, errors.New("the form has neither RFC 8058's one click nor a choice of the page")
}

// formOf returns the posted form.
func formOf(r events.LambdaFunctionURLRequest) (url.Values, error) {
	body, err := httpapi.Body(r)
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(strings.TrimSpace(body))
}
