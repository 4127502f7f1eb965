package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/dynamo"
	"regulars/shared/httpapi"
	"regulars/shared/policy"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// customers is where customers and the catalogue are kept; [dynamo.Store] is one.
type customers interface {
	Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error)
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
}

// rules is what is published and learned; [policycache.Cache] gives it.
type rules interface {
	Policy(context.Context) (policy.Policy, error)
	Model(context.Context) (recommend.Model, error)
}

type handler struct {
	customers customers
	rules     rules
	now       func() time.Time
}

// Handle answers one call of the shop's back end; docs/recommendations.yaml is
// the calls' OpenAPI description:
//
//	GET  /customers/{customer}   what they buy again, and what they would like
//	GET  /products/{product}     what goes with it; ?customer= where one is known
//	POST /carts                  what goes with a cart, or with nothing yet
//
// None of them changes anything.
func (h *handler) Handle(ctx context.Context, r events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	asked, err := read(r)
	var answer any
	if err == nil {
		answer, err = h.advise(ctx, asked)
	}
	status := http.StatusOK
	if err != nil {
		if status, answer = refuse(err); status >= http.StatusInternalServerError {
			slog.ErrorContext(ctx, "a page got no recommendations", "err", err)
		}
	}
	return httpapi.JSON(status, caching(r, asked), answer)
}

// caching says how long a page may keep an answer. What goes with a product, for
// nobody in particular, is as fresh as the rules and the model are: a minute.
// What is for a customer changes with their next order, and is theirs alone.
func caching(r events.LambdaFunctionURLRequest, asked request) string {
	if r.RequestContext.HTTP.Method == http.MethodGet && asked.Customer == "" {
		return "private, max-age=60"
	}
	return "no-store"
}

// errNoSuchCall is a path or method that there is not.
var errNoSuchCall = errors.New("there is no such call; docs/recommendations.yaml lists them")

// read returns what is asked for. It fails with [httpapi.Faults] and
// [errNoSuchCall].
func read(r events.LambdaFunctionURLRequest) (request, error) {
	path, ok := httpapi.Path(r)
	if !ok {
		return request{}, errNoSuchCall
	}
	switch call := r.RequestContext.HTTP.Method + " " + path[0]; {
	case call == "GET customers" && len(path) == 2:
		return request{Customer: shop.CustomerID(path[1]), Mode: recommend.ModeBoth}.readQuery(r.RawQueryString)
	case call == "GET products" && len(path) == 2:
		return request{Products: []shop.ProductID{shop.ProductID(path[1])}, Mode: recommend.ModeGoesWith}.readQuery(r.RawQueryString, "customer")
	case call == "POST carts" && len(path) == 1:
		body, err := httpapi.Body(r)
		if err != nil {
			return request{}, err
		}
		return request{Mode: recommend.ModeGoesWith}.readBody(body)
	}
	return request{}, errNoSuchCall
}

// refuse returns how an error is answered.
func refuse(err error) (status int, answer any) {
	var faults httpapi.Faults
	switch {
	case errors.As(err, &faults):
		return http.StatusBadRequest, httpapi.Problem{Error: "the request has faults", Faults: faults}
	case errors.Is(err, errNoSuchCall):
		return http.StatusNotFound, httpapi.Problem{Error: err.Error()}
	case errors.Is(err, dynamo.ErrThrottled):
		return http.StatusServiceUnavailable, httpapi.Problem{Error: "too many calls at once; call again"}
	}
	return http.StatusInternalServerError, httpapi.Problem{Error: "the call failed; call again"}
}
