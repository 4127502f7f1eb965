package intake

import (
	"time"

	"regulars/shared/shop"
)

// commercetoolsCustomer returns the event of a new customer. commercetools has no
// consent to promotions.
func commercetoolsCustomer(message value, at time.Time) ([]shop.Event, string) {
	customer := message.must("customer")
	if !customer.object() {
		return nil, ""
	}
	c := shop.Customer{
		ID:     customer.must("id").ofCustomer(value.anID),
		Email:  customer.must("email").address(),
		Name:   customer.at("firstName").text(),
		Locale: customer.at("locale").locale(),
	}
	main := customer.at("defaultShippingAddressId").json
	for i, address := range customer.at("addresses").list(maxLines) {
		if !address.object() {
			continue
		}
		if id := address.at("id").json; i == 0 || id != nil && id == main {
			c.Country = address.at("country").country()
			c.Province = address.at("state").province(c.Country)
		}
	}
	return []shop.Event{{ID: "customer", At: at, Fact: shop.ContactFact{Customer: c}}}, ""
}

// commercetoolsWho returns the customer whom the message is about.
func (v value) commercetoolsWho() shop.CustomerID {
	resource := v.must("resource")
	resource.object()
	return resource.must("id").ofCustomer(value.anID)
}

func commercetoolsEmail(message value, at time.Time) ([]shop.Event, string) {
	return []shop.Event{{ID: "customer", At: at, Fact: shop.CustomerFact{
		Customer: message.commercetoolsWho(), Email: message.must("email").address(),
	}}}, ""
}

func commercetoolsName(message value, at time.Time) ([]shop.Event, string) {
	c := shop.Customer{ID: message.commercetoolsWho(), Name: message.at("firstName").text()}
	if c.Name == "" {
		return nil, "a commercetools customer whose first name was deleted"
	}
	return []shop.Event{{ID: "customer", At: at, Fact: shop.ContactFact{Customer: c}}}, ""
}

// commercetoolsGone returns the event of a customer whom the shop deleted: they
// get no promotions any more. It is no erasure: see docs/runbooks/erasure.md.
func commercetoolsGone(message value, at time.Time) ([]shop.Event, string) {
	return []shop.Event{{ID: "consent", At: at, Fact: shop.ConsentFact{
		Customer: message.commercetoolsWho(), Email: message.at("email").address(), Topic: shop.TopicPromotions, Channel: shop.ChannelExplicit,
	}}}, ""
}
