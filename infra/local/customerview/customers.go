// Package customerview reads, for the local pages, what each customer bought and
// what the function recommend answers for them. It makes the same call as a
// shop's page, so that the local pages show what a shop's page gets. Only the
// local cloud uses it.
package customerview

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/aws/aws-lambda-go/events"

	"regulars/infra/local/aws"
	"regulars/infra/local/pages"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Source reads the tables; [dynamo.Store] implements it.
type Source interface {
	Profile(context.Context, shop.CustomerID) (profile.Profile, dynamo.Rev, error)
	Profiles(ctx context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error)
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
}

// Reader reads customers and their recommendations; it is a
// [pages.CustomerSource].
type Reader struct {
	source   Source
	function string // name of the function recommend
	invoker  aws.Invoker
}

// New returns a reader that reads the tables and calls the function of that
// name.
func New(source Source, invoker aws.Invoker, function string) *Reader {
	return &Reader{source: source, invoker: invoker, function: function}
}

// scanned is the number of items that one call reads. An open page, which asks every
// two seconds, takes the latest customers among them.
const scanned = 300

// Customers returns customers with at least one order, the latest to order
// first. It looks only at the first items of the table, which is in no
// order: at one call's, and if more than [pages.MostListed] are asked for, at as many as it
// takes to find them.
func (r *Reader) Customers(ctx context.Context, limit int) ([]pages.Customer, error) {
	var some []pages.Customer
	for page := (dynamo.Page{Limit: scanned}); ; {
		next, err := r.source.Profiles(ctx, page, func(p profile.Profile) error {
			if c := customer(p); c.Orders > 0 {
				some = append(some, c)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if next == dynamo.End || limit <= pages.MostListed || len(some) >= limit {
			break
		}
		page.After = next
	}
	slices.SortFunc(some, func(a, b pages.Customer) int { return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.ID, b.ID)) })
	return some[:min(limit, len(some))], nil
}

// mostBought is the most products that are shown of one customer: one batch
// read.
const mostBought = 100

// Customer returns what one customer bought, and whether the customer exists.
func (r *Reader) Customer(ctx context.Context, id shop.CustomerID) (pages.Customer, bool, error) {
	p, rev, err := r.source.Profile(ctx, id)
	if err != nil || rev == "" {
		return pages.Customer{}, false, err
	}
	c := customer(p)
	var ids []shop.ProductID
	for _, b := range decide.History(p).Items {
		c.Bought = append(c.Bought, pages.Bought{Product: b.Product, Title: string(b.Product), Orders: b.Orders, Units: b.Units, Returned: b.Returned, Last: b.Last})
	}
	slices.SortFunc(c.Bought, func(a, b pages.Bought) int { return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Product, b.Product)) })
	c.Products = len(c.Bought)
	c.Bought = c.Bought[:min(mostBought, c.Products)]
	for _, b := range c.Bought {
		ids = append(ids, b.Product)
	}
	rows, err := r.source.Items(ctx, recommend.Model{}, ids)
	if err != nil {
		return pages.Customer{}, false, err
	}
	for i, b := range c.Bought {
		c.Bought[i].Title = cmp.Or(rows[b.Product].Title, string(b.Product))
	}
	return c, true, nil
}

func customer(p profile.Profile) pages.Customer {
	totals, _ := p.All()
	c := pages.Customer{ID: p.ID, Orders: totals.Orders, Language: p.Locale.Value}
	for _, visit := range p.Orders {
		if !visit.Cancelled {
			c.Last = visit.At // oldest first
		}
	}
	return c
}

// Recommend calls the function with the request that its URL would send, and
// returns its answer.
func (r *Reader) Recommend(ctx context.Context, id shop.CustomerID, query url.Values) (found pages.Recommendations, err error) {
	call := events.LambdaFunctionURLRequest{RawPath: "/customers/" + url.PathEscape(string(id)), RawQueryString: query.Encode()}
	call.RequestContext.HTTP.Method = http.MethodGet
	payload, err := json.Marshal(call)
	if err != nil {
		return found, err
	}
	result, err := r.invoker.Invoke(ctx, r.function, payload, "")
	if err != nil {
		return found, fmt.Errorf("call %s: %w", r.function, err)
	}
	if result.Failure != "" {
		return found, fmt.Errorf("%s failed: %s %s", r.function, result.Failure, result.Payload)
	}
	var answered events.LambdaFunctionURLResponse
	if err := json.Unmarshal(result.Payload, &answered); err != nil {
		return found, fmt.Errorf("read the answer of %s: %w", r.function, err)
	}
	if answered.StatusCode != http.StatusOK {
		return found, fmt.Errorf("%s answered with %d: %s", r.function, answered.StatusCode, answered.Body)
	}
	return found, json.Unmarshal([]byte(answered.Body), &found)
}
