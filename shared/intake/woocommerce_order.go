package intake

import (
	"slices"
	"time"

	"regulars/shared/shop"
)

// woocommerceUnplaced are the statuses of orders that the shop need not serve yet:
// the customer is still paying, or the payment failed and can be repeated.
var woocommerceUnplaced = []string{"pending", "failed", "checkout-draft", "auto-draft", "draft", "new", "trash"}

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
		units := line.must("quantity").wholeUnits(1).quantity()
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
