package customerview

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/infra/local/aws"
	"regulars/infra/local/pages"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// function stands in for recommend: it keeps the request and gives a fixed
// answer.
type function struct {
	request events.LambdaFunctionURLRequest
	answer  aws.Invocation
}

func (f *function) Invoke(_ context.Context, _ string, payload []byte, _ string) (aws.Invocation, error) {
	return f.answer, json.Unmarshal(payload, &f.request)
}

func answer(status int, body string) aws.Invocation {
	text, _ := json.Marshal(events.LambdaFunctionURLResponse{StatusCode: status, Body: body})
	return aws.Invocation{Payload: text}
}

func TestCustomerShowsProductsNetOfReturnsAndCancellations(t *testing.T) {
	store := dynamotest.Store(t)
	visit := func(id shop.OrderID, days int, cancelled bool, lines ...profile.VisitProduct) profile.Visit {
		return profile.Visit{Order: id, At: noon.AddDate(0, 0, -days), Cancelled: cancelled, Lines: lines}
	}
	must(t, store.SaveProduct(t.Context(), shop.Product{ID: "LAMP", Title: "Desk lamp", Revision: noon}))
	must(t, store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{
		{ID: "ann", Locale: profile.Statement{Value: "pl"}, Orders: []profile.Visit{
			visit("1", 9, false, profile.VisitProduct{Product: "LAMP", Units: 2}),
			visit("2", 5, false, profile.VisitProduct{Product: "GONE", Units: 2, Returned: 1}),
			visit("3", 1, true, profile.VisitProduct{Product: "LAMP", Units: 1}),
		}},
		{ID: "bob", Orders: []profile.Visit{visit("4", 2, false)}},
		{ID: "cat", Orders: []profile.Visit{visit("5", 1, true)}}, // only a cancelled order
	}}))
	r := New(store, &function{}, "Recommend")
	some, err := r.Customers(t.Context(), 10)
	if err != nil || len(some) != 2 || some[0].ID != "bob" || some[1].ID != "ann" {
		t.Errorf("Customers = %+v, %v, want bob, who ordered later, and ann", some, err)
	}
	c, ok, err := r.Customer(t.Context(), "ann")
	if err != nil || !ok || c.Orders != 2 || c.Language != "pl" || len(c.Bought) != 2 || c.Products != 2 || !c.Last.Equal(noon.AddDate(0, 0, -5)) {
		t.Fatalf("Customer(ann) = %+v, %v, %v", c, ok, err)
	}
	if b := c.Bought[0]; b.Title != "GONE" || b.Units != 1 || !b.Returned {
		t.Errorf("the latest product = %+v, want GONE with one unit net of the return", b)
	}
	if b := c.Bought[1]; b.Title != "Desk lamp" || b.Units != 2 || b.Orders != 1 {
		t.Errorf("the product before = %+v, want the lamp of the order that was not cancelled", b)
	}
	if _, ok, err := r.Customer(t.Context(), "unknown"); ok || err != nil {
		t.Errorf("Customer(unknown) = %v, %v, want none", ok, err)
	}
}

// profiles is a [Source] of one customer with an order in each of its pages.
type profiles int

// many is profiles; nothing else is asked of it.
type many struct {
	profiles
	source
}

type source struct{ Source }

func (all profiles) Profiles(_ context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error) {
	n, _ := strconv.Atoi(string(page.After))
	if err := visit(profile.Profile{ID: shop.CustomerID(strconv.Itoa(n)), Orders: []profile.Visit{{Order: "1", At: noon}}}); err != nil {
		return "", err
	}
	if n++; n == int(all) {
		return dynamo.End, nil
	}
	return dynamo.Cursor(strconv.Itoa(n)), nil
}

func TestCustomersReadsOnForManyAndOncePerRefreshOfAPage(t *testing.T) {
	for _, c := range []struct{ limit, want int }{{pages.MostListed, 1}, {70, 70}, {1000, 100}} {
		r := New(many{profiles: 100}, nil, "")
		some, err := r.Customers(t.Context(), c.limit)
		if err != nil || len(some) != c.want {
			t.Errorf("Customers(%d) = %d, %v, want %d", c.limit, len(some), err, c.want)
		}
	}
}

func TestRecommendCallsTheFunctionAsAPageDoes(t *testing.T) {
	f := &function{answer: answer(200, `{"model":"v1","picks":[{"product":{"id":"RUG","title":"Rug"},"reason":{"kind":"popular","customers":9,"text":"9 customers"}}]}`)}
	r := New(nil, f, "Recommend")
	a, err := r.Recommend(t.Context(), "a/b", url.Values{"mode": {"again"}})
	if err != nil || a.Model != "v1" || len(a.Picks) != 1 || a.Picks[0].Reason.Customers != 9 || a.Picks[0].Reason.Text != "9 customers" {
		t.Errorf("Recommend = %+v, %v", a, err)
	}
	if f.request.RawPath != "/customers/a%2Fb" || f.request.RawQueryString != "mode=again" || f.request.RequestContext.HTTP.Method != http.MethodGet {
		t.Errorf("the function was called with %+v, want a GET of /customers/a%%2Fb with the query", f.request)
	}
	for phrase, c := range map[string]struct {
		answer aws.Invocation
		want   string
	}{
		"status 503":      {answer(503, `{"error":"too many"}`), "answered with 503"},
		"crash":           {aws.Invocation{Failure: "Unhandled", Payload: []byte(`{}`)}, "Unhandled"},
		"not JSON":        {aws.Invocation{Payload: []byte(`<html>`)}, "read the answer of Recommend"},
		"unexpected JSON": {answer(200, `[]`), "cannot unmarshal"},
	} {
		f.answer = c.answer
		if _, err := r.Recommend(t.Context(), "ann", nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Recommend fails with %v, want %q", phrase, err, c.want)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
