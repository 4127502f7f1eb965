package profile

import (
	"time"

	"regulars/shared/shop"
)

// WithContactFact returns the profile with what an event said of the person, at
// that time. The latest data win, in any order of arrival, also over those of an
// order; an empty field changes nothing.
func (p Profile) WithContactFact(of shop.Customer, at time.Time) Profile {
	p.ID = of.ID
	p.person(of, Statement{At: at})
	return p
}

// WithCustomerFact returns the profile with the data that the customer stated
// outside an order, at that time. The latest data win, in any order of arrival,
// also over those of an order; of two birthdays of one time none wins, or else
// the earlier one.
func (p Profile) WithCustomerFact(fact shop.CustomerFact, at time.Time) Profile {
	p.ID = fact.Customer
	if w := (Statement{Value: fact.Email, At: at}); fact.Email != "" && w.after(p.Email) {
		p.Email = w
	}
	if fact.Birthday == nil {
		return p
	}
	if w := (Statement{Value: string(*fact.Birthday), At: at}); w.after(p.Birthday) {
		p.Birthday = w
	}
	return p
}
