package intake

import (
	"cmp"
	"strings"
	"time"

	"regulars/shared/shop"
)

// shopifyTopics has the reader of each Shopify topic that is read. The payload is
// the REST Order, Refund, Fulfillment, Product or Customer resource, or a
// customer's consent; detail.metadata has the webhook's HTTP headers. The sources
// of an order's values (the others: see each reader):
//
//	product      a line's sku, or else its product_id, or else its variant_id;
//	             a line with none of them (a tip, a custom item) is left out
//	units        a line's quantity, as ordered; units that are removed later come
//	             as a refund with units, so they are not subtracted twice
//	number       name, such as "#1027"; without one, order_number
//	money        currency, total_price, current_total_price and price: the shop's
//	             currency, not the one that the customer saw (presentment)
//	gift card    a line with gift_card: no product, and not part of the total
//	customer     customer.id; without one, a guest by the order's email
//	box          customer.email_marketing_consent.state is "subscribed"; without
//	             a state, buyer_accepts_marketing
//	consent      see [value.shopifyConsent]
//	locale       customer_locale; country and province: the shipping address's;
//	             zone: unknown, so that the province or the country says it
//	paid         financial_status is paid, or partly or wholly refunded
//	shipped      the first fulfillment that was not cancelled
//	delivered    fulfillment_status is fulfilled and every parcel is delivered
//	edited       refund_line_items that were taken out before they were sent, by
//	             the refund's ID
//	returned     all other refund_line_items
//	refunded     the refund's successful transactions: in the shop's currency, by
//	             the shop's amounts (shop_money) of what was paid back, or else in
//	             their own
var shopifyTopics = map[string]shopifyReader{
	"orders/create":              shopifyOrderAndConsent,
	"orders/updated":             shopifyOrderAndConsent,
	"orders/paid":                shopifyOrderAndConsent,
	"orders/fulfilled":           shopifyOrderAndConsent,
	"orders/partially_fulfilled": shopifyOrderAndConsent,
	"orders/cancelled":           shopifyOrderAndConsent,

	"refunds/create": func(refund value, topic string, _ time.Time) []shop.Event {
		return orderEvents(shopifyRefunds(refund, topic))
	},

	"customers/create":  shopifyCustomerChange,
	"customers/update":  shopifyCustomerChange,
	"customers/enable":  shopifyCustomerChange,
	"customers/disable": shopifyCustomerChange,
	"customers/delete":  shopifyCustomerGone,

	"customers_email_marketing_consent/update": shopifyConsentChange,

	"fulfillments/create":       shopifyFulfillment,
	"fulfillments/update":       shopifyFulfillment,
	"fulfillment_events/create": shopifyFulfillmentEvent,

	"checkouts/create": shopifyCart,
	"checkouts/update": shopifyCart,

	"products/create": shopifyProduct,
	"products/update": shopifyProduct,
	"products/delete": shopifyProductGone,
}

// shopifyReader returns the events of a webhook that was sent at sent, zero if
// the envelope does not say when. The ID of each event is what follows the
// webhook's ID.
type shopifyReader func(payload value, topic string, sent time.Time) []shop.Event

// shopifyOrderAndConsent returns the events of an Order resource. A refusal of
// promotions comes first, so that the order raises none.
func shopifyOrderAndConsent(order value, topic string, _ time.Time) []shop.Event {
	facts := shopifyOrder(order, topic)
	var events []shop.Event
	for _, f := range facts {
		if p := f.fact.Placed; p != nil {
			events = order.at("customer").shopifyConsent(p.Customer.ID, p.Customer.Email, p.Revision)
		}
	}
	if len(events) > 0 && events[0].Fact.(shop.ConsentFact).Given {
		events = nil // a yes is the box of the order form
	}
	return append(events, orderEvents(facts)...)
}

