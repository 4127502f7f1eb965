package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/cartquote"
	"regulars/shared/cartread"
	"regulars/shared/checkout"
	"regulars/shared/dynamo"
	"regulars/shared/httpapi"
	"regulars/shared/shop"
)

// customers reads the customers whose orders make a step.
type customers interface {
	Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error)
}

// redemptions stores what each order holds or has redeemed.
type redemptions interface {
	Redemption(context.Context, shop.OrderID) (checkout.Redemption, dynamo.Rev, error)
	SaveRedemption(context.Context, dynamo.Checkout) error
}

// budgets finds a shard of an offer's budget that has a use left.
type budgets interface {
	FundedShard(ctx context.Context, offer shop.OfferID, version, start int) (int, error)
}

type handler struct {
	policies    cartread.Policies
	carts       *cartread.Reader
	customers   customers
	guesses     guesses
	redemptions redemptions
	budgets     budgets
	sweeps      sweeps
	now         func() time.Time
}

// Handle takes a tick of the clock, or one call of the shop's back end;
// docs/checkout.yaml is the calls' OpenAPI description:
//
//	POST   /quotes                          price a cart
//	PUT    /orders/{order}/hold             price a cart, and hold its discounts for 15 minutes
//	DELETE /orders/{order}/hold             the order is not placed
//	PUT    /orders/{order}/redemption       the order is placed
//	PUT    /orders/{order}/returns/{return} units came back, or all of the order
//	GET    /orders/{order}                  what the order holds or has redeemed
//	GET    /customers/{customer}/points     a customer's loyalty points, for the shop's account page
//
// Each call can be repeated: the order names it, and the return its own ID.
func (h *handler) Handle(ctx context.Context, payload json.RawMessage) (any, error) {
	var call struct {
		events.LambdaFunctionURLRequest
		DetailType string `json:"detail-type"`
	}
	if err := json.Unmarshal(payload, &call); err != nil {
		return nil, fmt.Errorf("read the call of redeem: %w", err)
	}
	if call.DetailType != "" {
		return nil, h.sweep(ctx)
	}
	return h.answer(ctx, call.LambdaFunctionURLRequest)
}

func (h *handler) answer(ctx context.Context, r events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	answer, err := h.route(ctx, r)
	status := http.StatusOK
	if err != nil {
		status, answer = refuse(err)
		if status >= http.StatusInternalServerError {
			slog.ErrorContext(ctx, "a checkout call failed", "path", r.RawPath, "err", err)
		}
	}
	return httpapi.JSON(status, "no-store", answer)
}

// errNoSuchCall means that no call has this path and method.
var errNoSuchCall = errors.New("there is no such call; docs/checkout.yaml lists them")

func (h *handler) route(ctx context.Context, r events.LambdaFunctionURLRequest) (any, error) {
	body, err := httpapi.Body(r)
	if err != nil {
		return nil, err
	}
	path, ok := httpapi.Path(r)
	if !ok {
		return nil, errNoSuchCall
	}
	call := r.RequestContext.HTTP.Method + " " + path[0]
	if len(path) == 1 && call == "POST quotes" {
		return h.quote(ctx, body)
	}
	if call == "GET customers" && len(path) == 3 && path[2] == "points" {
		return h.statement(ctx, shop.CustomerID(path[1]))
	}
	if path[0] != "orders" || len(path) < 2 {
		return nil, errNoSuchCall
	}
	order := shop.OrderID(path[1])
	switch call = r.RequestContext.HTTP.Method + " " + strings.Join(path[2:min(3, len(path))], ""); {
	case call == "GET " && len(path) == 2:
		found, _, err := h.redemptions.Redemption(ctx, order)
		return stateOf(found), err
	case call == "PUT hold" && len(path) == 3:
		return h.hold(ctx, order, body)
	case call == "DELETE hold" && len(path) == 3:
		return h.step(ctx, order, checkout.Redemption.Release)
	case call == "PUT redemption" && len(path) == 3:
		return h.step(ctx, order, checkout.Redemption.Redeem)
	case call == "PUT returns" && len(path) == 4:
		return h.bringBack(ctx, order, path[3], body)
	}
	return nil, errNoSuchCall
}

func (h *handler) quote(ctx context.Context, body string) (any, error) {
	r, err := h.readRequest(ctx, body)
	if err != nil {
		return nil, err
	}
	now := h.now().UTC()
	priced, err := h.priceRequest(ctx, r, "", now)
	if err != nil {
		return nil, err
	}
	c, err := h.carts.Read(ctx, priced, now)
	if err != nil {
		return nil, err
	}
	q := cartquote.Price(c.Case)
	return answerOf(q, r.Currency, r.languageFor(c.Profile)), h.countGuesses(ctx, r, q.Codes, now)
}

func (h *handler) bringBack(ctx context.Context, order shop.OrderID, id, body string) (any, error) {
	var in struct {
		Lines map[string]int `json:"lines"` // units by line; absent: all that is left of the order
	}
	if err := httpapi.Decode(body, &in); err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := httpapi.Decode(body, &fields); err != nil {
		return nil, err
	}
	if len(fields) > 0 && len(in.Lines) == 0 { // a mistake in the body must not return a whole order
		return nil, httpapi.Faults{{Path: "/lines", Fault: "is empty; leave it out to return all that is left of the order"}}
	}
	return h.step(ctx, order, func(r checkout.Redemption, now time.Time) (checkout.Redemption, []checkout.Change, error) {
		return r.Return(id, in.Lines, now)
	})
}
