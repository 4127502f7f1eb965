package main

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"regulars/shared/httpapi"
	"regulars/shared/inputfault"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Limits of a request. A caller that needs more picks than a page can show
// needs an export.
const (
	mostWanted   = 50
	mostProducts = 100      // of a cart, and of the products to exclude
	mostBytes    = 64 << 10 // of a body

	usuallyWanted = 8
)

var modes = []recommend.Mode{recommend.ModeBoth, recommend.ModeAgain, recommend.ModeGoesWith, recommend.ModeNext}

// request is a request for recommendations. As JSON it is the body of a call
// for a cart.
type request struct {
	Customer shop.CustomerID  `json:"customer"` // empty: an unknown visitor
	Products []shop.ProductID `json:"products"` // on the page, or in the cart
	Want     *int             `json:"want"`
	Mode     recommend.Mode   `json:"mode"`
	Language string           `json:"language"` // BCP 47, of the reasons' texts; empty: the customer's
	Except   []shop.ProductID `json:"except"`   // products to exclude, such as those that the page shows already
}

// readQuery returns r, which has the values of the path, with the parameters of
// a GET. known lists the parameters of this path that not every path has. It
// fails with [httpapi.Faults].
func (r request) readQuery(query string, known ...string) (request, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return r, httpapi.Faults{{Path: "", Fault: "the query cannot be read: a % or a semicolon in it is not escaped"}}
	}
	var faults httpapi.Faults
	add := func(name, format string, args ...any) {
		faults = append(faults, inputfault.Fault{Path: name, Fault: fmt.Sprintf(format, args...)})
	}
	known = append(known, "want", "mode", "language", "except")
	for _, name := range sorted(values) {
		given := values[name]
		switch {
		case !slices.Contains(known, name) && httpapi.PlainName(name):
			add(name, "is unknown; the parameters are %s", strings.Join(known, ", "))
			continue
		case !slices.Contains(known, name):
			add("", "a parameter is unknown; the parameters are %s", strings.Join(known, ", "))
			continue
		case name == "except":
			for _, id := range given {
				r.Except = append(r.Except, shop.ProductID(id))
			}
			continue
		case len(given) > 1:
			add(name, "is given %d times; want it once", len(given))
			continue
		}
		switch name {
		case "customer":
			r.Customer = shop.CustomerID(given[0])
		case "mode":
			r.Mode = recommend.Mode(given[0])
		case "language":
			r.Language = given[0]
		case "want":
			n, err := strconv.Atoi(given[0])
			if err != nil {
				add(name, "is not a whole number")
				continue
			}
			r.Want = &n
		}
	}
	return r, r.check("", faults)
}

// readBody returns r, which has the defaults, with the values of the body of a
// call for a cart. It fails with [httpapi.Faults].
func (r request) readBody(body string) (request, error) {
	if len(body) > mostBytes {
		return r, httpapi.Faults{{Path: "", Fault: fmt.Sprintf("is %d bytes long; want %d at most", len(body), mostBytes)}}
	}
	if err := httpapi.Decode(body, &r); err != nil {
		return r, err
	}
	return r, r.check("/", nil)
}

// check returns the given faults and those of the values, sorted, or nil if
// there are none. before is put before each name.
func (r request) check(before string, faults httpapi.Faults) error {
	add := func(name, format string, args ...any) {
		faults = append(faults, inputfault.Fault{Path: before + name, Fault: fmt.Sprintf(format, args...)})
	}
	if fault := httpapi.CustomerFault(r.Customer); fault != "" && r.Customer != "" {
		add("customer", "%s", fault)
	}
	if r.Want != nil && (*r.Want < 1 || *r.Want > mostWanted) {
		add("want", "is not between 1 and %d", mostWanted)
	}
	if !slices.Contains(modes, r.Mode) {
		add("mode", "is not one of %v", modes)
	}
	if _, err := language.Parse(r.Language); err != nil && r.Language != "" {
		add("language", "is not a language tag, such as pl or en-GB")
	}
	for name, list := range map[string][]shop.ProductID{"products": r.Products, "except": r.Except} {
		if len(list) > mostProducts {
			add(name, "has %d products; want %d at most", len(list), mostProducts)
			continue
		}
		for i, sku := range list {
			p, at := shop.ProductOf(string(sku)), name
			list[i] = p
			if before != "" {
				at = fmt.Sprintf("%s/%d", name, i)
			}
			if fault := httpapi.IDFault(string(p)); fault != "" {
				add(at, "%s", fault)
			}
		}
	}
	if len(faults) == 0 {
		return nil // a nil Faults would be an error that is not nil
	}
	slices.SortStableFunc(faults, func(a, b inputfault.Fault) int { return strings.Compare(a.Path, b.Path) })
	return faults
}

// want returns the number of picks that the request wants.
func (r request) want() int {
	if r.Want == nil {
		return usuallyWanted
	}
	return *r.Want
}

func sorted(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
