package profile

import (
	"time"

	"regulars/shared/shop"
)

// Told returns the profile after its customer said something of themselves
// outside an order, at that time. The latest word wins, whatever the order in
// which they come; of two at one time, the one that tells less.
func (p Profile) WithCustomerFact(fact shop.CustomerFact, at time.Time) Profile {
	p.ID = fact.Customer
	if told := (Word{Value: string(fact.Birthday), At: at}); told.after(p.Birthday) {
		p.Birthday = told
	}
	return p
}
