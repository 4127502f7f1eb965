package intake

import (
	"time"

	"regulars/shared/shop"
)

// cartChanged reads a cart's complete new state. Lines of one product are added up.
func cartChanged(detail value, occurred time.Time) shop.Fact {
	customer, v := detail.must("customer"), detail.must("cart")
	if !customer.object() || !v.object() {
		return shop.CartFact{}
	}
	fact := shop.CartFact{Cart: shop.Cart{ID: v.must("id").id(), At: occurred, URL: v.must("url").link()}}
	fact.Customer, _ = customer.customer()
	if fact.Customer.ID == "" && customer.at("id").absent() {
		customer.fault("has neither an id nor an e-mail address; want one of them")
	}
	for _, line := range v.must("lines").list(maxLines) {
		if line.object() {
			fact.Cart.Lines = withLine(fact.Cart.Lines, line.must("product").productID(), line.must("units").whole(1, maxUnits))
		}
	}
	return fact
}

// withLine adds units of a product to the lines of a cart, up to the most that an
// order may have.
func withLine(lines []shop.CartLine, product shop.ProductID, units int) []shop.CartLine {
	for i := range lines {
		if lines[i].Product == product {
			lines[i].Units = min(lines[i].Units+units, maxUnits)
			return lines
		}
	}
	if product == "" || units < 1 || len(lines) == shop.MostCartLines {
		return lines
	}
	return append(lines, shop.CartLine{Product: product, Units: units})
}

// shopifyCart returns the event of a Checkout resource. A checkout without an address
// names no customer, and one that was completed is an order by now: neither is an
// event. An empty checkout has no lines.
func shopifyCart(checkout value, _ string, sent time.Time) []shop.Event {
	at := sent
	if own := checkout.at("updated_at"); !own.absent() {
		at = own.time()
	}
	cart := shop.Cart{ID: checkout.must("token").anID(), At: at, URL: checkout.at("abandoned_checkout_url").link()}
	customer, _ := checkout.shopifyCustomer()
	for _, line := range checkout.must("line_items").list(maxLines) {
		if !line.object() {
			continue
		}
		units := line.must("quantity").quantity()
		if known := line.shopifyLine(); !known.gift {
			cart.Lines = withLine(cart.Lines, known.product, units)
		}
	}
	if customer.ID == "" || !checkout.at("completed_at").absent() || at.IsZero() {
		return nil
	}
	return []shop.Event{{ID: "cart", At: at, Fact: shop.CartFact{Customer: customer, Cart: cart}}}
}

// segmentCart returns the event of a message of Segment that lists a cart:
//
//	cart      cart_id, or else the order_id that a checkout has already
//	link      cart_url, which is ours, or else the page on which it happened
//	product   a product's sku, or else its product_id
//	units     quantity; 1 if it is absent
//
// The specification requires none of them, so a message without a customer, an ID, a
// link or a list is no event. A list without products empties the cart.
func segmentCart(message value, at time.Time) ([]shop.Event, string) {
	properties := message.part("properties")
	cart, products := shop.Cart{
		ID: first(properties.at("cart_id"), properties.at("order_id")).anID(), At: at,
		URL: first(properties.at("cart_url"), message.part("context").part("page").at("url")).link(),
	}, properties.at("products")
	if cart.ID == "" || cart.URL == "" || products.absent() {
		return nil, "a Segment cart without cart_id, cart_url or products: see docs/segment.md"
	}
	customer := message.segmentWho(message.segmentTraits())
	if customer.ID == "" {
		return nil, "a Segment cart with neither a userId nor an address: an anonymousId names no customer"
	}
	for _, line := range products.list(maxLines) {
		if !line.object() {
			continue
		}
		units := 1
		if stated := line.at("quantity"); !stated.absent() {
			units = stated.quantity()
		}
		cart.Lines = withLine(cart.Lines, line.segmentProduct(), units)
	}
	return []shop.Event{{ID: "cart", At: at, Fact: shop.CartFact{Customer: customer, Cart: cart}}}, ""
}
