package intake

import (
	"time"

	"regulars/shared/shop"
)

// shopifyOrder returns all facts of an Order resource, for every topic: Shopify
// may lose or reorder webhooks, and each webhook carries the whole order.
func shopifyOrder(order value, topic string) []timedFact {
	id := shop.OrderID(order.must("id").anID())
	customer, consent := order.shopifyCustomer()
	fact := func(kind shop.OrderKind, at time.Time) timedFact {
		return timedFact{at, shop.OrderFact{Kind: kind, Order: id, Customer: customer.ID}}
	}

	ordered := order.must("created_at").time()
	if own := order.at("processed_at").time(); !own.IsZero() && own.Before(ordered) {
		ordered = own // an imported order; a later processed_at may be added later, and the time must not change
	}
	updated := ordered
	if own := order.at("updated_at"); !own.absent() {
		updated = own.time()
	}

	placed := fact(shop.OrderPlaced, ordered)
	currency := order.must("currency").currency()
	placed.fact.Placed = &shop.Placed{
		At:       ordered,
		Revision: updated,
		Customer: customer,
		Consent:  consent,
		Total:    order.must("total_price").amount(currency),
	}
	products := map[string]shop.ProductID{} // by the line item's id, for the refunds
	placed.fact.Placed.Lines = order.shopifyLines(currency, products)
	all := []timedFact{placed}

	switch order.at("financial_status").text() {
	case "paid", "partially_refunded", "refunded":
		at := updated // the order has no time of payment; the time of the first webhook with this status is the nearest
		if topic == "orders/create" {
			at = ordered
		}
		all = append(all, fact(shop.OrderPaid, at))
	}
	shipped, delivered := order.shopifyParcels()
	if !shipped.IsZero() {
		all = append(all, fact(shop.OrderShipped, shipped))
	}
	if !delivered.IsZero() {
		all = append(all, fact(shop.OrderDelivered, delivered))
	}
	reason := order.at("cancel_reason").text()
	if cancelled := order.at("cancelled_at"); !cancelled.absent() {
		cancel := fact(shop.OrderCancelled, cancelled.time())
		cancel.fact.Cancel = &shop.Cancel{At: cancel.at, Cause: shopifyCause(reason)}
		all = append(all, cancel)
	}
	for _, refund := range order.at("refunds").list(maxLines) {
		if refund.object() {
			all = append(all, refund.shopifyRefund(id, customer.ID, products)...)
		}
	}
	return all
}

// shopifyCause returns the cause for a cancel_reason. A product out of stock
// cannot come in time: CauseLate. Fraud and a declined card are not a change of
// mind of the customer: CauseOther.
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

// shopifyProduct returns the ID of a line's product, or "": see shopifyTopics.
func (v value) shopifyProduct() shop.ProductID {
	return first(v.at("sku"), v.at("product_id"), v.at("variant_id")).aProductID()
}

// shopifyCustomer returns the order's customer and their consent to promotions
// (nil: unknown). For an order with neither a customer nor an address, such as
// one from the till, the customer is zero.
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
	if c.ID == "" {
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

// shopifyParcels returns when the first parcel left, and when the last parcel
// of a completely shipped order arrived; zero if that has not happened.
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
		left := parcel.must("created_at").time()
		if shipped.IsZero() || left.Before(shipped) {
			shipped = left
		}
		if parcel.at("shipment_status").text() != "delivered" {
			all = false
			continue
		}
		if arrived := first(parcel.at("updated_at"), parcel.at("created_at")).time(); arrived.After(delivered) {
			delivered = arrived
		}
	}
	if !all {
		delivered = time.Time{}
	}
	return shipped, delivered
}
