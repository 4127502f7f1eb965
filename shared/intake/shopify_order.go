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
		Number:   first(order.at("name"), order.at("order_number")).number(),
		At:       ordered,
		Revision: updated,
		Customer: customer,
		Consent:  consent,
	}
	p, of := placed.fact.Placed, shopifyKnown{id, customer.ID, currency, map[string]shopifyLine{}}
	if included := order.at("taxes_included").flag(); included != nil {
		p.TaxIncluded = *included
	}
	p.Total = order.must("total_price").amount(currency)
	p.Rate = order.shopifyRate(p.Total)
	var gifts shop.Money
	p.Lines, gifts = order.shopifyLines(of)
	var backs []shopifyBack
	for _, refund := range order.at("refunds").list(maxLines) {
		if refund.object() {
			backs = append(backs, refund.shopifyRefund(of))
		}
	}
	p.Total = order.shopifyTotal(*p, backs)
	p.Total.Minor = max(p.Total.Minor-gifts.Minor, 0)
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
	for _, back := range backs {
		all = append(all, back.facts...)
	}
	return all
}

// shopifyCause returns the cause for a cancel_reason. A product out of stock
// cannot come in time: CauseLate.
func shopifyCause(reason string) shop.Cause {
	switch reason {
	case "customer":
		return shop.CauseUnwanted
	case "inventory":
		return shop.CauseLate
	case "fraud":
		return shop.CauseFraud
	case "declined":
		return shop.CauseDeclined
	}
	return shop.CauseOther
}

// shopifyTotal returns what the order came to before any unit left it.
// total_price, which is p.Total, is that, but not every edit changes it;
// current_total_price is what is left after all edits. The facts of the refunds
// lower the total again, so the worth of their units is added to it. Money that
// was paid back for something other than units does not always lower
// current_total_price, so such an order came to total_price at least.
func (v value) shopifyTotal(p shop.Placed, backs []shopifyBack) shop.Money {
	now := v.at("current_total_price")
	if now.absent() {
		return p.Total
	}
	current, money := now.amount(p.Total.Currency), false
	for _, back := range backs {
		money = money || back.money
		if back.money {
			continue
		}
		current.Minor += back.worth.Price.Minor
		if !p.TaxIncluded {
			current.Minor += back.worth.Tax.Minor
		}
	}
	if money && current.Minor < p.Total.Minor {
		return p.Total
	}
	return current
}

// shopifyRate returns the order's total in the shop's currency and in the one
// that the customer saw, or nil if they are the same.
func (v value) shopifyRate(total shop.Money) *shop.Rate {
	seen := v.part("total_price_set").part("presentment_money")
	if seen.absent() {
		return nil
	}
	in := seen.must("currency_code").currency()
	r := shop.Rate{Shop: total, Seen: seen.must("amount").amount(in)}
	if in == total.Currency || r.Shop.IsZero() || r.Seen.IsZero() {
		return nil
	}
	return &r
}

// shopifyLines returns the order's products, and what its gift cards cost. It
// adds each line item to those that are known for the refunds.
func (v value) shopifyLines(of shopifyKnown) (products []shop.Line, gifts shop.Money) {
	var lines basket
	for _, line := range v.must("line_items").list(maxLines) {
		if !line.object() {
			continue
		}
		known := line.shopifyLine()
		units := line.must("quantity").quantity()
		price := line.must("price").amount(of.currency)
		title := line.at("title").text()
		of.lines[line.at("id").anID()] = known
		switch {
		case known.gift:
			gifts.Minor += int64(units) * price.Minor
			for _, part := range line.at("discount_allocations").list(maxLines) {
				if part.object() {
					gifts.Minor -= part.must("amount").amount(of.currency).Minor
				}
			}
		case known.product != "" && units > 0:
			lines.add(line, shop.Line{Product: known.product, Title: title, Units: units, Price: price})
		}
	}
	return lines.lines, gifts
}

// shopifyCustomer returns the order's customer and their consent to promotions
// (nil: unknown). For an order with neither a customer nor an address, such as
// one from the till, the customer is zero.
func (v value) shopifyCustomer() (shop.Customer, *bool) {
	customer := v.part("customer")
	shipping, billing := v.part("shipping_address"), v.part("billing_address")
	c := shop.Customer{
		ID:     customer.at("id").ofCustomer(value.anID),
		Email:  first(v.at("email"), v.at("contact_email"), customer.at("email")).address(),
		Name:   first(customer.at("first_name"), shipping.at("first_name"), billing.at("first_name")).text(),
		Locale: v.at("customer_locale").locale(),
	}
	for _, address := range []value{shipping, billing, customer.part("default_address")} {
		if c.Country == "" {
			c.Country = address.at("country_code").country()
			c.Province = address.at("province_code").province(c.Country)
		}
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
		left, arrived := parcel.shopifyParcel()
		if left.IsZero() {
			continue
		}
		if shipped.IsZero() || left.Before(shipped) {
			shipped = left
		}
		if arrived.IsZero() {
			all = false
		} else if arrived.After(delivered) {
			delivered = arrived
		}
	}
	if !all {
		delivered = time.Time{}
	}
	return shipped, delivered
}
