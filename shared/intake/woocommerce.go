package intake

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

const woocommerceWebhook = "woocommerceWebhook"

// woocommerceTopics has the reader of each WooCommerce topic that is read. The
// payload is the resource of WooCommerce's REST API v3 (wc/v3), and of a deleted
// resource only its ID; detail.metadata has the webhook's HTTP headers. The
// sources of an order's values:
//
//	product      a line's sku, or else its variation_id, or else its product_id
//	units        a line's quantity, as ordered
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

// woocommerceUnplaced are the statuses of orders that the shop need not serve yet:
// the customer is still paying, or the payment failed and can be repeated.
var woocommerceUnplaced = []string{"pending", "failed", "checkout-draft", "auto-draft", "draft", "new", "trash"}

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

func woocommerceOrder(order value, _ time.Time) ([]shop.Event, string) {
	status := order.must("status").text()
	if slices.Contains(woocommerceUnplaced, status) {
		return nil, "a WooCommerce order that is not placed yet: it waits for a payment, or its payment failed"
	}
	id := shop.OrderID(order.must("id").anID())
	p := order.woocommercePlaced()
	modified := p.Revision
	all := []timedFact{{p.At, shop.OrderFact{Kind: shop.OrderPlaced, Placed: &p}}}
	paid, sent := order.at("date_paid_gmt").gmt(), order.at("date_completed_gmt").gmt()
	if !paid.IsZero() {
		all = append(all, timedFact{paid, shop.OrderFact{Kind: shop.OrderPaid}})
	}
	if !sent.IsZero() {
		all = append(all, timedFact{sent, shop.OrderFact{Kind: shop.OrderShipped}})
	}
	if status == "cancelled" {
		cancel := shop.Cancel{At: modified, Cause: shop.CauseOther}
		if paid.IsZero() {
			cancel.Cause = shop.CauseDeclined
		}
		all = append(all, timedFact{modified, shop.OrderFact{Kind: shop.OrderCancelled, Cancel: &cancel}})
	}
	for _, refund := range order.at("refunds").list(maxLines) {
		if !refund.object() {
			continue
		}
		ref, amount := refund.must("id").anID(), refund.must("total").without("-").rounded(p.Total.Currency)
		if !amount.IsZero() {
			all = append(all, timedFact{modified, shop.OrderFact{Kind: shop.OrderRefunded, Ref: ref, Refund: &shop.Refund{At: modified, Amount: amount}}})
		}
	}
	for i := range all {
		all[i].fact.Order, all[i].fact.Customer = id, p.Customer.ID
	}
	return orderEvents(all), ""
}

func (v value) woocommercePlaced() shop.Placed {
	p := shop.Placed{
		Number:   first(v.at("number"), v.at("id")).number(),
		At:       v.must("date_created_gmt").gmt(),
		Customer: v.woocommerceBuyer(),
	}
	p.Revision = p.At
	if modified := v.at("date_modified_gmt").gmt(); !modified.IsZero() {
		p.Revision = modified
	}
	if included := v.at("prices_include_tax").flag(); included != nil {
		p.TaxIncluded = *included
	}
	currency := v.must("currency").currency()
	p.Total = v.must("total").rounded(currency)
	var lines basket
	for _, line := range v.must("line_items").list(maxLines) {
		if !line.object() {
			continue
		}
		product := first(line.at("sku"), line.at("variation_id").unlessZero(), line.at("product_id").unlessZero()).aProductID()
		units := line.must("quantity").quantity()
		price := line.must("subtotal").rounded(currency)
		if tax := line.at("subtotal_tax"); p.TaxIncluded && !tax.absent() {
			price.Minor += tax.rounded(currency).Minor
		}
		title := line.at("name").text()
		if product == "" || units == 0 {
			continue // a line without a product, such as a deleted one
		}
		price.Minor = shop.Portion(price.Minor, 1, int64(units))
		lines.add(line, shop.Line{Product: product, Title: title, Units: units, Price: price})
	}
	p.Lines = lines.lines
	return p
}

