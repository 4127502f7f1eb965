package intake

import (
	"time"

	"regulars/shared/shop"
)

// What is read of Shopify, and how. The payload is the REST Order or Refund
// resource; detail.metadata holds the webhook's HTTP headers.
//
//	product      a line's sku, or else its product_id, or else its variant_id;
//	             a line with none of them (a tip, a custom item) is left out
//	units        a line's quantity, as ordered; what is taken off an order later
//	             comes as a refund with units, so that nothing is taken off twice
//	money        currency, total_price and price: the shop's currency, not the
//	             one that was shown to the customer (presentment)
//	customer     customer.id; without one, a guest by the order's email
//	consent      customer.email_marketing_consent.state is "subscribed"; without
//	             a state, buyer_accepts_marketing
//	locale       customer_locale; country: the shipping address's; zone: unknown
//	paid         financial_status is paid, or some of it was refunded
//	shipped      the first fulfillment that was not cancelled
//	delivered    fulfillment_status is fulfilled and every parcel is delivered
//	returned     refund_line_items, by the refund's ID
//	refunded     the refund's successful transactions, in their own currency
var shopifyTopics = map[string]func(payload value, topic string) []telling{
	"orders/create":    shopifyOrder,
	"orders/updated":   shopifyOrder,
	"orders/paid":      shopifyOrder,
	"orders/fulfilled": shopifyOrder,
	"orders/edited":    nil, // another resource, which orders/updated repeats in full
	"orders/cancelled": shopifyOrder,
	"refunds/create":   shopifyRefunds,
}

// telling is a fact of a webhook with its time.
type telling struct {
	at   time.Time
	fact shop.OrderFact
}

// shopify reads a Shopify webhook.
func (v value) shopify() Parsed {
	detail := v.must("detail")
	if !detail.object() {
		return Parsed{}
	}
	v.at("source").id()
	v.at("time").moment()
	metadata, payload := detail.must("metadata"), detail.must("payload")
	topic := ""
	if metadata.object() {
		topic = metadata.must("X-Shopify-Topic").id()
	}
	webhook := first(metadata.at("X-Shopify-Event-Id"), metadata.at("X-Shopify-Webhook-Id"), v.at("id")).id()
	if !payload.object() || topic == "" {
		return Parsed{}
	}
	read := shopifyTopics[topic]
	switch {
	case read == nil:
		return Parsed{Ignored: "the Shopify topic " + quote(topic) + " is not read"}
	case payload.isTest():
		return Parsed{Ignored: "a Shopify test order"}
	}
	var parsed Parsed
	for _, told := range read(payload, topic) {
		id := webhook + "/" + string(told.fact.Kind)
		if told.fact.Ref != "" {
			id += "/" + told.fact.Ref
		}
		parsed.Events = append(parsed.Events, shop.Event{ID: shop.EventID(id), At: told.at, Fact: told.fact})
	}
	if len(parsed.Events) == 0 {
		parsed.Ignored = "a Shopify refund of neither units nor money"
	}
	return parsed
}

// isTest reports whether an order, or a transaction of a refund, was made to
// try the shop out.
func (v value) isTest() bool {
	if v.at("test").json == true {
		return true
	}
	transactions, _ := v.at("transactions").json.([]any)
	for _, transaction := range transactions {
		if t, ok := transaction.(map[string]any); ok && t["test"] == true {
			return true
		}
	}
	return false
}
