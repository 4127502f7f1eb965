package decide

import (
	"encoding/json"
	"time"

	"regulars/shared/offer"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Explanation is the record of how a decision was made: its checks and inputs. It
// is stored with the send (claim.Send.Explained), holds no address, name or code,
// and is shown to support people who ask "why this, why not".
type Explanation struct {
	Policy        string           `json:"policy"`               // version
	Model         string           `json:"model,omitempty"`      // version
	CustomerValue string           `json:"lifetime,omitempty"`   // version of the customer value model, if it differs from Model for the minute after a night
	Late          string           `json:"late,omitempty"`       // how long after its time the intent was decided, such as "31h", if more than an hour
	Checks        []Check          `json:"checks"`               // in order; the last one may have rejected the intent
	Value         shop.Money       `json:"value,omitzero"`       // expected value, by which the intent competes
	ValueFrom     string           `json:"value_from,omitempty"` // how the value is known, if the campaign competes with a measured one
	Variant       string           `json:"variant,omitempty"`    // of the campaign
	OwnDay        string           `json:"own_day,omitempty"`    // the customer's own day that it is about, with their numbers
	Also          []shop.OrderID   `json:"also,omitempty"`       // further orders that the message covers
	Items         []recommend.Pick `json:"items,omitempty"`
	Offer         *Granted         `json:"offer,omitempty"`
	Refusals      []offer.Refusal  `json:"refusals,omitempty"` // why each of the other offers was not granted
}

// Check is one check of an evaluation. No is the reason of its rejection; it is
// empty if the intent passed. Note says why it passed, if that is not plain: a check
// that does not apply to the message has asked the customer nothing.
type Check struct {
	Name string `json:"name"`
	No   string `json:"no,omitempty"`
	Note string `json:"note,omitempty"`
}

// CheckPassed says in plain words what it means that an intent passed a check; empty for
// a name that it does not know.
func CheckPassed(check string) string { return passedWords[check] }

var passedWords = map[string]string{
	"campaign":  "it is published, and the time of the message has come and is not over",
	"product":   "what the message says of its product is true",
	"breaker":   "no person and no circuit breaker stopped it",
	"condition": "the customer is still meant by it",
	"address":   "there is one that may be written to",
	"consent":   "the customer agreed to such messages",
	"pause":     "no return, delay or cancellation holds it back",
	"frequency": "caps, gap, quiet hours and the customer's own limits allow it",
	"holdout":   "the customer is not held out",
}

// Granted is the offer that the customer gets with this message.
type Granted struct {
	Offer   shop.OfferID `json:"offer"`
	Version int          `json:"version"`
	Key     string       `json:"key,omitempty"`
	Until   time.Time    `json:"until"`
	Value   shop.Money   `json:"value"` // estimated value for this customer
}

func (e *Explanation) note(check, rejection string) {
	e.Checks = append(e.Checks, Check{Name: check, No: rejection})
}

func (e *Explanation) passed(check, note string) {
	e.Checks = append(e.Checks, Check{Name: check, Note: note})
}

// abridged returns the picks with only what the message shows of them: the
// revision identifies the rest. A send with whole catalogue rows is larger than
// 1 KB, which doubles the cost of its writes; and the explanation must not show
// the shop's purchase price.
func abridged(picks []recommend.Pick) []recommend.Pick {
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
