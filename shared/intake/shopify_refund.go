package intake

import (
	"slices"

	"regulars/shared/shop"
)

// shopifyRefunds reads a refunds/create webhook. It does not say whose order it
// is: the customer stays empty.
func shopifyRefunds(refund value, _ string) []telling {
	order := shop.OrderID(refund.must("order_id").anID())
	return refund.shopifyRefund(order, "", nil)
}

// shopifyRefund returns the units that came back and the money that was given
// back by one Refund resource: both, one of them, or nothing. It tells the same
// whether it comes by itself or within its order, but for the customer.
//
// Shopify does not say why. Units that were taken off before they were shipped
// (restock_type cancel) count as a change of mind, all else as other.
func (v value) shopifyRefund(order shop.OrderID, customer shop.CustomerID, products map[string]shop.ProductID) []telling {
	ref := v.must("id").anID()
	at := v.must("created_at").moment()
	if own := v.at("processed_at"); !own.absent() {
		at = own.moment()
	}
	tell := func(kind shop.OrderKind) telling {
		return telling{at, shop.OrderFact{Kind: kind, Order: order, Customer: customer, Ref: ref}}
	}
	var told []telling

	back := &shop.Return{At: at, Cause: shop.CauseUnwanted, Units: map[shop.ProductID]int{}}
	for _, line := range v.at("refund_line_items").list(maxLines) {
		if !line.object() {
			continue
		}
		product := line.part("line_item").shopifyProduct()
		if product == "" {
			product = products[line.at("line_item_id").anID()]
		}
		units := line.must("quantity").quantity()
		if line.at("restock_type").text() != "cancel" {
			back.Cause = shop.CauseOther
		}
		if product != "" && units > 0 {
			line.addUnits(back.Units, product, units)
		}
	}
	if len(back.Units) > 0 {
		returned := tell(shop.OrderReturned)
		returned.fact.Return = back
		told = append(told, returned)
	}
	if amount := v.shopifyMoneyBack(); !amount.IsZero() {
		refunded := tell(shop.OrderRefunded)
		refunded.fact.Refund = &shop.Refund{At: at, Amount: amount}
		told = append(told, refunded)
	}
	return told
}

// shopifyMoneyBack adds up the refund's transactions that went through.
func (v value) shopifyMoneyBack() shop.Money {
	var sum shop.Money
	for _, transaction := range v.at("transactions").list(maxLines) {
		if !transaction.object() {
			continue
		}
		kind, status := transaction.at("kind").text(), transaction.at("status").text()
		if kind != "refund" || !slices.Contains([]string{"", "success"}, status) {
			continue
		}
		currency := transaction.must("currency")
		next := transaction.must("amount").amount(currency.currency())
		total, err := sum.Plus(next)
		if err != nil {
			currency.fault("is not the currency of the transactions before it; want one currency in a refund")
			continue
		}
		sum = total
	}
	return sum
}
