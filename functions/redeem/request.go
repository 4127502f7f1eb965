package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// request is a cart as the shop's back end sends it. Amounts are in the
// currency's minor unit.
type request struct {
	Customer shop.CustomerID `json:"customer"` // empty for one who is not known: coupons need a customer
	Currency shop.Currency   `json:"currency"`
	Language string          `json:"language"` // BCP 47, of the texts in the answer; empty: the customer's
	Client   string          `json:"client"`   // the customer's network address, to slow down guessing; may be empty
	Shipping int64           `json:"shipping"`
	Lines    []line          `json:"lines"`
	Codes    []string        `json:"codes"`

	locked bool // too many codes were tried in vain: only what the order holds is looked at
}

type line struct {
	ID      string         `json:"id"`
	Product shop.ProductID `json:"product"`
	Units   int            `json:"units"`
	Price   int64          `json:"price"`
}

// MostCodes bounds how many coupons one cart may have.
const mostCodes = 10

// fault is one thing that is wrong with a request.
type fault struct {
	Path  string `json:"path"` // RFC 6901
	Fault string `json:"fault"`
}

// badRequest is every fault of a request.
type badRequest struct{ faults []fault }

func (e *badRequest) Error() string { return fmt.Sprintf("the request has %d faults", len(e.faults)) }

// decode reads a body into v strictly: a key that nobody knows is a fault, since
// it is a slip in a name.
func decode(body string, v any) error {
	if strings.TrimSpace(body) == "null" {
		return &badRequest{[]fault{{"", "is null; want an object"}}}
	}
	d := json.NewDecoder(bytes.NewReader([]byte(body)))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the JSON object")
		}
	}
	if err == nil {
		return nil
	}
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return &badRequest{[]fault{{"/" + strings.ReplaceAll(kind.Field, ".", "/"), fmt.Sprintf("is %s; want %s", kind.Value, kind.Type)}}}
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		name := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		return &badRequest{[]fault{{"", fmt.Sprintf("has the field %q, which is not known", name)}}}
	}
	return &badRequest{[]fault{{"", "is not the JSON that was expected: " + err.Error()}}}
}

// readCart returns the request and its cart, or every fault of it. Category and
// cost of its products are looked up later.
func readCart(body string, currency shop.Currency) (request, pricing.Cart, error) {
	var r request
	if err := decode(body, &r); err != nil {
		return r, pricing.Cart{}, err
	}
	var faults []fault
	if r.Currency != currency {
		faults = append(faults, fault{"/currency", fmt.Sprintf("is %q; the shop's offers are in %s", r.Currency, currency)})
	}
	if len(r.Lines) == 0 {
		faults = append(faults, fault{"/lines", "is empty"})
	}
	if len(r.Codes) > mostCodes {
		faults = append(faults, fault{"/codes", fmt.Sprintf("has %d codes, a cart %d at most", len(r.Codes), mostCodes)})
	}
	cart := pricing.Cart{Currency: r.Currency, Shipping: r.Shipping}
	for _, l := range r.Lines {
		cart.Lines = append(cart.Lines, pricing.Line{ID: l.ID, Product: l.Product, Units: l.Units, Price: l.Price})
	}
	if err := cart.Check(); err != nil {
		for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
			faults = append(faults, fault{"/lines", one.Error()})
		}
	}
	if len(faults) > 0 {
		return r, cart, &badRequest{faults}
	}
	return r, cart, nil
}
