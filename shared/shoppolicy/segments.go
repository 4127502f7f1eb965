package shoppolicy

import (
	"slices"

	"regulars/shared/condition"
)

// Segment is one file of segments/: a named condition over the customer, which the
// conditions of offers and campaigns use as in_segment("name").
type Segment struct {
	Name  string
	Title string
	When  condition.Condition
}

// NowOnly returns what the segment asks of a customer that is known as it is now only:
// the latest consent and the coupons of now. What they were at an earlier time, such as
// before a message that can have changed them, is not kept.
func (s Segment) NowOnly() (facts []string) {
	for _, name := range s.When.Names() {
		if slices.Contains(ContactFacts, name) {
			facts = append(facts, name)
		}
	}
	return facts
}

// AsksCatalogue reports whether the segment asks for the categories of what a customer
// has bought.
func (s Segment) AsksCatalogue() bool { return slices.Contains(s.When.Names(), "customer.units") }

// ContactFacts are the facts that come from the customer's contact. The contact
// is read when a message is decided, not when a campaign selects its customers.
var ContactFacts = []string{"customer.consents", "customer.consent_source", "customer.coupons", "customer.days_since_last_coupon", "customer.full_price_orders"}
