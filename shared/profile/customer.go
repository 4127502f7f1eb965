package profile

import (
	"time"

	"regulars/shared/shop"
)

// WithCustomerFact returns the profile with the data that the customer stated
// outside an order, at that time. The latest data win, in any order of arrival;
// of two facts of one time the one without a birthday, or else with the earlier
// one.
func (p Profile) WithCustomerFact(fact shop.CustomerFact, at time.Time) Profile {
	p.ID = fact.Customer
	if w := (Statement{Value: string(fact.Birthday), At: at}); w.after(p.Birthday) {
		p.Birthday = w
	}
	return p
}
