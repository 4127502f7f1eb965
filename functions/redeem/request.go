package main

import (
	"context"
	"fmt"

	"regulars/shared/cartquote"
	"regulars/shared/httpapi"
	"regulars/shared/inputfault"
	"regulars/shared/pricing"
	"regulars/shared/redemption"
	"regulars/shared/shop"
)

// request is a cart as the shop's back end sends it. Amounts are in the
// currency's minor unit.
type request struct {
	Customer shop.CustomerID `json:"customer"` // empty if the customer is not known; coupons need one
	Currency shop.Currency   `json:"currency"`
	Language string          `json:"language"` // BCP 47, of the texts in the answer; empty: the customer's
	Client   string          `json:"client"`   // the customer's network address, to slow down guessing; may be empty
	Shipping int64           `json:"shipping"`
	ShipTax  int             `json:"shipping_tax_rate"` // basis points
	Lines    []line          `json:"lines"`
	Codes    []string        `json:"codes"`
	Points   int             `json:"points"` // that the customer wants to pay with
}

type line struct {
	ID      string         `json:"id"`
	Product shop.ProductID `json:"product"`
	Units   int            `json:"units"`
	Price   int64          `json:"price"`
	TaxRate int            `json:"tax_rate"` // basis points
}

// mostCodes bounds how many codes one cart may have.
const mostCodes = 10

// readRequest returns the request of a call's body. It fails with every fault
// of it, as [httpapi.Faults].
func (h *handler) readRequest(ctx context.Context, body string) (request, error) {
	rules, err := h.service.Policies.Policy(ctx)
	if err != nil {
		return request{}, err
	}
	var r request
	if err := httpapi.Decode(body, &r); err != nil {
		return r, err
	}
	var faults httpapi.Faults
	if currency := rules.Shop.Currency; r.Currency != currency {
		faults = append(faults, inputfault.Fault{Path: "/currency", Fault: fmt.Sprintf("is not %s, the currency of the shop's offers", currency)})
	}
	for i, l := range r.Lines {
		r.Lines[i].Product = shop.ProductOf(string(l.Product))
	}
	if len(r.Lines) == 0 {
		faults = append(faults, inputfault.Fault{Path: "/lines", Fault: "is empty"})
	}
	faults = append(faults, r.idFaults()...)
	if len(r.Codes) > mostCodes {
		faults = append(faults, inputfault.Fault{Path: "/codes", Fault: fmt.Sprintf("has %d codes, a cart %d at most", len(r.Codes), mostCodes)})
	}
	if r.Points < 0 {
		faults = append(faults, inputfault.Fault{Path: "/points", Fault: "is below 0"})
	}
	if err := r.cartOf("").Cart.Check(); err != nil {
		for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
			faults = append(faults, inputfault.Fault{Path: "/lines", Fault: one.Error()})
		}
	}
	if len(faults) > 0 {
		return r, faults
	}
	return r, nil
}

// idFaults returns the faults of the request's identifiers and codes. An empty
// line or product is a fault of the cart: see [pricing.Cart.Check].
func (r request) idFaults() (faults httpapi.Faults) {
	add := func(path, fault string) {
		if fault != "" {
			faults = append(faults, inputfault.Fault{Path: path, Fault: fault})
		}
	}
	if r.Customer != "" {
		add("/customer", httpapi.CustomerFault(r.Customer))
	}
	if r.Client != "" {
		add("/client", httpapi.IDFault(r.Client))
	}
	for i, l := range r.Lines {
		if l.ID != "" {
			add(fmt.Sprintf("/lines/%d/id", i), httpapi.IDFault(l.ID))
		}
		if l.Product != "" {
			add(fmt.Sprintf("/lines/%d/product", i), httpapi.IDFault(string(l.Product)))
		}
	}
	for i, code := range r.Codes {
		if len(code) > httpapi.MostID { // the customer typed it: all else that is wrong with it is told with the quote
			add(fmt.Sprintf("/codes/%d", i), httpapi.IDFault(code))
		}
	}
	return faults
}

// cartOf returns the cart to be priced or held; order is empty for a quote.
func (r request) cartOf(order shop.OrderID) redemption.Cart {
	cart := pricing.Cart{Currency: r.Currency, Shipping: r.Shipping, ShippingTaxRate: r.ShipTax}
	for _, l := range r.Lines {
		cart.Lines = append(cart.Lines, pricing.Line{ID: l.ID, Product: l.Product, Units: l.Units, Price: l.Price, TaxRate: l.TaxRate})
	}
	return redemption.Cart{
		Request: cartquote.Request{Customer: r.Customer, Order: order, Cart: cart, Codes: r.Codes, Points: r.Points},
		Client:  r.Client,
	}
}
