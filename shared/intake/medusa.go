package intake

import (
	"strings"
	"time"

	"regulars/shared/shop"
)

const medusaWebhook = "medusaWebhook"

// medusa reads what the subscriber in docs/medusa.md posts: the name of Medusa's
// event, when it was sent, and the entity of version 2 as its query returns it. The
// entity decides what is read, not the event:
//
//	order     see [value.medusaOrder]
//	product   see [value.medusaProduct]
//	customer  who the customer is, with or without an order
//
// product.deleted and customer.deleted have only the ID.
func (v value) medusa() Parsed {
	_, payload := v.platform()
	webhook := v.at("id").id()
	sent := v.must("time").time()
	if payload.absent() {
		return Parsed{}
	}
	event := payload.must("event").id()
	if own := payload.at("sent_at"); !own.absent() {
		sent = own.time()
	}
	var events []shop.Event
	ignored := ""
	switch {
	case event == "":
	case event == "product.deleted":
		l := shop.Listing{ID: shop.ProductID(payload.must("id").anID()), Revision: sent}
		events = []shop.Event{{ID: "listing", At: sent, Fact: shop.ListingFact{Listing: l}}}
	case event == "customer.deleted": // it is no erasure: see docs/runbooks/erasure.md
		id := payload.must("id").ofCustomer(value.anID)
		events = []shop.Event{{ID: "consent", At: sent, Fact: shop.ConsentFact{Customer: id, Topic: shop.TopicPromotions, Channel: shop.ChannelExplicit}}}
	case !payload.at("order").absent():
		events, ignored = payload.within("order").medusaOrder(sent)
	case !payload.at("product").absent():
		events, ignored = payload.within("product").medusaProduct(sent)
	case !payload.at("customer").absent():
		events, ignored = payload.within("customer").medusaCustomer(sent)
	default:
		ignored = "a Medusa event that is not read: see docs/medusa.md"
	}
	return Parsed{Events: under(webhook, events), Ignored: ignored}
}

func (v value) medusaCustomer(sent time.Time) ([]shop.Event, string) {
	if v.absent() {
		return nil, ""
	}
	c := shop.Customer{ID: v.must("id").ofCustomer(value.anID), Email: v.at("email").address(), Name: v.at("first_name").text()}
	for _, address := range v.at("addresses").list(maxLines) {
		if first, is := address.at("is_default_shipping").json.(bool); is && first {
			c.Country, c.Province = address.medusaPlace()
		}
	}
	if c.Email == "" {
		return nil, "a Medusa customer without an address"
	}
	return []shop.Event{{ID: "customer", At: sent, Fact: shop.ContactFact{Customer: c}}}, ""
}

// medusaPlace returns the country and the province of an address, or "". Medusa's
// country codes are in small letters.
func (v value) medusaPlace() (country, province string) {
	code := v.at("country_code")
	if s, ok := code.json.(string); ok {
		code.json = strings.ToUpper(s)
	}
	country = code.country()
	return country, v.at("province").province(country)
}
