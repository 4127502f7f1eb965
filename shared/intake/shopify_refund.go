package intake

import (
	"slices"

	"regulars/shared/shop"
)

// shopifyRefunds reads a refunds/create webhook. It does not name the customer,
// so the facts have none.
func shopifyRefunds(refund value, _ string) []timedFact {
	order := shop.OrderID(refund.must("order_id").anID())
	return refund.shopifyRefund(order, "", nil)
}

// shopifyRefund returns the return of units and the refund of money of one
// Refund resource: both, one of them, or none. The facts are the same for a
// refund by itself and for one within its order, except for the customer.
//
// Shopify does not state the cause. If all units were removed before they were
// shipped (restock_type cancel), it is a change of mind, otherwise "other".
func (v value) shopifyRefund(order shop.OrderID, customer shop.CustomerID, products map[string]shop.ProductID) []timedFact {
	ref := v.must("id").anID()
	at := v.must("created_at").time()
	if own := v.at("processed_at"); !own.absent() {
		at = own.time()
	}
	fact := func(kind shop.OrderKind) timedFact {
		return timedFact{at, shop.OrderFact{Kind: kind, Order: order, Customer: customer, Ref: ref}}
	}
	var all []timedFact

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
		returned := fact(shop.OrderReturned)
		returned.fact.Return = back
		all = append(all, returned)
	}
	if amount := v.shopifyMoneyBack(); !amount.IsZero() {
		refunded := fact(shop.OrderRefunded)
		refunded.fact.Refund = &shop.Refund{At: at, Amount: amount}
		all = append(all, refunded)
	}
	return all
}

// shopifyMoneyBack returns the sum of the refund's successful transactions.
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
