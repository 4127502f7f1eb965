package intake

import (
	"cmp"
	"time"

	"regulars/shared/shop"
)

// erase reads the request to erase a customer.
func erase(detail value, _ time.Time) shop.Fact {
	fact := shop.EraseFact{Orders: detail.at("orders").orderIDs(), Source: detail.requestSource()}
	fact.Customer, fact.Email = detail.must("customer").person(value.id)
	return fact
}

// export reads the request for all data of a customer.
func export(detail value, _ time.Time) shop.Fact {
	id, _ := detail.must("customer").person(value.id)
	return shop.ExportFact{Customer: id, Source: detail.requestSource()}
}

// requestSource returns the way by which the request came: the shop's back end, if
// the event does not say.
func (v value) requestSource() shop.RequestSource {
	source := v.at("source").choice(string(shop.RequestFromPreferences), string(shop.RequestFromShop), string(shop.RequestFromOperator))
	return cmp.Or(shop.RequestSource(source), shop.RequestFromShop)
}

// shopifyPrivacy has the reader of each of Shopify's compliance topics, whose
// payload is neither an order nor a refund.
var shopifyPrivacy = map[string]func(payload value) shop.Fact{
	"customers/redact": func(payload value) shop.Fact {
		fact := shop.EraseFact{Orders: payload.at("orders_to_redact").orderIDs(), Source: shop.RequestFromShopify}
		fact.Customer, fact.Email = payload.must("customer").person(value.anID)
		return fact
	},
	"customers/data_request": func(payload value) shop.Fact {
		id, _ := payload.must("customer").person(value.anID)
		return shop.ExportFact{Customer: id, Source: shop.RequestFromShopify}
	},
}

// person returns the ID of the customer of a request, or the guest of their
// address, and the address; read reads the ID. It takes any text as the address:
// a typing error must not keep a customer from being erased.
func (v value) person(read func(value) string) (id shop.CustomerID, email string) {
	if !v.object() {
		return "", ""
	}
	id, email = shop.CustomerID(read(v.at("id"))), v.at("email").text()
	switch {
	case id == "" && email != "":
		id = Guest(email)
	case id == "" && v.at("id").absent():
		v.fault("has neither id nor email; want one of them")
	}
	return id, email
}

// orderIDs returns the IDs of a list of orders.
func (v value) orderIDs() (all []shop.OrderID) {
	for _, order := range v.list(maxLines) {
		order.required = true
		all = append(all, shop.OrderID(order.anID()))
	}
	return all
}
