package intake

import (
	"time"

	"regulars/shared/shop"
)

const saleorWebhook = "saleorWebhook"

// saleorTopics has the reader of each type of Saleor event that is read. The
// payload is what the subscription of docs/saleor.md asks for: the fields of the
// event, with its type in __typename, which the signature covers. The sources of
// an order's values:
//
//	product      a line's productSku, or else its productVariantId
//	price        a line's undiscountedUnitPrice, with its tax
//	total        total, with postage and taxes
//	number       number
//	customer     user; without one, a guest by userEmail
//	locale       languageCodeEnum
//	consent      none: Saleor has no field for it
//	country      the shipping address's, or else the billing address's
//	placed       at created, unless the status is DRAFT; the revision is updatedAt
//	paid         isPaid; at the latest successful charge
//	shipped      the first fulfillment that left: see [value.saleorParcels]
//	cancelled    the status is CANCELED or EXPIRED; an order without payment for
//	             the cause declined, any other for the cause other
//	returned     fulfillments with the status RETURNED or REFUNDED_AND_RETURNED
//	refunded     the successful refunds of transactions and of payments, by their
//	             IDs
var saleorTopics = map[string]saleorReader{
	"OrderCreated":       saleorOrder,
	"OrderConfirmed":     saleorOrder,
	"OrderUpdated":       saleorOrder,
	"OrderPaid":          saleorOrder,
	"OrderFullyPaid":     saleorOrder,
	"OrderRefunded":      saleorOrder,
	"OrderFullyRefunded": saleorOrder,
	"OrderFulfilled":     saleorOrder,
	"OrderCancelled":     saleorOrder,
	"OrderExpired":       saleorOrder,

	"ProductCreated":             saleorProduct,
	"ProductUpdated":             saleorProduct,
	"ProductDeleted":             saleorProductGone,
	"ProductVariantCreated":      saleorVariant,
	"ProductVariantUpdated":      saleorVariant,
	"ProductVariantDeleted":      saleorVariant,
	"ProductVariantStockUpdated": saleorVariant,
	"ProductVariantOutOfStock":   saleorVariant,
	"ProductVariantBackInStock":  saleorVariant,

	"CustomerCreated": saleorCustomer,
	"CustomerUpdated": saleorCustomer,
	"CustomerDeleted": saleorCustomerGone,
}

// saleorReader returns the events of a payload that was made at issued, and why
// there are none.
type saleorReader func(payload value, issued time.Time) (events []shop.Event, ignored string)

// saleor reads a Saleor webhook.
func (v value) saleor() Parsed {
	_, payload := v.platform()
	webhook := v.at("id").id()
	sent := v.must("time").time()
	if payload.absent() {
		return Parsed{}
	}
	name := payload.must("__typename").id()
	if name == "" {
		return Parsed{}
	}
	read := saleorTopics[name]
	if read == nil {
		return Parsed{Ignored: "a Saleor event that is not read: see docs/saleor.md"}
	}
	issued := sent
	if own := payload.at("issuedAt"); !own.absent() {
		issued = own.time()
	}
	events, ignored := read(payload, issued)
	return Parsed{Events: under(webhook, events), Ignored: ignored}
}

// saleorCustomer returns the event of who a customer is, with or without an order.
func saleorCustomer(payload value, issued time.Time) ([]shop.Event, string) {
	user := payload.must("user")
	if !user.object() {
		return nil, ""
	}
	at := issued
	if own := user.at("updatedAt"); !own.absent() {
		at = own.time()
	}
	c := shop.Customer{
		ID:     user.must("id").ofCustomer(value.anID),
		Email:  user.at("email").address(),
		Name:   user.at("firstName").text(),
		Locale: user.at("languageCode").locale(),
	}
	home := first(user.at("defaultShippingAddress"), user.at("defaultBillingAddress"))
	c.Country, c.Province = home.saleorPlace()
	if c.Email == "" {
		return nil, "a Saleor customer without an address"
	}
	return []shop.Event{{ID: "customer", At: at, Fact: shop.ContactFact{Customer: c}}}, ""
}

// saleorCustomerGone returns the event of a customer whom the shop deleted: they
// get no promotions any more. It is no erasure: see docs/runbooks/erasure.md.
func saleorCustomerGone(payload value, issued time.Time) ([]shop.Event, string) {
	id := payload.must("user").must("id").ofCustomer(value.anID)
	return []shop.Event{{ID: "consent", At: issued, Fact: shop.ConsentFact{
		Customer: id, Topic: shop.TopicPromotions, Channel: shop.ChannelExplicit,
	}}}, ""
}

// saleorPlace returns the country and the province of an address, or "".
func (v value) saleorPlace() (country, province string) {
	if v.absent() || !v.object() {
		return "", ""
	}
	country = v.at("country").at("code").country()
	return country, v.at("countryArea").province(country)
}

// within returns the object at the end of a path of objects, each of which is
// required. Without one it is absent, and only that is a fault.
func (v value) within(path ...string) value {
	for _, key := range path {
		if v = v.must(key); !v.object() {
			return value{in: v.in}
		}
	}
	return v
}

// saleorAmount returns the amount of Saleor's money: a number in the currency's
// own unit, and the currency, which is the order's.
func (v value) saleorAmount(of shop.Currency) shop.Money {
	if v.absent() {
		return shop.Money{}
	}
	v.at("currency").sameCurrency(of)
	return v.must("amount").rounded(of)
}
