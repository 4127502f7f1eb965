package profile

import (
	"cmp"
	"encoding/json"
	"slices"

	"regulars/shared/shop"
)

// WithCart returns the profile with the cart, if the customer changed none later. A
// profile keeps one cart: of two changes at one time, the one that sorts last.
func (p Profile) WithCart(cart shop.Cart) Profile {
	cart.Lines = slices.Clone(cart.Lines[:min(len(cart.Lines), shop.MostCartLines)])
	if p.Cart == nil || cmp.Or(cart.At.Compare(p.Cart.At), cmp.Compare(text(cart), text(*p.Cart))) > 0 {
		p.Cart = &cart
	}
	return p
}

func text(c shop.Cart) string {
	b, err := json.Marshal(c)
	if err != nil {
		panic("profile: " + err.Error()) // only plain data is in it
	}
	return string(b)
}
