package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/claim"
	"regulars/shared/click"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// store has what a mailbox's person chose, and stores clicks; [dynamo.Store] does.
type store interface {
	MailboxContact(context.Context, shop.Mailbox) (frequency.Contact, dynamo.Rev, error)
	Clicked(context.Context, shop.CustomerID, shop.SendID, claim.Click) error
}

type handler struct {
	store    store
	links    *linktoken.Signer
	policy   func(context.Context) (shoppolicy.Policy, error)
	now      func() time.Time
	metric   func(name string, n int)
	patience time.Duration // how long a person waits at most for the policy, and again for the click to be counted
}

// notCounted is the metric of clicks that could not be counted.
const notCounted = "ClicksNotCounted"

// Handle answers GET and HEAD /{token} with 302 and the address that the token holds.
// GET counts the click; HEAD never does. A token that is not valid, and an address
// that is none of the shop's any more, are answered with a page that links to the shop.
func (h *handler) Handle(ctx context.Context, r events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	method := r.RequestContext.HTTP.Method
	inForce, known := h.inForce(ctx)
	status, say := http.StatusFound, ""
	l, err := h.links.Open(strings.TrimPrefix(r.RawPath, "/"), linktoken.Click)
	switch {
	case method != http.MethodGet && method != http.MethodHead:
		status, say = http.StatusMethodNotAllowed, "unknown"
	case err != nil:
		slog.WarnContext(ctx, "refused a link to the shop whose token is not valid", "err", err)
		status, say = http.StatusNotFound, "unknown"
	case !leads(inForce.Shop, known, l.To):
		slog.WarnContext(ctx, "refused a link to a host that is none of the shop's any more", "send", l.Send)
		status, say = http.StatusGone, "gone"
	}
	if say != "" {
		return pageOf(status, say, inForce.Shop, r), nil
	}
	if method == http.MethodGet && known && !inForce.Shop.NoClicks {
		h.count(ctx, l, r)
	}
	return events.LambdaFunctionURLResponse{
		StatusCode: status,
		Headers: map[string]string{
			"Location": l.To, "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex",
		},
	}, nil
}

// inForce returns the policy, and whether it could be read in time.
func (h *handler) inForce(ctx context.Context) (shoppolicy.Policy, bool) {
	ctx, cancel := context.WithTimeout(ctx, h.patience)
	defer cancel()
	p, err := h.policy(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "cannot read the policy; links lead on by their seal, and are not counted", "err", err)
		h.metric(notCounted, 1)
	}
	return p, err == nil
}

// leads reports whether a sealed link may lead to the address. If the policy is not
// known, the seal has to do: the address was one of the shop's when it was sealed.
func leads(s shoppolicy.Shop, known bool, to string) bool {
	if !known {
		return click.WellFormed(to)
	}
	return click.Leads(s, to)
}

// count stores the click, unless the person of the mailbox wants none counted, or the
// message is too old. A person is led on whatever happens here.
func (h *handler) count(ctx context.Context, l linktoken.Link, r events.LambdaFunctionURLRequest) {
	now := h.now()
	if !click.StillCounts(l.Issued, now) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, h.patience)
	defer cancel()
	contact, _, err := h.store.MailboxContact(ctx, l.Mailbox)
	if err == nil && contact.Wishes.Plain.Value == frequency.Yes {
		return
	}
	if err == nil {
		byMachine := click.ByMachine(func(name string) string { return r.Headers[name] })
		err = h.store.Clicked(ctx, l.Customer, l.Send, claim.Click{Link: l.Number, At: now, Machine: byMachine})
	}
	if err != nil && !errors.Is(err, dynamo.ErrConflict) { // a conflict: the customer was erased, or enough is stored
		slog.ErrorContext(ctx, "a click could not be counted; the person was led on", "send", l.Send, "err", err)
		h.metric(notCounted, 1)
	}
}
