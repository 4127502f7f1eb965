package intake

import (
	"time"

	"regulars/shared/shop"
)

// shopifyTopics has the reader of each Shopify topic; nil if the topic is not
// read. The payload is the REST Order or Refund resource; detail.metadata has
// the webhook's HTTP headers. The sources of the values:
//
//	product      a line's sku, or else its product_id, or else its variant_id;
//	             a line with none of them (a tip, a custom item) is left out
//	units        a line's quantity, as ordered; units that are removed later come
//	             as a refund with units, so they are not subtracted twice
//	money        currency, total_price, current_total_price and price: the shop's
//	             currency, not the one that the customer saw (presentment)
//	gift card    a line with gift_card: no product, and not part of the total
//	customer     customer.id; without one, a guest by the order's email
//	consent      customer.email_marketing_consent.state is "subscribed"; without
//	             a state, buyer_accepts_marketing
//	locale       customer_locale; country: the shipping address's; zone: unknown
//	paid         financial_status is paid, or partly or wholly refunded
//	shipped      the first fulfillment that was not cancelled
//	delivered    fulfillment_status is fulfilled and every parcel is delivered
//	edited       refund_line_items that were taken out before they were sent, by
//	             the refund's ID
//	returned     all other refund_line_items
//	refunded     the refund's successful transactions: in the shop's currency, by
//	             the shop's amounts (shop_money) of what was paid back, or else in
//	             their own
var shopifyTopics = map[string]func(payload value, topic string) []timedFact{
	"orders/create":    shopifyOrder,
	"orders/updated":   shopifyOrder,
	"orders/paid":      shopifyOrder,
	"orders/fulfilled": shopifyOrder,
	"orders/edited":    nil, // another resource; orders/updated repeats it in full
	"orders/cancelled": shopifyOrder,
	"refunds/create":   shopifyRefunds,
}

// timedFact is a fact of a webhook with the time at which it happened.
type timedFact struct {
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
	v.at("time").time()
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
		return Parsed{Ignored: "a Shopify topic that is not read"}
	case payload.isTest():
		return Parsed{Ignored: "a Shopify test order"}
	}
	var parsed Parsed
	for _, o := range read(payload, topic) {
		id := webhook + "/" + string(o.fact.Kind)
		if o.fact.Ref != "" {
			id += "/" + o.fact.Ref
		}
		parsed.Events = append(parsed.Events, shop.Event{ID: shop.EventID(id), At: o.at, Fact: o.fact})
	}
	if len(parsed.Events) == 0 {
		parsed.Ignored = "a Shopify refund without units, and without money whose currency is known"
	}
	return parsed
}

// isTest reports whether Shopify marks the order, or a transaction of the
// refund, as a test.
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
