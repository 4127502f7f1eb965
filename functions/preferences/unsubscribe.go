package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/contactchange"
	"regulars/shared/httpapi"
	"regulars/shared/shop"
)

// unsubscribe stores an opt-out of all topics. A link can do no more than that by
// itself, because a mail scanner or a stranger may post to it.
func (h *handler) unsubscribe(ctx context.Context, c call) answer {
	if err := optsOut(c.LambdaFunctionURLRequest); err != nil {
		return answer{status: http.StatusBadRequest, page: page{Say: "unclear", Unsubscribe: true}}
	}
	if err := contactchange.OptOut(ctx, h.store, c.link.Customer, c.link.Mailbox, shop.Millis(h.now())); err != nil {
		slog.ErrorContext(ctx, "could not store an opt-out", "send", c.link.Send, "err", err)
		return answer{status: http.StatusServiceUnavailable, page: page{Say: "failed", Unsubscribe: true}}
	}
	slog.InfoContext(ctx, "stored an opt-out", "send", c.link.Send)
	return answer{status: http.StatusOK, page: page{Say: "unsubscribed"}}
}

// optsOut fails if the posted form is no opt-out. It accepts RFC 8058's
// List-Unsubscribe=One-Click, as a form or as multipart, and the form of the page's
// button. A form that asks for promotions opts out as well: the link can do nothing
// else.
func optsOut(r events.LambdaFunctionURLRequest) error {
	body, err := httpapi.Body(r)
	if err != nil {
		return err
	}
	if strings.HasPrefix(r.Headers["content-type"], "multipart/form-data") {
		if strings.Contains(body, `name="List-Unsubscribe"`) && strings.Contains(body, "One-Click") {
			return nil
		}
		return errors.New("the multipart form is not the one of RFC 8058")
	}
	form, err := formOf(r)
	if err != nil {
		return err
	}
	if form.Get("List-Unsubscribe") == "One-Click" || form.Get("promotions") == "no" || form.Get("promotions") == "yes" {
		return nil
	}
	return errors.New("the form has neither RFC 8058's one click nor a choice of the page")
}

// formOf returns the posted form.
func formOf(r events.LambdaFunctionURLRequest) (url.Values, error) {
	body, err := httpapi.Body(r)
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(strings.TrimSpace(body))
}
