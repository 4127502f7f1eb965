// Package bigcommerce asks BigCommerce's API for what a webhook only names: an
// order with its lines, parcels and refunds, a product, or a customer.
//
// It reads, and never writes. The API's account needs the scopes Orders, Order
// Transactions, Products and Customers, each read-only.
package bigcommerce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Errors of [Store.Get], which wrap what was asked for.
var (
	// ErrGone says that the resource does not exist any more.
	ErrGone = errors.New("BigCommerce does not have it (404)")

	// ErrToken says that the store's token is wrong, or may not read this.
	ErrToken = errors.New("BigCommerce refuses the token: check its value, its store and its scopes (docs/bigcommerce.md)")

	// ErrLarge says that the answer is larger than what a message can carry.
	ErrLarge = errors.New("the answer is larger than 1 MB")
)

const (
	timeout   = 10 * time.Second // of one call
	mostBytes = 1 << 20          // of one answer
	page      = 250              // lines or parcels in one answer, BigCommerce's most
	mostPages = 4                // 1,000 lines, the most that intake reads
)

// Store is one store of BigCommerce. It is safe for concurrent use.
type Store struct {
	url, hash, token string
	client           *http.Client
}

// New returns the store with this hash, the part of its API path after "stores/".
// url is BigCommerce's API without a slash at its end, and another one only in
// tests.
func New(url, hash, token string) *Store {
	return &Store{url, hash, token, &http.Client{
		Timeout: timeout,
		// The token must not follow a redirect to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Hash returns the store's hash.
func (s *Store) Hash() string { return s.hash }

// Order returns the order, as JSON under "order", and its "products", "shipments"
// and "refunds" as lists.
func (s *Store) Order(ctx context.Context, id int64) (map[string]json.RawMessage, error) {
	path := "/v2/orders/" + strconv.FormatInt(id, 10)
	order, err := s.get(ctx, path)
	if err != nil {
		return nil, err
	}
	products, err := s.all(ctx, path+"/products")
	if err != nil {
		return nil, err
	}
	shipments, err := s.all(ctx, path+"/shipments")
	if err != nil {
		return nil, err
	}
	refunds, err := s.data(ctx, "/v3/orders/"+strconv.FormatInt(id, 10)+"/payment_actions/refunds")
	if err != nil {
		return nil, err
	}
	return map[string]json.RawMessage{"order": order, "products": products, "shipments": shipments, "refunds": refunds}, nil
}

// Product returns the product with its variants and pictures, as JSON under
// "product".
func (s *Store) Product(ctx context.Context, id int64) (map[string]json.RawMessage, error) {
	product, err := s.data(ctx, "/v3/catalog/products/"+strconv.FormatInt(id, 10)+"?include=variants,images")
	if err != nil {
		return nil, err
	}
	return map[string]json.RawMessage{"product": product}, nil
}

// Customer returns the customer with their addresses, as JSON under "customer".
func (s *Store) Customer(ctx context.Context, id int64) (map[string]json.RawMessage, error) {
	path := "/v3/customers?id:in=" + strconv.FormatInt(id, 10) + "&include=addresses"
	found, err := s.data(ctx, path)
	if err != nil {
		return nil, err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(found, &list); err != nil {
		return nil, fmt.Errorf("GET %s: the answer's data is not a list", path)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("GET %s: %w", path, ErrGone)
	}
	return map[string]json.RawMessage{"customer": list[0]}, nil
}

// data returns the member data of an answer of API version 3.
func (s *Store) data(ctx context.Context, path string) (json.RawMessage, error) {
	answer, err := s.get(ctx, path)
	if err != nil {
		return nil, err
	}
	var v3 struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(answer, &v3); err != nil || v3.Data == nil {
		return nil, fmt.Errorf("GET %s: the answer has no data", path)
	}
	return v3.Data, nil
}

// all returns all pages of a list of API version 2 as one list.
func (s *Store) all(ctx context.Context, path string) (json.RawMessage, error) {
	all := []json.RawMessage{}
	for n := 1; n <= mostPages; n++ {
		answer, err := s.get(ctx, fmt.Sprintf("%s?page=%d&limit=%d", path, n, page))
		if err != nil {
			return nil, err
		}
		var some []json.RawMessage
		if len(answer) > 0 {
			if err := json.Unmarshal(answer, &some); err != nil {
				return nil, fmt.Errorf("GET %s: the answer is not a list", path)
			}
		}
		all = append(all, some...)
		if len(some) < page {
			break
		}
	}
	return json.Marshal(all)
}

// get returns the body of the answer: JSON, or nothing if BigCommerce has an empty
// list (204). It fails with [ErrGone], [ErrToken], [ErrLarge], or an error that
// can pass. Errors contain the path and the status, and nothing of the answer.
func (s *Store) get(ctx context.Context, path string) (json.RawMessage, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/stores/"+s.hash+path, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	r.Header.Set("X-Auth-Token", s.token)
	r.Header.Set("Accept", "application/json")
	answer, err := s.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	switch answer.StatusCode {
	case http.StatusOK, http.StatusNoContent:
	case http.StatusNotFound:
		return nil, fmt.Errorf("GET %s: %w", path, ErrGone)
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, fmt.Errorf("GET %s: %w", path, ErrToken)
	default:
		return nil, fmt.Errorf("GET %s: BigCommerce answers with status %d", path, answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, mostBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("GET %s: read the answer: %w", path, err)
	case len(body) > mostBytes:
		return nil, fmt.Errorf("GET %s: %w", path, ErrLarge)
	case answer.StatusCode == http.StatusOK && !json.Valid(body):
		return nil, fmt.Errorf("GET %s: the answer is not JSON", path)
	}
	return body, nil
}
