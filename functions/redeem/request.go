package main

import (
	"fmt"

	"regulars/shared/fault"
	"regulars/shared/httpapi"
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
	ShipTax  int             `json:"shipping_tax_rate"` // basis points
	Lines    []line          `json:"lines"`
	Codes    []string        `json:"codes"`
	Points   int             `json:"points"` // that the customer wants to pay with

	locked bool // too many codes were tried in vain: only what the order holds is looked at
}

type line struct {
	ID      string         `json:"id"`
	Product shop.ProductID `json:"product"`
	Units   int            `json:"units"`
	Price   int64          `json:"price"`
	TaxRate int            `json:"tax_rate"` // basis points
}

// MostCodes bounds how many coupons one cart may have.
const mostCodes = 10

// readCart returns the request and its cart, or every fault of it. Category and
// cost of its products are looked up later.
func readCart(body string, currency shop.Currency) (request, pricing.Cart, error) {
	var r request
	if err := httpapi.Decode(body, &r); err != nil {
		return r, pricing.Cart{}, err
	}
	var faults httpapi.Faults
	if r.Currency != currency {
		faults = append(faults, fault.Fault{Path: "/currency", Fault: fmt.Sprintf("is %q; the shop's offers are in %s", r.Currency, currency)})
	}
	if len(r.Lines) == 0 {
		faults = append(faults, fault.Fault{Path: "/lines", Fault: "is empty"})
	}
	if len(r.Codes) > mostCodes {
		faults = append(faults, fault.Fault{Path: "/codes", Fault: fmt.Sprintf("has %d codes, a cart %d at most", len(r.Codes), mostCodes)})
	}
	if r.Points < 0 {
		faults = append(faults, fault.Fault{Path: "/points", Fault: fmt.Sprintf("is %d; points are paid with, or none are", r.Points)})
	}
	cart := pricing.Cart{Currency: r.Currency, Shipping: r.Shipping, ShippingTaxRate: r.ShipTax}
	for _, l := range r.Lines {
		cart.Lines = append(cart.Lines, pricing.Line{ID: l.ID, Product: l.Product, Units: l.Units, Price: l.Price, TaxRate: l.TaxRate})
	}
	if err := cart.Check(); err != nil {
		for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
			faults = append(faults, fault.Fault{Path: "/lines", Fault: one.Error()})
		}
	}
	if len(faults) > 0 {
		return r, cart, faults
	}
	return r, cart, nil
}
