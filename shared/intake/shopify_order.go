package intake

import (
	"time"

	"regulars/shared/shop"
)

// shopifyOrder returns everything that an Order resource tells, whatever the
// topic: Shopify may lose or reorder webhooks, and each carries it all.
func shopifyOrder(order value, topic string) []telling {
	id := shop.OrderID(order.must("id").anID())
	customer, consent := order.shopifyCustomer()
	tell := func(kind shop.OrderKind, at time.Time) telling {
		return telling{at, shop.OrderFact{Kind: kind, Order: id, Customer: customer.ID}}
	}

	begun := order.must("created_at").moment()
	if own := order.at("processed_at").moment(); !own.IsZero() && own.Before(begun) {
		begun = own // an imported order; a later one may only be known later, and begun must not change
	}
	updated := begun
	if own := order.at("updated_at"); !own.absent() {
		updated = own.moment()
	}

	placed := tell(shop.OrderPlaced, begun)
	currency := order.must("currency").currency()
	placed.fact.Placed = &shop.Placed{
		At:       begun,
		Revision: updated,
		Customer: customer,
		Consent:  consent,
		Total:    order.must("total_price").amount(currency),
	}
	products := map[string]shop.ProductID{} // by line_item's id, for the refunds
	placed.fact.Placed.Lines = order.shopifyLines(currency, products)
	told := []telling{placed}

	switch order.at("financial_status").text() {
	case "paid", "partially_refunded", "refunded":
		at := updated // when it was paid is not told; the first webhook that says so is the nearest
		if topic == "orders/create" {
			at = begun
		}
		told = append(told, tell(shop.OrderPaid, at))
	}
	shipped, delivered := order.shopifyParcels()
	if !shipped.IsZero() {
		told = append(told, tell(shop.OrderShipped, shipped))
	}
	if !delivered.IsZero() {
		told = append(told, tell(shop.OrderDelivered, delivered))
	}
	reason := order.at("cancel_reason").text()
	if cancelled := order.at("cancelled_at"); !cancelled.absent() {
		cancel := tell(shop.OrderCancelled, cancelled.moment())
		cancel.fact.Cancel = &shop.Cancel{At: cancel.at, Cause: shopifyCause(reason)}
		told = append(told, cancel)
	}
	for _, refund := range order.at("refunds").list(maxLines) {
		if refund.object() {
			told = append(told, refund.shopifyRefund(id, customer.ID, products)...)
		}
	}
	return told
}

// shopifyCause maps a cancel_reason. What is not in stock cannot come in time,
// which is the shop's fault; fraud and a declined card are nobody's change of
// mind.
func shopifyCause(reason string) shop.Cause {
	switch reason {
	case "customer":
		return shop.CauseUnwanted
	case "inventory":
		return shop.CauseLate
	}
	return shop.CauseOther
}

func (v value) shopifyLines(currency shop.Currency, products map[string]shop.ProductID) []shop.Line {
	var lines basket
	for _, line := range v.must("line_items").list(maxLines) {
		if !line.object() {
			continue
		}
		product := line.shopifyProduct()
		units := line.must("quantity").quantity()
		price := line.must("price").amount(currency)
		title := line.at("title").text()
		products[line.at("id").anID()] = product
		if product != "" && units > 0 {
			lines.add(line, shop.Line{Product: product, Title: title, Units: units, Price: price})
		}
	}
	return lines.lines
}

// shopifyProduct names a line's product; see shopifyTopics.
func (v value) shopifyProduct() shop.ProductID {
	return shop.ProductID(first(v.at("sku"), v.at("product_id"), v.at("variant_id")).anID())
}

// shopifyCustomer returns who ordered, and their box for promotions. An order
// with neither a customer nor an address (one from the till) is nobody's.
func (v value) shopifyCustomer() (shop.Customer, *bool) {
	customer := v.part("customer")
	shipping, billing := v.part("shipping_address"), v.part("billing_address")
	c := shop.Customer{
		ID:      shop.CustomerID(customer.at("id").anID()),
		Email:   first(v.at("email"), v.at("contact_email"), customer.at("email")).address(),
		Name:    first(customer.at("first_name"), shipping.at("first_name"), billing.at("first_name")).text(),
		Locale:  v.at("customer_locale").locale(),
		Country: first(shipping.at("country_code"), billing.at("country_code"), customer.part("default_address").at("country_code")).country(),
	}
	if c.ID == "" && c.Email != "" {
		c.ID = Guest(c.Email)
	}
	if c.ID == "" {
		return shop.Customer{}, nil
	}
	ticked := v.at("buyer_accepts_marketing").flag()
	if state := customer.part("email_marketing_consent").at("state").text(); state != "" {
		subscribed := state == "subscribed"
		return c, &subscribed
	}
	return c, ticked
}

// shopifyParcels returns when the first parcel left, and when the last one of a
// wholly shipped order arrived; zero for what has not happened.
func (v value) shopifyParcels() (shipped, delivered time.Time) {
	all := v.at("fulfillment_status").text() == "fulfilled"
	for _, parcel := range v.at("fulfillments").list(maxLines) {
		if !parcel.object() {
			continue
		}
		switch parcel.at("status").text() {
		case "cancelled", "error", "failure":
			continue
		}
		left := parcel.must("created_at").moment()
		if shipped.IsZero() || left.Before(shipped) {
			shipped = left
		}
		if parcel.at("shipment_status").text() != "delivered" {
			all = false
			continue
		}
		if arrived := first(parcel.at("updated_at"), parcel.at("created_at")).moment(); arrived.After(delivered) {
			delivered = arrived
		}
	}
	if !all {
		delivered = time.Time{}
	}
	return shipped, delivered
}
