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
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// customers reads customers and the catalogue; [dynamo.Store] is one.
type customers interface {
	Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error)
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
	Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error)
}

// inForce reads the policy and the model in force; [policycache.Cache] is one.
type inForce interface {
	Policy(context.Context) (shoppolicy.Policy, error)
	Model(context.Context) (recommend.Model, error)
}

type handler struct {
	customers customers
	inForce   inForce
	now       func() time.Time
}

// Handle answers one call of the shop's back end; docs/recommendations.yaml is
// the calls' OpenAPI description:
//
//	GET  /customers/{customer}   products that they buy again, and new ones
//	GET  /products/{product}     products that go with it; ?customer= if known
//	POST /carts                  products that go with a cart, empty or not
//
// No call changes anything.
func (h *handler) Handle(ctx context.Context, r events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	req, err := read(r)
	var answer any
	if err == nil {
		answer, err = h.advise(ctx, req)
	}
	status := http.StatusOK
	if err != nil {
		if status, answer = refuse(err); status >= http.StatusInternalServerError {
			slog.ErrorContext(ctx, "no recommendations for a page: the call failed", "err", err)
		}
	}
	return httpapi.JSON(status, caching(r, req), answer)
}

// caching returns the Cache-Control header of an answer. An answer for a
// product without a customer may be kept for a minute, the age that the policy
// and the model can have too. An answer for a customer may not be kept: it is
// personal, and their next order changes it.
func caching(r events.LambdaFunctionURLRequest, req request) string {
	if r.RequestContext.HTTP.Method == http.MethodGet && req.Customer == "" {
		return "private, max-age=60"
	}
	return "no-store"
}

// errNoSuchCall says that the path or the method does not exist.
var errNoSuchCall = errors.New("this path or method does not exist; docs/recommendations.yaml lists the calls")

// read returns the request of a call. It fails with [httpapi.Faults] or
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

// refuse returns the status and the body of the answer to an error.
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
