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
	Policy   string           `json:"policy"`          // version of the shop's rules
	Model    string           `json:"model,omitempty"` // version of what was learned
	Checks   []Check          `json:"checks"`          // in their order; the last may be the one that said no
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

func (e *Explanation) note(check, no string) { e.Checks = append(e.Checks, Check{check, no}) }

func (e *Explanation) json() json.RawMessage {
	b, err := json.Marshal(e)
	if err != nil {
		panic("decide: " + err.Error()) // only plain data is in it
	}
	return b
}