// woocommerceBuyer returns the order's customer; zero if the order has neither a
// customer nor an address.
func (v value) woocommerceBuyer() shop.Customer {
	billing, shipping := v.part("billing"), v.part("shipping")
	c := shop.Customer{
		ID:    v.at("customer_id").unlessZero().ofCustomer(value.anID),
		Email: billing.at("email").address(),
		Name:  first(billing.at("first_name"), shipping.at("first_name")).text(),
	}
	for _, address := range []value{shipping, billing} {
		if c.Country == "" {
			c.Country = address.at("country").country()
			c.Province = address.at("state").province(c.Country)
		}
	}
	if c.ID == "" {
		c.ID = Guest(c.Email)
	}
	if c.ID == "" {
		return shop.Customer{}
	}
	return c
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

// woocommerceProduct returns the event of a Product resource: a simple product,
// or one variation of a variable product, whose listing is its parent_id:
//
//	product    sku, or else id, as in order lines
//	price      price, and regular_price as the former one if it is higher, in the
//	           shop's currency
//	stock      stock_quantity; not counted if stock is not managed or backorders
//	           are allowed, and 0 if stock_status is outofstock
//	hidden     a status other than publish, catalog_visibility hidden, not
//	           purchasable, or without a price
//	revision   date_modified_gmt
//
// A variable or grouped product is not bought itself, so it gives no event.
func woocommerceProduct(product value, sent time.Time) ([]shop.Event, string) {
	kind := product.at("type").text()
	if kind == "variable" || kind == "grouped" {
		return nil, "a WooCommerce product that consists of others: each of them has a webhook of its own"
	}
	if product.in.own == nil {
		return nil, "a WooCommerce product, which only the function record reads"
	}
	own, err := product.in.own()
	if err != nil {
		product.in.err = err
		return nil, ""
	}
	l := shop.Listing{ID: shop.ProductID(product.must("id").anID()), Revision: product.changed(sent)}
	p := shop.Product{
		ID:       first(product.at("sku"), product.at("id")).aProductID(),
		Revision: l.Revision,
		Title:    product.must("name").text(),
		URL:      product.at("permalink").link(),
		Price:    shop.Money{Currency: own.Currency},
		Stock:    product.woocommerceStock(),
	}
	if parent := product.at("parent_id").unlessZero(); kind == "variation" && !parent.absent() {
		l.ID, l.Partial = shop.ProductID(parent.anID()), true
	}
	p.VariantOf = l.ID
	if categories := product.at("categories").list(maxLines); len(categories) > 0 && categories[0].object() {
		p.Category = categories[0].at("name").text()
	}
	if images := product.at("images").list(maxLines); len(images) > 0 && images[0].object() {
		p.Image = images[0].at("src").link()
	}
	status, visible := product.at("status").text(), product.at("catalog_visibility").text()
	buyable := product.at("purchasable").flag()
	p.Hidden = status != "publish" || visible == "hidden" || buyable != nil && !*buyable
	if price := product.at("price").unlessEmpty(); price.absent() {
		p.Hidden = true
	} else {
		p.Price = price.rounded(own.Currency)
	}
	if regular := product.at("regular_price").unlessEmpty(); !regular.absent() {
		if former := regular.rounded(own.Currency); former.Minor > p.Price.Minor && !p.Hidden {
			p.Was = former
		}
	}
	l.Products = []shop.Product{p}
	return []shop.Event{{ID: "listing", At: l.Revision, Fact: shop.ListingFact{Listing: l}}}, ""
}

// woocommerceProductGone returns the event of a deleted product, of which the
// payload has only the ID: of a simple product, or of a variable one with all of
// its variations.
func woocommerceProductGone(product value, sent time.Time) ([]shop.Event, string) {
	l := shop.Listing{ID: shop.ProductID(product.must("id").anID()), Revision: sent}
	return []shop.Event{{ID: "listing", At: sent, Fact: shop.ListingFact{Listing: l}}}, ""
}

// woocommerceStock returns a product's units in stock, or nil if they are not
// counted.
func (v value) woocommerceStock() *int {
	status := v.at("stock_status").text()
	quantity := max(0, v.at("stock_quantity").whole(-1_000_000_000, 1_000_000_000))
	if status == "outofstock" {
		quantity = 0
	} else if later := v.at("backorders_allowed").flag(); v.at("stock_quantity").absent() || later != nil && *later {
		return nil
	}
	return &quantity
}

// changed returns when a resource was changed last: date_modified_gmt, or else
// date_created_gmt, or else sent.
func (v value) changed(sent time.Time) time.Time {
	own := first(v.at("date_modified_gmt"), v.at("date_created_gmt"))
	if at := own.gmt(); !at.IsZero() {
		return at
	}
	return sent
}

// gmt is time for WooCommerce, whose times in GMT do not name their zone:
// "2026-11-22T09:30:00".
func (v value) gmt() time.Time {
	if s, ok := v.json.(string); ok && len(s) == len("2006-01-02T15:04:05") {
		v.json = s + "Z"
	}
	return v.time()
}

// unlessZero returns v, or an absent value if v is the ID 0, which is
// WooCommerce's "none".
func (v value) unlessZero() value {
	if v.json == json.Number("0") || v.json == "0" {
		v.json = nil
	}
	return v
}

// unlessEmpty returns v, or an absent value if v is an empty string, which is
// WooCommerce's "no price".
func (v value) unlessEmpty() value {
	if v.json == "" {
		v.json = nil
	}
	return v
}

// without returns v without the prefix, if it is a string.
func (v value) without(prefix string) value {
	if s, ok := v.json.(string); ok {
		v.json = strings.TrimPrefix(s, prefix)
	}
	return v
}

// rounded is amount for a platform that computes with more decimals than the
// currency has: it rounds to the nearest minor unit.
func (v value) rounded(of shop.Currency) shop.Money {
	decimals, known := iso4217.Decimals(of)
	if n, ok := v.json.(json.Number); ok {
		v.json = n.String()
	}
	s, _ := v.json.(string)
	whole, fraction, _ := strings.Cut(s, ".")
	if !known || len(fraction) <= decimals || !digits(fraction) {
		return v.amount(of)
	}
	v.json = strings.TrimSuffix(whole+"."+fraction[:decimals], ".")
	m := v.amount(of)
	if fraction[decimals] >= '5' && m.Currency != "" {
		m.Minor++
	}
	return m
}
