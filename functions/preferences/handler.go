package main

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/policy"
	"regulars/shared/shop"
)

type contacts interface {
	UpdateContact(context.Context, shop.CustomerID, func(frequency.Contact) (frequency.Contact, bool)) error
}

type handler struct {
	contacts contacts
	links    *linktoken.Signer
	policy   func(context.Context) (policy.Policy, error)
	now      func() time.Time
}

// answer is what a request is answered with, before it becomes a page.
type answer struct {
	status int
	page   page
}

// Handle answers one request:
//
//	GET, HEAD /u/{token}, /p/{token}   a page with a button; changes nothing
//	POST /u/{token}                    RFC 8058's one click, and the page's button
//	POST /p/{token}                    the preference page's buttons
//
// A POST is answered with 200 only once the customer's word is stored: from
// then on no promotion is claimed any more.
func (h *handler) Handle(ctx context.Context, r events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	a := h.answer(ctx, r)
	if p, err := h.policy(ctx); err == nil {
		a.page.Shop = p.Shop.Name
	}
	a.page.Language = spoken(r.Headers["accept-language"])
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
	purpose, known := map[string]linktoken.Purpose{"u": linktoken.Unsubscribe, "p": linktoken.Preferences}[kind]
	if !known {
		return answer{http.StatusNotFound, page{Say: "unknown"}}
	}
	l, err := h.links.Open(token, purpose)
	if err != nil {
		slog.WarnContext(ctx, "refused a link", "err", err)
		return answer{http.StatusNotFound, page{Say: "unknown"}}
	}
	switch r.RequestContext.HTTP.Method {
	case http.MethodGet, http.MethodHead:
		return answer{http.StatusOK, page{Say: "ask", Unsubscribe: true, Subscribe: purpose == linktoken.Preferences}}
	case http.MethodPost:
		return h.store(ctx, l, r)
	default:
		return answer{http.StatusMethodNotAllowed, page{Say: "unknown"}}
	}
}

// store writes the customer's word. An unsubscribe link can only say no,
// whatever its form says: mail scanners and bored strangers may post to it.
func (h *handler) store(ctx context.Context, l linktoken.Link, r events.LambdaFunctionURLRequest) answer {
	given, err := wanted(r)
	if err != nil {
		return answer{http.StatusBadRequest, page{Say: "unclear", Unsubscribe: true}}
	}
	if l.Purpose == linktoken.Unsubscribe {
		given = false
	}
	at := shop.Millis(h.now())
	err = h.contacts.UpdateContact(ctx, l.Customer, func(c frequency.Contact) (frequency.Contact, bool) {
		changed := c.WithRefusal(shop.TopicPromotions, at)
		if given {
			changed = c.WithConsent(shop.TopicPromotions, true, at)
		}
		return changed, !reflect.DeepEqual(changed, c)
	})
	if err != nil {
		slog.ErrorContext(ctx, "cannot store a customer's word", "send", l.Send, "err", err)
		return answer{http.StatusServiceUnavailable, page{Say: "failed", Unsubscribe: true}}
	}
	slog.InfoContext(ctx, "stored a customer's word", "send", l.Send, "promotions", given)
	if given {
		return answer{http.StatusOK, page{Say: "subscribed", Unsubscribe: true}}
	}
	return answer{http.StatusOK, page{Say: "unsubscribed", Subscribe: l.Purpose == linktoken.Preferences}}
}

// wanted reads what was posted: RFC 8058's List-Unsubscribe=One-Click, as a form
// or as multipart, or the page's promotions=yes or =no.
func wanted(r events.LambdaFunctionURLRequest) (given bool, err error) {
	body := r.Body
	if r.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			return false, err
		}
		body = string(decoded)
	}
	if strings.HasPrefix(r.Headers["content-type"], "multipart/form-data") {
		if strings.Contains(body, `name="List-Unsubscribe"`) && strings.Contains(body, "One-Click") {
			return false, nil
		}
		return false, errors.New("a multipart form that is not RFC 8058's")
	}
	form, err := url.ParseQuery(strings.TrimSpace(body))
	switch {
	case err != nil:
		return false, err
	case form.Get("List-Unsubscribe") == "One-Click", form.Get("promotions") == "no":
		return false, nil
	case form.Get("promotions") == "yes":
		return true, nil
	}
	return false, errors.New("neither a one-click nor one of the page's buttons")
}
