package intake

import (
	"time"

	"regulars/shared/shop"
)

// maxConsents is the most consents of one contact.changed.
const maxConsents = 50

// contactChanged reads a person with their consents. A consent without a time of
// its own was given when the event happened.
func contactChanged(detail value, occurred time.Time) shop.Fact {
	customer := detail.must("customer")
	if !customer.object() {
		return shop.ContactFact{}
	}
	fact := shop.ContactFact{}
	fact.Customer, _ = customer.customer()
	if fact.Customer.ID == "" && customer.at("id").absent() {
		customer.fault("has neither an id nor an e-mail address; want one of them")
	}
	for _, said := range detail.at("consents").list(maxConsents) {
		if !said.object() {
			continue
		}
		consent := shop.ConsentStatement{Topic: said.must("topic").topic(), At: occurred, Source: said.consentSource(), Wording: said.at("wording").text()}
		if given := said.must("given").flag(); given != nil {
			consent.Given = *given
		}
		if at := said.at("at"); !at.absent() {
			consent.At = at.time()
		}
		if !consent.Given {
			consent.Source, consent.Wording = "", ""
		}
		fact.Consents = append(fact.Consents, consent)
	}
	return fact
}
