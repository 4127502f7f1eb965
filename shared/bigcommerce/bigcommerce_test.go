package bigcommerce

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// api is BigCommerce's API on this machine: answers by path and query.
type api struct {
	answers map[string]string // "204" and other numbers are statuses
	asked   []string
	tokens  []string
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	a.asked, a.tokens = append(a.asked, r.Method+" "+path), append(a.tokens, r.Header.Get("X-Auth-Token"))
	answer, ok := a.answers[path]
	var status int
	if _, err := fmt.Sscanf(answer, "%d", &status); !ok {
		w.WriteHeader(http.StatusNotFound)
	} else if err == nil && len(answer) == 3 {
		if status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	} else {
		_, _ = w.Write([]byte(answer))
	}
}

func newStore(t *testing.T, answers map[string]string) (*Store, *api) {
	t.Helper()
	a := &api{answers: answers}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return New(server.URL, "abc123", "the-token"), a
}

const at = "/stores/abc123"

func order(more map[string]string) map[string]string {
	answers := map[string]string{
		at + "/v2/orders/100":                                 `{"id":100}`,
		at + "/v2/orders/100/products?page=1&limit=250":       `[{"id":65}]`,
		at + "/v2/orders/100/shipments?page=1&limit=250":      "204",
		at + "/v3/orders/100/payment_actions/refunds":         `{"data":[],"meta":{}}`,
		at + "/v3/customers?id:in=20&include=addresses":       `{"data":[{"id":20}]}`,
		at + "/v3/catalog/products/7?include=variants,images": `{"data":{"id":7}}`,
	}
	for path, answer := range more {
		answers[path] = answer
	}
	return answers
}

func TestAnOrderComesWithItsLinesParcelsAndRefunds(t *testing.T) {
	s, a := newStore(t, order(nil))
	got, err := s.Order(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"order": `{"id":100}`, "products": `[{"id":65}]`, "shipments": `[]`, "refunds": `[]`} {
		if string(got[key]) != want {
			t.Errorf("%s = %s, want %s", key, got[key], want)
		}
	}
	if len(a.asked) != 4 || slices.ContainsFunc(a.asked, func(call string) bool { return !strings.HasPrefix(call, "GET ") }) {
		t.Errorf("calls: %q; want four, GET only", a.asked)
	}
	if slices.ContainsFunc(a.tokens, func(token string) bool { return token != "the-token" }) {
		t.Errorf("tokens: %q", a.tokens)
	}
}

func TestAProductAndACustomerComeWithoutTheirFrame(t *testing.T) {
	s, _ := newStore(t, order(nil))
	product, err := s.Product(t.Context(), 7)
	if err != nil || string(product["product"]) != `{"id":7}` {
		t.Errorf("Product = %s, %v", product, err)
	}
	customer, err := s.Customer(t.Context(), 20)
	if err != nil || string(customer["customer"]) != `{"id":20}` {
		t.Errorf("Customer = %s, %v", customer, err)
	}
}

// An order of 251 lines has two pages.
func TestAllPagesOfAnOrderAreAsked(t *testing.T) {
	full := "[" + strings.TrimSuffix(strings.Repeat(`{"id":1},`, 250), ",") + "]"
	s, a := newStore(t, order(map[string]string{
		at + "/v2/orders/100/products?page=1&limit=250": full,
		at + "/v2/orders/100/products?page=2&limit=250": `[{"id":2}]`,
	}))
	got, err := s.Order(t.Context(), 100)
	if err != nil || strings.Count(string(got["products"]), `"id"`) != 251 || len(a.asked) != 5 {
		t.Errorf("Order = %d lines in %d calls, %v; want 251 in five", strings.Count(string(got["products"]), `"id"`), len(a.asked), err)
	}
}

func TestEachAnswerThatIsNoneIsAnError(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		want   error // nil: any other
	}{
		"gone":                {"404", ErrGone},
		"a wrong token":       {"401", ErrToken},
		"a missing scope":     {"403", ErrToken},
		"too many calls":      {"429", nil},
		"an outage":           {"503", nil},
		"another host":        {"302", nil},
		"not JSON":            {"<html>", nil},
		"larger than 1 MB":    {`"` + strings.Repeat("x", 1<<20) + `"`, ErrLarge},
		"a body that is cut":  {`{"id":`, nil},
		"an order that is []": {"204", nil},
	} {
		s, a := newStore(t, order(map[string]string{at + "/v2/orders/100": c.answer}))
		if name == "an order that is []" {
			s, a = newStore(t, order(map[string]string{at + "/v2/orders/100/products?page=1&limit=250": `{}`}))
		}
		_, err := s.Order(t.Context(), 100)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: Order fails with %v, want %v", name, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "the-token") || strings.Contains(err.Error(), "html")) {
			t.Errorf("%s: the error has the token or the answer: %v", name, err)
		}
		if slices.ContainsFunc(a.asked, func(call string) bool { return strings.Contains(call, "elsewhere") }) {
			t.Errorf("%s: the token followed a redirect", name)
		}
	}
	s, _ := newStore(t, map[string]string{at + "/v3/customers?id:in=9&include=addresses": `{"data":[]}`})
	if _, err := s.Customer(t.Context(), 9); !errors.Is(err, ErrGone) {
		t.Errorf("a customer who was deleted: %v, want %v", err, ErrGone)
	}
}
