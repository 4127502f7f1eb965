package shop

import "time"

// MostCartLines is how many products of a cart are kept; further ones are left out.
const MostCartLines = 20

// Cart is a customer's cart or checkout, as it is now.
type Cart struct {
	ID    string     `json:"id"`
	At    time.Time  `json:"at"`              // of this change
	URL   string     `json:"url,omitempty"`   // where the customer goes on with it
	Lines []CartLine `json:"lines,omitempty"` // none: it was emptied
}

// CartLine is one product of a cart. Units is above 0.
type CartLine struct {
	Product ProductID `json:"product"`
	Units   int       `json:"units"`
}

// CartFact is the new state of a cart, and whose it is. An empty field of Customer
// says nothing.
type CartFact struct {
	Customer Customer
	Cart     Cart
}

func (CartFact) fact() {}
