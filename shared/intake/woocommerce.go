package intake

import (
	"time"

	"regulars/shared/shop"
)

const woocommerceWebhook = "woocommerceWebhook"

// woocommerceTopics has the reader of each WooCommerce topic that is read. The
// payload is the resource of WooCommerce's REST API v3 (wc/v3), and of a deleted
// resource only its ID; detail.metadata has the webhook's HTTP headers. The
// sources of an order's values:
//
//	product      a line's sku, or else its variation_id, or else its product_id
//	units        a line's quantity, as ordered; a part of a unit is another unit
//	price        a line's subtotal, which has no discounts, divided by its units;
//	             with its subtotal_tax if prices_include_tax
//	number       number, which a plugin may choose, or else the ID
//	total        total, with postage, fees and taxes
//	customer     customer_id; 0 is a guest by billing.email
//	consent      none: WooCommerce has no field for it
//	country      the shipping address's, or else the billing address's
//	placed       at date_created_gmt, once the status is none of those in
//	             [woocommerceUnplaced]; the revision is date_modified_gmt
//	paid         date_paid_gmt
//	shipped      date_completed_gmt: the shop sets an order to completed when it
//	             has sent it
//	cancelled    the status is cancelled; an order without payment for the cause
//	             declined, any other for the cause other
//	refunded     refunds, by their ID. WooCommerce lists their sums, and neither
//	             units nor times: the earliest webhook that lists it has the time
//
// Times that the resource lacks are date_modified_gmt; of all webhooks the
// earliest counts.
var woocommerceTopics = map[string]woocommerceReader{
	"order.created":    woocommerceOrder,
	"order.updated":    woocommerceOrder,
	"order.restored":   woocommerceOrder,
	"product.created":  woocommerceProduct,
	"product.updated":  woocommerceProduct,
	"product.restored": woocommerceProduct,
	"product.deleted":  woocommerceProductGone,
	"customer.created": woocommerceCustomer,
	"customer.updated": woocommerceCustomer,
	"customer.deleted": woocommerceCustomerGone,
}

// woocommerceReader returns the events of a resource, and why there are none.
// sent is the envelope's time.
type woocommerceReader func(payload value, sent time.Time) (events []shop.Event, ignored string)

// woocommerce reads a WooCommerce webhook.
func (v value) woocommerce() Parsed {
	metadata, payload := v.platform()
	topic := ""
	if !metadata.absent() {
		topic = metadata.must("X-WC-Webhook-Topic").id()
	}
	webhook := first(metadata.at("X-WC-Webhook-Delivery-ID"), v.at("id")).id()
	sent := v.must("time").time()
	if payload.absent() || topic == "" {
		return Parsed{}
	}
	read := woocommerceTopics[topic]
	switch {
	case topic == "order.deleted":
		return Parsed{Ignored: "a deleted WooCommerce order: its last state stays; only a cancellation or a refund takes an order back"}
	case read == nil:
		return Parsed{Ignored: "a WooCommerce topic that is not read: see docs/woocommerce.md"}
	}
	events, ignored := read(payload, sent)
	return Parsed{Events: under(webhook, events), Ignored: ignored}
}

// platform returns the headers and the body of a webhook that the function hooks
// put on the queue; both are absent if one of them is no object.
func (v value) platform() (metadata, payload value) {
	v.at("source").id()
	detail := v.must("detail")
	if !detail.object() {
		return value{in: v.in}, value{in: v.in}
	}
	metadata, payload = detail.must("metadata"), detail.must("payload")
	if m, p := metadata.object(), payload.object(); !m || !p {
		return value{in: v.in}, value{in: v.in}
	}
	return metadata, payload
}

// under returns the events with the webhook's ID before their own.
func under(webhook string, events []shop.Event) []shop.Event {
	for i := range events {
		events[i].ID = shop.EventID(webhook+"/") + events[i].ID
	}
	return events
}

// woocommerceCustomer returns the event of a customer's address. WooCommerce has
// no consent to promotions.
func woocommerceCustomer(customer value, sent time.Time) ([]shop.Event, string) {
	id := customer.must("id").ofCustomer(value.anID)
	email := customer.at("email").address()
	at := customer.changed(sent)
	if email == "" {
		return nil, "a WooCommerce customer without an address"
	}
	return []shop.Event{{ID: "customer", At: at, Fact: shop.CustomerFact{Customer: id, Email: email}}}, ""
}

// woocommerceCustomerGone returns the event of a customer whom the shop deleted:
// they get no promotions any more. It is no erasure: see
// docs/runbooks/erasure.md.
func woocommerceCustomerGone(customer value, sent time.Time) ([]shop.Event, string) {
	id := customer.must("id").ofCustomer(value.anID)
	return []shop.Event{{ID: "consent", At: sent, Fact: shop.ConsentFact{
		Customer: id, Topic: shop.TopicPromotions, Channel: shop.ChannelExplicit,
	}}}, ""
}
