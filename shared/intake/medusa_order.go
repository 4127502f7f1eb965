package intake

import (
	"strings"
	"time"

	"regulars/shared/shop"
)

// medusaOrder returns all facts of an order of Medusa 2, sent at sent, which is its
// revision. The sources of its values:
//
//	product    an item's variant_sku, or else its variant_id
//	price      an item's unit_price, in the currency's own unit
//	total      the larger one of summary's original_order_total and
//	           current_order_total: an edit can add units, and what left the order
//	           comes as a refund; without them, total
//	number     display_id
//	customer   customer_id, which guests have too; without one, a guest by email
//	paid       the captures of transactions make up the total
//	shipped,   fulfillments, each a parcel with its units, which name items by
//	delivered  line_item_id
//	cancelled  the status is canceled, at canceled_at; an order without a capture
//	           for the cause declined, any other for the cause other
//	returned   returns that are received, with received_quantity
//	refunded   the refunds of transactions, by their IDs
func (v value) medusaOrder(sent time.Time) ([]shop.Event, string) {
	if v.absent() {
		return nil, ""
	}
	status := v.must("status").text()
	if status == "draft" || v.at("is_draft_order").json == true {
		return nil, "a Medusa draft, which is no order yet"
	}
	id := shop.OrderID(v.must("id").anID())
	p, products := v.medusaPlaced(sent)
	all := []timedFact{{p.At, shop.OrderFact{Kind: shop.OrderPlaced, Placed: &p}}}
	captured, moved := v.medusaMoney(p.Total)
	all = append(all, moved...)
	all = append(all, v.medusaParcels(products)...)
	if status == "canceled" {
		cancel := shop.Cancel{At: first(v.at("canceled_at"), v.must("created_at")).time(), Cause: shop.CauseOther}
		if !captured {
			cancel.Cause = shop.CauseDeclined
		}
		all = append(all, timedFact{cancel.At, shop.OrderFact{Kind: shop.OrderCancelled, Cancel: &cancel}})
	}
	all = append(all, v.medusaReturns(products)...)
	for i := range all {
		all[i].fact.Order, all[i].fact.Customer = id, p.Customer.ID
	}
	return orderEvents(all), ""
}

// medusaPlaced returns the order, and the product of each of its items.
func (v value) medusaPlaced(sent time.Time) (shop.Placed, map[string]shop.ProductID) {
	p := shop.Placed{
		Number: first(v.at("display_id"), v.at("id")).number(), At: v.must("created_at").time(), Revision: sent,
		Customer: v.medusaBuyer(), TaxIncluded: true,
	}
	code := v.must("currency_code")
	if s, ok := code.json.(string); ok {
		code.json = strings.ToUpper(s)
	}
	currency := code.currency()
	summary := v.part("summary")
	p.Total = first(summary.at("original_order_total"), v.must("total")).rounded(currency)
	if now := summary.at("current_order_total"); !now.absent() && !strings.HasPrefix(now.decimal(), "-") {
		p.Total.Minor = max(p.Total.Minor, now.rounded(currency).Minor)
	}
	products := map[string]shop.ProductID{}
	var lines basket
	for _, item := range v.must("items").list(maxLines) {
		if !item.object() {
			continue
		}
		product := first(item.at("variant_sku"), item.at("variant_id")).aProductID()
		units := item.must("quantity").wholeUnits(1).quantity()
		line := shop.Line{Product: product, Title: first(item.at("product_title"), item.at("title")).text(), Units: units, Price: item.must("unit_price").rounded(currency)}
		products[item.at("id").anID()] = product
		if product == "" || units == 0 {
			continue
		}
		if included := item.at("is_tax_inclusive").flag(); included == nil || !*included {
			p.TaxIncluded = false
		}
		lines.add(item, line)
	}
	p.Lines = lines.lines
	return p, products
}

