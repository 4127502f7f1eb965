package main

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppage"
	"regulars/shared/shoppolicy"
)

type handler struct {
	store  store
	links  *linktoken.Signer
	policy func(context.Context) (shoppolicy.Policy, error)
	now    func() time.Time
	tenant string

	record  putter // record's queue
	intents putter // send's queue
	privacy putter // privacy's queue
	exports exporter
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

// answer is the answer to a request: a status and a page, or the name of the
// sentence with which the browser is sent back to the preference centre.
type answer struct {
	status   int
	page     content
	language string // that the person chose; empty if it is not known
	done     string
}

// content is a page before it has a language.
type content interface {
	in(language string) content
	title() string
	main() template.HTML
}

// call is one request behind a link that was opened.
type call struct {
	events.LambdaFunctionURLRequest
	link  linktoken.Link
	query url.Values
	shop  shoppolicy.Policy // the zero Policy if it cannot be read
}

func (c call) method() string { return c.RequestContext.HTTP.Method }

// wanted returns the languages that the page may have, the most wanted first: the
// one chosen in the preference centre, that of the mail, those of the browser.
func (c call) wanted(chosen string) []string {
	return []string{chosen, c.query.Get("lang"), c.Headers["accept-language"]}
}

// Handle answers one request:
//
//	GET, HEAD /u/{token}            a page with a button; changes nothing
//	POST /u/{token}                 opts out: RFC 8058's one click, or the button
//	GET, HEAD, POST /p/{token}      the preference centre, and its forms
//	GET, HEAD, POST /c/{token}      asks to confirm a sign-up, and takes it
//	GET, HEAD, POST /x/{token}      asks to confirm, and shows the person's data
//	GET, HEAD, POST /e/{token}      asks to confirm, and erases the person's data
//
// The parameter lang is the language of the mail, and so of the page.
//
// A POST is answered with 200 or 303 only after the customer's choice is stored.
// After an opt-out, no promotion is claimed from then on.
func (h *handler) Handle(ctx context.Context, r events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	c := call{LambdaFunctionURLRequest: r}
	c.query, _ = url.ParseQuery(r.RawQueryString) // a broken query must not prevent an opt-out
	if p, err := h.policy(ctx); err == nil {
		c.shop = p
	}
	a := h.answer(ctx, &c)
	if a.done != "" {
		return c.back(a), nil
	}
	language := shoppage.Language(c.wanted(a.language)...)
	shown := a.page.in(language)
	response := shoppage.Page{Shop: c.shop.Shop, Language: language, Title: shown.title(), Main: shown.main()}.Answer(a.status)
	if c.method() == http.MethodHead {
		response.Body = ""
	}
	return response, nil
}

func (h *handler) answer(ctx context.Context, c *call) answer {
	kind, token, _ := strings.Cut(strings.TrimPrefix(c.RawPath, "/"), "/")
	purposes := []linktoken.Purpose{linktoken.Unsubscribe, linktoken.Preferences, linktoken.Confirm, linktoken.Export, linktoken.Erase}
	at := slices.IndexFunc(purposes, func(p linktoken.Purpose) bool { return kind == string(p) })
	if at < 0 {
		return answer{status: http.StatusNotFound, page: page{Say: "unknown"}}
	}
	purpose := purposes[at]
	l, err := h.links.Open(token, purpose)
	if err != nil {
		slog.WarnContext(ctx, "refused a link whose token is not valid", "err", err)
		return answer{status: http.StatusNotFound, page: page{Say: "unknown"}}
	}
	c.link = l
	switch method := c.method(); {
	case method != http.MethodGet && method != http.MethodHead && method != http.MethodPost:
		return answer{status: http.StatusMethodNotAllowed, page: page{Say: "unknown"}}
	case purpose == linktoken.Confirm:
		return h.confirm(ctx, l, c.LambdaFunctionURLRequest)
	case purpose == linktoken.Preferences:
		return h.centre(ctx, c)
	case purpose == linktoken.Export || purpose == linktoken.Erase:
		return h.useLink(ctx, *c)
	case method == http.MethodPost:
		return h.unsubscribe(ctx, *c)
	}
	return answer{status: http.StatusOK, page: page{Say: "ask", Unsubscribe: true}}
}
