package customervalue

import (
	"regulars/shared/shop"
)

// ModelName is the name under which a [Model] is stored.
const ModelName = "customers"

// Model is what a night learned about how a shop's customers order and spend.
// The zero Model belongs to a shop that has learned nothing yet; [Typical]
// replaces the parts that are missing.
type Model struct {
	Version  string        `json:"version,omitempty"` // RFC 3339 time of learning
	Ordering Ordering      `json:"ordering"`
	Spending Spent         `json:"spending"`
	Currency shop.Currency `json:"currency,omitempty"` // of Spending, in minor units

	Season      Season      `json:"season,omitempty"`
	Calibration Calibration `json:"calibration,omitzero"`

	// Hours counts the shop's orders by the hour of the customer's clock at which they
	// were placed, those that profiles keep whole; zero if nothing was learned.
	Hours [24]int `json:"hours,omitzero"`

	// Why says, for each part that is not the shop's own, why not.
	Why []string `json:"why,omitempty"`
}

// Typical is how customers order in an average shop, for shops that have not
// learned yet: between a music shop (CDNOW: .52, 6.2, .89, 1.6) and a gift shop
// (Online Retail: .73, 7.4, .05, 9.3). It has no covariance, because its error
// for a given shop is not known.
var Typical = Ordering{Orders: Orders{R: 0.6, Alpha: 7, A: 0.3, B: 3, Leaving: AfterAny}}

// Own reports whether the model was learned from the shop's own customers.
func (m Model) Own() bool { return m.Ordering.Valid() }

// Orders returns how customers order: as learned, else as in a typical shop.
func (m Model) Orders() Ordering {
	if m.Own() {
		return m.Ordering
	}
	return Typical
}
