package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/httpapi"
	"regulars/shared/redemption"
	"regulars/shared/shop"
)

// handler decodes calls, calls the service, and writes answers.
type handler struct {
	service *redemption.Service
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
		return nil, h.service.Sweep(ctx)
	}
	return h.answer(ctx, call.LambdaFunctionURLRequest)
}

func (h *handler) answer(ctx context.Context, r events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	answer, err := h.route(ctx, r)
	status := http.StatusOK
	if err != nil {
		status, answer = refuse(err)
		if status >= http.StatusInternalServerError {
			slog.ErrorContext(ctx, "a checkout call failed", "err", err)
		}
	}
	return httpapi.JSON(status, "no-store", answer)
}

// errNoSuchCall means that no call has this path and method.
var errNoSuchCall = errors.New("this path or method does not exist; docs/checkout.yaml lists the calls")

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
		customer := shop.CustomerID(path[1])
		if fault := httpapi.CustomerFault(customer); fault != "" {
			return nil, httpapi.Faults{{Path: "customer", Fault: fault}}
		}
		return h.statement(ctx, customer)
	}
	if path[0] != "orders" || len(path) < 2 {
		return nil, errNoSuchCall
	}
	if fault := httpapi.IDFault(path[1]); fault != "" {
		return nil, httpapi.Faults{{Path: "order", Fault: fault}}
	}
	order := shop.OrderID(path[1])
	switch call = r.RequestContext.HTTP.Method + " " + strings.Join(path[2:min(3, len(path))], ""); {
	case call == "GET " && len(path) == 2:
		return stateOf(h.service.Redemption(ctx, order))
	case call == "PUT hold" && len(path) == 3:
		return h.hold(ctx, order, body)
	case call == "DELETE hold" && len(path) == 3:
		return stateOf(h.service.Release(ctx, order))
	case call == "PUT redemption" && len(path) == 3:
		return stateOf(h.service.Redeem(ctx, order))
	case call == "PUT returns" && len(path) == 4:
		if fault := httpapi.IDFault(path[3]); fault != "" {
			return nil, httpapi.Faults{{Path: "return", Fault: fault}}
		}
		return h.bringBack(ctx, order, path[3], body)
	}
	return nil, errNoSuchCall
}

func (h *handler) quote(ctx context.Context, body string) (any, error) {
	r, err := h.readRequest(ctx, body)
	if err != nil {
		return nil, err
	}
	priced, err := h.service.Quote(ctx, r.cartOf(""))
	if err != nil {
		return nil, err
	}
	return answerOf(priced.Quote, r.Currency, spoken(r.Language, priced.Locale)), nil
}

func (h *handler) hold(ctx context.Context, order shop.OrderID, body string) (any, error) {
	r, err := h.readRequest(ctx, body)
	if err != nil {
		return nil, err
	}
	priced, err := h.service.Hold(ctx, r.cartOf(order))
	if err != nil {
		return nil, err
	}
	held := answerOf(priced.Quote, r.Currency, spoken(r.Language, priced.Locale))
	held.Order, held.HeldUntil = priced.Held.Order, priced.Held.Until
	return held, nil
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
	return stateOf(h.service.Return(ctx, order, id, in.Lines))
}
