package intake

import (
	"time"

	"regulars/shared/shop"
)

// saleorOrder returns all facts of an order, for every event: each has the whole
// order.
func saleorOrder(payload value, _ time.Time) ([]shop.Event, string) {
	order := payload.must("order")
	if !order.object() {
		return nil, ""
	}
	status := order.must("status").text()
	if status == "DRAFT" {
		return nil, "a Saleor draft, which is no order yet"
	}
	id := shop.OrderID(order.must("id").anID())
	p := order.saleorPlaced()
	all := []timedFact{{p.At, shop.OrderFact{Kind: shop.OrderPlaced, Placed: &p}}}
	money := order.saleorMoney(p.Total.Currency)
	paid := order.at("isPaid").flag()
	if paid != nil && *paid {
		at := money.charged
		if at.IsZero() {
			at = p.Revision
		}
		all = append(all, timedFact{at, shop.OrderFact{Kind: shop.OrderPaid}})
	}
	all = append(all, order.saleorParcels()...)
	if status == "CANCELED" || status == "EXPIRED" {
		cancel := shop.Cancel{At: p.Revision, Cause: shop.CauseOther}
		if status == "EXPIRED" || money.charged.IsZero() && (paid == nil || !*paid) {
			cancel.Cause = shop.CauseDeclined
		}
		all = append(all, timedFact{p.Revision, shop.OrderFact{Kind: shop.OrderCancelled, Cancel: &cancel}})
	}
	all = append(all, money.refunds...)
	for i := range all {
		all[i].fact.Order, all[i].fact.Customer = id, p.Customer.ID
	}
	return orderEvents(all), ""
}

func (v value) saleorPlaced() shop.Placed {
	at := v.must("created").time()
	p := shop.Placed{
		Number: first(v.at("number"), v.at("id")).number(), At: at, Revision: at,
		Customer: v.saleorBuyer(), TaxIncluded: true,
	}
	if updated := v.at("updatedAt"); !updated.absent() {
		p.Revision = updated.time()
	}
	total := v.within("total", "gross")
	currency := total.must("currency").currency()
	p.Total = total.saleorAmount(currency)
	var lines basket
	for _, line := range v.must("lines").list(maxLines) {
		if !line.object() {
			continue
		}
		product := first(line.at("productSku"), line.at("productVariantId")).aProductID()
		units, title := line.must("quantity").quantity(), line.at("productName").text()
		of := "undiscountedUnitPrice"
		if line.at(of).absent() {
			of = "unitPrice"
		}
		price := line.within(of, "gross").saleorAmount(currency)
		if product != "" && units > 0 {
			lines.add(line, shop.Line{Product: product, Title: title, Units: units, Price: price})
		}
	}
	p.Lines = lines.lines
	return p
}

// saleorBuyer returns the order's customer; zero if the order has neither a
// customer nor an address.
func (v value) saleorBuyer() shop.Customer {
	user, billing, shipping := v.part("user"), v.part("billingAddress"), v.part("shippingAddress")
	c := shop.Customer{
		ID:     user.at("id").ofCustomer(value.anID),
		Email:  first(v.at("userEmail"), user.at("email")).address(),
		Name:   first(user.at("firstName"), billing.at("firstName"), shipping.at("firstName")).text(),
		Locale: v.at("languageCodeEnum").locale(),
	}
	if c.Country, c.Province = shipping.saleorPlace(); c.Country == "" {
		c.Country, c.Province = billing.saleorPlace()
	}
	if c.ID == "" {
		c.ID = Guest(c.Email)
	}
	if c.ID == "" {
		return shop.Customer{}
	}
	return c
}

// saleorParcels returns the order's fulfillments: units that left, which may be in
// several parcels, and units that came back, under the fulfillment's ID.
//
//	FULFILLED                        it has left
//	RETURNED, REFUNDED_AND_RETURNED  its units came back
//	REFUNDED                         its units never left: only its money counts
//	WAITING_FOR_APPROVAL, CANCELED,  nothing
//	REPLACED
func (v value) saleorParcels() (all []timedFact) {
	for _, parcel := range v.at("fulfillments").list(maxLines) {
		if !parcel.object() {
			continue
		}
		at, status := parcel.must("created").time(), parcel.must("status").text()
		fact := shop.OrderFact{Kind: shop.OrderShipped}
		switch status {
		case "FULFILLED":
		case "RETURNED", "REFUNDED_AND_RETURNED":
			units := map[shop.ProductID]int{}
			for _, line := range parcel.must("lines").list(maxLines) {
				of := line.must("orderLine")
				if !line.object() || !of.object() {
					continue
				}
				product := first(of.at("productSku"), of.at("productVariantId")).aProductID()
				if n := line.must("quantity").quantity(); n > 0 && product != "" {
					units[product] += n
				}
			}
			if len(units) == 0 {
				continue
			}
			fact = shop.OrderFact{Kind: shop.OrderReturned, Ref: parcel.must("id").anID(), Return: &shop.Return{At: at, Units: units, Cause: shop.CauseOther}}
		default:
			continue
		}
		all = append(all, timedFact{at, fact})
	}
	return all
}

// saleorPaid is the money that moved for an order.
type saleorPaid struct {
	charged time.Time // the latest successful charge; zero: none
	refunds []timedFact
}

// saleorMoney reads the order's transactions, and its payments, which are how
// older payment plugins keep them.
func (v value) saleorMoney(of shop.Currency) (paid saleorPaid) {
	moved := func(step value, kind string, created string) {
		at := step.must(created).time()
		switch kind {
		case "CHARGE_SUCCESS", "CAPTURE":
			if at.After(paid.charged) {
				paid.charged = at
			}
		case "REFUND_SUCCESS", "REFUND":
			amount := step.within("amount").saleorAmount(of)
			if !amount.IsZero() {
				paid.refunds = append(paid.refunds, timedFact{at, shop.OrderFact{Kind: shop.OrderRefunded, Ref: step.must("id").anID(), Refund: &shop.Refund{At: at, Amount: amount}}})
			}
		}
	}
	for _, transaction := range v.at("transactions").list(maxLines) {
		for _, step := range transaction.at("events").list(maxLines) {
			moved(step, step.at("type").text(), "createdAt")
		}
	}
	for _, payment := range v.at("payments").list(maxLines) {
		for _, step := range payment.at("transactions").list(maxLines) {
			if done := step.at("isSuccess").flag(); done != nil && *done {
				moved(step, step.at("kind").text(), "created")
			}
		}
	}
	return paid
}