// medusaBuyer returns the order's customer; zero if the order has neither a
// customer nor an address.
func (v value) medusaBuyer() shop.Customer {
	customer, billing, shipping := v.part("customer"), v.part("billing_address"), v.part("shipping_address")
	c := shop.Customer{
		ID:    v.at("customer_id").ofCustomer(value.anID),
		Email: first(v.at("email"), customer.at("email")).address(),
		Name:  first(customer.at("first_name"), shipping.at("first_name"), billing.at("first_name")).text(),
	}
	if c.Country, c.Province = shipping.medusaPlace(); c.Country == "" {
		c.Country, c.Province = billing.medusaPlace()
	}
	if c.ID == "" {
		c.ID = Guest(c.Email)
	}
	if c.ID == "" {
		return shop.Customer{}
	}
	return c
}

// medusaMoney returns whether anything was captured, and the facts of the order's
// payment and refunds. A capture is above 0, a refund below.
func (v value) medusaMoney(total shop.Money) (captured bool, all []timedFact) {
	var paid int64
	var last time.Time
	for _, step := range v.at("transactions").list(maxLines) {
		if !step.object() {
			continue
		}
		at, amount := step.must("created_at").time(), step.must("amount")
		switch step.at("reference").text() {
		case "capture":
			captured, paid = true, paid+amount.rounded(total.Currency).Minor
			if at.After(last) {
				last = at
			}
		case "refund":
			amount.json = strings.TrimPrefix(amount.decimal(), "-")
			if back := amount.rounded(total.Currency); !back.IsZero() {
				all = append(all, timedFact{at, shop.OrderFact{Kind: shop.OrderRefunded, Ref: step.must("id").anID(), Refund: &shop.Refund{At: at, Amount: back}}})
			}
		}
	}
	if captured && paid >= total.Minor {
		all = append(all, timedFact{last, shop.OrderFact{Kind: shop.OrderPaid}})
	}
	return captured, all
}

func (v value) medusaParcels(products map[string]shop.ProductID) (all []timedFact) {
	for _, parcel := range v.at("fulfillments").list(maxLines) {
		if !parcel.object() || !parcel.at("canceled_at").absent() {
			continue
		}
		ref, units := parcel.must("id").anID(), map[shop.ProductID]int{}
		for _, item := range parcel.at("items").list(maxLines) {
			product := products[item.at("line_item_id").anID()]
			if n := item.at("quantity").wholeUnits(1).quantity(); n > 0 && product != "" {
				units[product] += n
			}
		}
		arrived := parcel.at("delivered_at").time()
		if left := first(parcel.at("shipped_at"), parcel.at("delivered_at")).time(); !left.IsZero() {
			all = append(all, timedFact{left, shop.OrderFact{Kind: shop.OrderShipped, Ref: ref, Parcel: &shop.Parcel{Units: units}}})
		}
		if !arrived.IsZero() {
			all = append(all, timedFact{arrived, shop.OrderFact{Kind: shop.OrderDelivered, Ref: ref, Parcel: &shop.Parcel{Units: units, Delivered: arrived}}})
		}
	}
	return all
}

func (v value) medusaReturns(products map[string]shop.ProductID) (all []timedFact) {
	for _, back := range v.at("returns").list(maxLines) {
		if !back.object() || back.at("status").text() != "received" {
			continue
		}
		at, units := first(back.at("received_at"), back.must("created_at")).time(), map[shop.ProductID]int{}
		for _, item := range back.must("items").list(maxLines) {
			product := products[item.at("item_id").anID()]
			if n := item.at("received_quantity").wholeUnits(1).quantity(); n > 0 && product != "" {
				units[product] += n
			}
		}
		if len(units) > 0 {
			all = append(all, timedFact{at, shop.OrderFact{Kind: shop.OrderReturned, Ref: back.must("id").anID(), Return: &shop.Return{At: at, Units: units, Cause: shop.CauseOther}}})
		}
	}
	return all
}
