package customervalue

import (
	"fmt"

	"regulars/shared/shop"
)

// ModelName is the name under which a [Model] is stored.
const ModelName = "customers"

// Model is what a night of learning found out about a shop's customers as a
// whole. The zero Model is that of a shop that has learned nothing yet;
// [Typical] stands in for what it does not hold.
type Model struct {
	Version  string        `json:"version,omitempty"` // RFC 3339 time of learning
	Ordering Ordering      `json:"ordering"`
	Spending Spent         `json:"spending"`
	Currency shop.Currency `json:"currency,omitempty"` // of Spending, in minor units

	// Why says of each part that is not the shop's own why not.
	Why []string `json:"why,omitempty"`
}

// Typical is how customers order in a shop of which nothing is known: between
// those of a music shop (CDNOW: .52, 6.2, .89, 1.6) and of a gift shop (Online
// Retail: .73, 7.4, .05, 9.3). It has no covariance: nobody knows how far it is
// out.
var Typical = Ordering{Orders: Orders{R: 0.6, Alpha: 7, A: 0.3, B: 3, Leaving: AfterAny}}

// Own reports whether the shop's own customers taught how they order.
func (m Model) Own() bool { return m.Ordering.Valid() }

// Orders returns how customers order: as was learned, or as is typical.
func (m Model) Orders() Ordering {
	if m.Own() {
		return m.Ordering
	}
	return Typical
}

// clearly is by how much, in log-likelihood, leaving after repeats only must be
// the likelier story to be preferred to one that says more.
const clearly = 10

// fitEither fits both ways of leaving, and prefers the one that has something to
// say of customers with one order, unless the data speak clearly against it.
func fitEither(rows []Row) (Ordering, error) {
	near := Typical.Orders
	anyOrder, other := FitOrdersNear(rows, near)
	near.Leaving = AfterRepeats
	repeats, err := FitOrdersNear(rows, near)
	if other != nil || err == nil && repeats.LogLikelihood > anyOrder.LogLikelihood+clearly {
		return repeats, err
	}
	return anyOrder, nil
}

// FitModel learns from histories, and from what the same customers spent in the
// shop's currency. It never fails: what cannot be learned is left out, and Why
// says so.
func FitModel(rows []Row, spent []Baskets, currency shop.Currency) Model {
	m := Model{Currency: currency}
	var err error
	if m.Ordering, err = fitEither(rows); err != nil {
		m.Why = append(m.Why, fmt.Sprintf("how customers order is taken from a typical shop: %v", err))
	}
	if m.Spending, err = FitSpending(spent); err != nil {
		m.Why = append(m.Why, fmt.Sprintf("what customers spend is taken from their own orders alone: %v", err))
	}
	return m
}
