package decide

import (
	"encoding/json"
	"time"

	"regulars/shared/offer"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Explanation says from which inputs a decision came. It is kept with the send
// (claim.Send.Explained), holds no address, name or code, and is what anybody
// who asks "why this, why not" is shown.
type Explanation struct {
	Policy   string           `json:"policy"`             // version of the shop's rules
	Model    string           `json:"model,omitempty"`    // version of what was learned
	Lifetime string           `json:"lifetime,omitempty"` // of what customers taught, in the minute in which it is another
	Checks   []Check          `json:"checks"`             // in their order; the last may be the one that said no
	Value    shop.Money       `json:"value,omitzero"`     // what it is expected to bring: by this it competes
	Also     []shop.OrderID   `json:"also,omitempty"`     // orders that it speaks for beside its own
	Items    []recommend.Pick `json:"items,omitempty"`
	Offer    *Granted         `json:"offer,omitempty"`
	Refusals []offer.Refusal  `json:"refusals,omitempty"` // why each other offer was not given
}

// Check is one check that was made; No is empty where it passed.
type Check struct {
	Name string `json:"name"`
	No   string `json:"no,omitempty"`
}

// Granted is the offer that was given.
type Granted struct {
	Offer   shop.OfferID `json:"offer"`
	Version int          `json:"version"`
	Key     string       `json:"key,omitempty"`
	Until   time.Time    `json:"until"`
	Value   shop.Money   `json:"value"` // about what it is worth to this customer
}

func (e *Explanation) note(check, rejection string) {
	e.Checks = append(e.Checks, Check{check, rejection})
}

// told returns of each pick what the message said of it and why: the revision
// tells the rest. With all that the catalogue knows, a send took more than a
// kilobyte, which doubles what its writes cost; and what a product costs the shop
// is nobody's business.
func told(picks []recommend.Pick) []recommend.Pick {
	short := make([]recommend.Pick, len(picks))
	for i, p := range picks {
		short[i] = recommend.Pick{Score: p.Score, Reason: p.Reason, Was: p.Was, Product: shop.Product{
			ID: p.Product.ID, Revision: p.Product.Revision, Title: p.Product.Title, Price: p.Product.Price, Stock: p.Product.Stock,
		}}
	}
	return short
}

func (e *Explanation) json() json.RawMessage {
	b, err := json.Marshal(e)
	if err != nil {
		panic("decide: " + err.Error()) // only plain data is in it
	}
	return b
}