func orderEvents(facts []timedFact) (events []shop.Event) {
	for _, f := range facts {
		id := string(f.fact.Kind)
		if f.fact.Ref != "" {
			id += "/" + f.fact.Ref
		}
		events = append(events, shop.Event{ID: shop.EventID(id), At: f.at, Fact: f.fact})
	}
	return events
}

// timedFact is a fact of an order with the time at which it happened.
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
	metadata, payload := detail.must("metadata"), detail.must("payload")
	topic := ""
	if metadata.object() {
		topic = metadata.must("X-Shopify-Topic").id()
	}
	sent := first(metadata.at("X-Shopify-Triggered-At"), v.at("time")).time()
	webhook := first(metadata.at("X-Shopify-Event-Id"), metadata.at("X-Shopify-Webhook-Id"), v.at("id")).id()
	if !payload.object() || topic == "" {
		return Parsed{}
	}
	if read := shopifyPrivacy[topic]; read != nil {
		at := v.must("time").time()
		return Parsed{Events: []shop.Event{{ID: shop.EventID(webhook), At: at, Fact: read(payload)}}}
	}
	read := shopifyTopics[topic]
	switch {
	case read == nil:
		return Parsed{Ignored: cmp.Or(shopifyUnread[topic], "a Shopify topic that is not read: see docs/shopify.md")}
	case payload.isTest():
		return Parsed{Ignored: "a Shopify test order"}
	}
	parsed := Parsed{Events: read(payload, topic, sent)}
	for i := range parsed.Events {
		parsed.Events[i].ID = shop.EventID(webhook+"/") + parsed.Events[i].ID
	}
	if len(parsed.Events) == 0 {
		parsed.Ignored = shopifyNothing(topic)
	}
	return parsed
}

// shopifyNothing says why a webhook of a topic that is read gives no event.
func shopifyNothing(topic string) string {
	switch resource, _, _ := strings.Cut(topic, "/"); resource {
	case "products":
		return "a Shopify product, which only the function record reads"
	case "checkouts":
		return "a Shopify checkout without an address, or one that became an order"
	case "refunds":
		return "a Shopify refund with neither units, nor money whose currency is known"
	case "fulfillments":
		return "a Shopify parcel that was cancelled"
	case "fulfillment_events":
		return "a step of a Shopify parcel that is neither a departure, an arrival nor a delay"
	}
	return "a Shopify customer with neither an address nor an explicit consent"
}

// shopifyUnread says of topics that a shop may subscribe to why they are not
// read. They are acknowledged, and never become dead letters.
var shopifyUnread = map[string]string{
	"orders/edited":                      "a Shopify edit: orders/updated repeats the order in full",
	"inventory_levels/update":            unreadStock,
	"inventory_levels/connect":           unreadStock,
	"inventory_levels/disconnect":        unreadStock,
	"inventory_items/create":             unreadStock,
	"inventory_items/update":             unreadStock,
	"inventory_items/delete":             unreadStock,
	"returns/request":                    unreadReturn,
	"returns/approve":                    unreadReturn,
	"returns/decline":                    unreadReturn,
	"returns/cancel":                     unreadReturn,
	"returns/close":                      unreadReturn,
	"returns/reopen":                     unreadReturn,
	"returns/process":                    unreadReturn,
	"returns/update":                     unreadReturn,
	"carts/create":                       unreadCart,
	"carts/update":                       unreadCart,
	"checkouts/delete":                   unreadCart,
	"customers_marketing_consent/update": "a Shopify consent to text messages, which are not sent",
	"customers/merge":                    "two merged Shopify customers: customers/update has the address and the consent of the one that stays",
	"app/uninstalled":                    "the Shopify app was uninstalled: no webhooks come any more",
	"shop/redact":                        "Shopify asks to erase the shop's data, which are the owner's: docs/shopify.md says how",
}

const (
	unreadStock  = "a Shopify stock of one place: products/update has the sum of all places"
	unreadReturn = "a Shopify return: its units count as returned when refunds/create says so"
	unreadCart   = "a Shopify cart without an address, or a checkout that is gone: checkouts/create and checkouts/update are read"
)

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
