package intake

import (
	"time"

	"regulars/shared/shop"
)

// shopifyCustomerChange returns the events of a Customer resource: who the
// customer is, with or without an order, and their consent. It has no language.
func shopifyCustomerChange(customer value, _ string, sent time.Time) (events []shop.Event) {
	at := sent
	if own := customer.at("updated_at"); !own.absent() {
		at = own.time()
	}
	id := shop.CustomerID(customer.must("id").anID())
	email := customer.at("email").address()
	consent := customer.part("email_marketing_consent")
	consent.at("state").text()
	if email != "" && !at.IsZero() {
		home := customer.part("default_address")
		c := shop.Customer{ID: id, Email: email, Name: customer.at("first_name").text(), Country: home.at("country_code").country()}
		c.Province = home.at("province_code").province(c.Country)
		events = append(events, shop.Event{ID: "customer", At: at, Fact: shop.ContactFact{Customer: c}})
	}
	if consent.absent() {
		return append(events, customer.shopifyOldConsent(id, email)...)
	}
	return append(events, customer.shopifyConsent(id, email, at)...)
}

// shopifyOldConsent returns the event of the consent as it was written before
// email_marketing_consent: accepts_marketing at accepts_marketing_updated_at. It
// does not tell a no from a customer who was never asked, so false is a no.
// Without the time it says nothing.
func (v value) shopifyOldConsent(id shop.CustomerID, email string) []shop.Event {
	accepts, at := v.at("accepts_marketing").flag(), v.at("accepts_marketing_updated_at").time()
	if accepts == nil || id == "" || at.IsZero() {
		return nil
	}
	return []shop.Event{{ID: "consent", At: at, Fact: shop.ConsentFact{
		Customer: id, Email: email, Topic: shop.TopicPromotions, Given: *accepts, Channel: shop.ChannelExplicit,
	}}}
}

// shopifyCustomerGone returns the event of a customer whom the shop deleted, of
// whom the payload has only the ID: they get no promotions any more. It is no
// erasure, which Shopify asks for with customers/redact.
func shopifyCustomerGone(customer value, _ string, sent time.Time) []shop.Event {
	id := shop.CustomerID(customer.must("id").anID())
	if sent.IsZero() {
		(value{in: customer.in, path: "/time", required: true}).time()
	}
	return []shop.Event{{ID: "consent", At: sent, Fact: shop.ConsentFact{
		Customer: id, Topic: shop.TopicPromotions, Channel: shop.ChannelExplicit,
	}}}
}

// shopifyConsentChange returns the event of a changed consent.
func shopifyConsentChange(change value, _ string, sent time.Time) []shop.Event {
	id := shop.CustomerID(change.at("customer_id").anID())
	email := change.at("email_address").address()
	if id == "" {
		id = Guest(email)
	}
	consent := change.must("email_marketing_consent")
	consent.object()
	consent.at("state").text()
	return change.shopifyConsent(id, email, sent)
}

// shopifyConsent returns the event of the explicit consent in
// email_marketing_consent, or none:
//
//	subscribed              yes, at consent_updated_at. Without that time it says
//	                        nothing: the customer may have said no since then
//	unsubscribed, redacted  no, at consent_updated_at, or else at changed
//	pending                 nothing: the customer has not confirmed yet
//	not_subscribed,         nothing: there is no opt-in
//	invalid, and others
//
// The opt_in_level is not read: it is the shop's choice whether it asks for a
// confirmation (confirmed_opt_in), and until it has one the state is pending.
func (v value) shopifyConsent(id shop.CustomerID, email string, changed time.Time) []shop.Event {
	consent := v.at("email_marketing_consent")
	state, _ := consent.at("state").json.(string) // the callers read it with its faults
	at := consent.at("consent_updated_at").time()
	fact := shop.ConsentFact{Customer: id, Email: email, Topic: shop.TopicPromotions, Channel: shop.ChannelExplicit}
	switch state {
	case "subscribed":
		fact.Given = true
	case "unsubscribed", "redacted":
		if at.IsZero() {
			at = changed
		}
	default:
		return nil
	}
	if id == "" || at.IsZero() {
		return nil
	}
	return []shop.Event{{ID: "consent", At: at, Fact: fact}}
}
