package intake

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

// shopifyRefunds reads a refunds/create webhook. It does not name the customer,
// so the facts have none.
func shopifyRefunds(refund value, _ string) []timedFact {
	order := shop.OrderID(refund.must("order_id").anID())
	return refund.shopifyRefund(shopifyKnown{order: order}).facts
}

// shopifyKnown is what is known of a refund's order: of a refund by itself, only
// the order's ID.
type shopifyKnown struct {
	order    shop.OrderID
	customer shop.CustomerID
	currency shop.Currency
	lines    map[string]shopifyLine // by the line item's ID
}

// shopifyLine is what is known of a line item: gift cards are no products.
type shopifyLine struct {
	product shop.ProductID
	gift    bool
}

// shopifyLine returns the product of a line item.
func (v value) shopifyLine() shopifyLine {
	product := first(v.at("sku"), v.at("product_id"), v.at("variant_id")).aProductID()
	gift := v.at("gift_card").flag()
	return shopifyLine{product, gift != nil && *gift}
}

// shopifyBack is what a Refund resource says: its facts, what its units cost,
// gift cards included, and whether it moved money.
type shopifyBack struct {
	facts []timedFact
	worth shop.Worth
	money bool
}

// shopifyRefund returns what one Refund resource says: the edit of an order, the
// return of units, the refund of money, or several of them. The facts are the
// same for a refund by itself and for one within its order, except for the
// customer, if Shopify's payload is complete.
//
// Shopify uses a refund for every change that lowers an order. Its units were
// taken out before they were sent (an edit) if restock_type is cancel, or if
// they are not restocked, not fulfilled and not paid back; otherwise they were
// returned, for a cause that Shopify does not state. Its money is what its
// transactions paid back. Without one, the units' worth lowers what the customer
// has to pay; an order adjustment says what part of it does not.
func (v value) shopifyRefund(of shopifyKnown) shopifyBack {
	ref := v.must("id").anID()
	at := v.must("created_at").time()
	if own := v.at("processed_at"); !own.absent() {
		at = own.time()
	}
	if of.currency == "" {
		of.currency = v.shopifyCurrency()
	}
	paid := v.shopifyPaid(of.currency)
	edited, returned, goods, gifts := v.shopifyGoods(of, !paid.IsZero())
	all := shopifyBack{worth: goods.plus(gifts).worth(), money: !paid.IsZero()}
	for _, adjustment := range v.at("order_adjustments").list(maxLines) {
		if adjustment.object() {
			goods.add(adjustment, "amount", "tax_amount", of.currency, -1)
		}
	}

	worth := goods.worth()
	if all.money {
		worth = shop.Worth{}
	}
	fact := func(kind shop.OrderKind) *shop.OrderFact {
		all.facts = append(all.facts, timedFact{at, shop.OrderFact{Kind: kind, Order: of.order, Customer: of.customer, Ref: ref}})
		return &all.facts[len(all.facts)-1].fact
	}
	if len(edited) > 0 || len(returned) == 0 && worth != (shop.Worth{}) {
		fact(shop.OrderEdited).Edit = &shop.Edit{At: at, Units: edited, Worth: worth}
		worth = shop.Worth{}
	}
	if len(returned) > 0 {
		fact(shop.OrderReturned).Return = &shop.Return{At: at, Units: returned, Cause: shop.CauseOther, Worth: worth}
	}
	if paid = goods.plus(gifts).own(paid, of.currency); paid.Currency == of.currency {
		paid.Minor = max(paid.Minor-gifts.shop.Minor-gifts.shopTax.Minor, 0)
	}
	if !paid.IsZero() {
		fact(shop.OrderRefunded).Refund = &shop.Refund{At: at, Amount: paid}
	}
	return all
}

// shopifyGoods returns the units of a refund that were taken out before they
// were sent, and those that were returned, both by product; and what the
// customer would have paid for them and their postage, and for gift cards.
func (v value) shopifyGoods(of shopifyKnown, money bool) (edited, returned map[shop.ProductID]int, goods, gifts shopifySum) {
	edited, returned = map[shop.ProductID]int{}, map[shop.ProductID]int{}
	for _, line := range v.at("refund_line_items").list(maxLines) {
		if !line.object() {
			continue
		}
		item := line.part("line_item")
		known := item.shopifyLine()
		if other, ok := of.lines[line.at("line_item_id").anID()]; ok {
			known = shopifyLine{cmp.Or(known.product, other.product), known.gift || other.gift}
		}
		units := line.must("quantity").quantity()
		if known.gift {
			gifts.add(line, "subtotal", "total_tax", of.currency, +1)
			continue
		}
		goods.add(line, "subtotal", "total_tax", of.currency, +1)
		to, restock := returned, line.at("restock_type").text()
		unsent := !item.absent() && item.at("fulfillment_status").absent()
		if restock == "cancel" || restock == "no_restock" && unsent && !money {
			to = edited
		}
		if known.product != "" && units > 0 {
			line.addUnits(to, known.product, units)
		}
	}
	for _, postage := range v.at("refund_shipping_lines").list(maxLines) {
		if postage.object() {
			goods.add(postage, "subtotal_amount", "tax_amount", of.currency, +1)
		}
	}
	return edited, returned, goods, gifts
}

// shopifyCurrency returns the shop's currency by the amounts that a refund has,
// or "" if it has none with a currency. The transactions are no help: theirs can
// be the customer's.
func (v value) shopifyCurrency() shop.Currency {
	sets := []value{v.at("total_duties_set")}
	for _, part := range [][2]string{
		{"refund_line_items", "subtotal_set"}, {"refund_shipping_lines", "subtotal_amount_set"}, {"order_adjustments", "amount_set"},
	} {
		all, _ := v.at(part[0]).json.([]any)
		for _, one := range all {
			sets = append(sets, value{json: one}.at(part[1]))
		}
	}
	for _, set := range sets {
		code, _ := set.at("shop_money").at("currency_code").json.(string)
		if _, known := iso4217.Decimals(shop.Currency(code)); known {
			return shop.Currency(code)
		}
	}
	return ""
}

// shopifyPaid returns the sum of the refund's successful transactions: in the
// shop's currency if they have that amount, or else in their own. A transaction
// without a currency is in the order's; if that is not known either, it is left
// out, and the order's next webhook, which repeats the refund, has it.
func (v value) shopifyPaid(order shop.Currency) shop.Money {
	var sum shop.Money
	for _, transaction := range v.at("transactions").list(maxLines) {
		if !transaction.object() {
			continue
		}
		kind, status := transaction.at("kind").text(), transaction.at("status").text()
		if kind != "refund" || !slices.Contains([]string{"", "success"}, status) {
			continue
		}
		amount, code := transaction.must("amount"), transaction.at("currency")
		in := order
		if own := transaction.at("amount_set").at("shop_money"); !own.absent() {
			amount, code = own.must("amount"), own.must("currency_code")
		}
		if !code.absent() {
			in = code.currency()
		}
		total, err := sum.Plus(amount.amount(in))
		if err != nil {
			code.fault("is not the currency of the transactions before it; want one currency in a refund")
			continue
		}
		sum = total
	}
	return sum
}

// shopifySum is a sum of prices and of their taxes: what the shop accounts, and
// what the customer saw. A price contains its tax if the order's do.
type shopifySum struct {
	shop, shopTax, seen, seenTax shop.Money
}

// add adds a price and its tax (sign +1), or subtracts them (-1). In a payload
// without the sets of both currencies, the amounts are in the order's.
func (s *shopifySum) add(v value, price, tax string, order shop.Currency, sign int64) {
	add := func(sum *shop.Money, in value, of shop.Currency) {
		if in.absent() {
			return
		}
		m := in.signed(of)
		m.Minor *= sign
		if total, err := sum.Plus(m); err == nil {
			*sum = total
		} else {
			in.fault("is in another currency than the amounts before it; want one currency in a refund")
		}
	}
	each := func(name string, shops, seen *shop.Money) {
		set := v.part(name + "_set")
		if set.absent() {
			add(shops, v.at(name), order)
			return
		}
		if money := set.part("shop_money"); !money.absent() {
			add(shops, money.must("amount"), money.must("currency_code").currency())
		}
		if money := set.part("presentment_money"); !money.absent() {
			add(seen, money.must("amount"), money.must("currency_code").currency())
		}
	}
	each(price, &s.shop, &s.seen)
	each(tax, &s.shopTax, &s.seenTax)
}

// signed is amount for a number that can be below 0.
func (v value) signed(of shop.Currency) shop.Money {
	if number, ok := v.json.(json.Number); ok {
		v.json = number.String()
	}
	s, _ := v.json.(string)
	positive, negative := strings.CutPrefix(s, "-")
	if negative {
		v.json = positive
	}
	m := v.amount(of)
	if negative {
		m.Minor = -m.Minor
	}
	return m
}

// plus returns the sum of both. Currencies that differ were reported by add.
func (s shopifySum) plus(other shopifySum) shopifySum {
	s.shop, _ = s.shop.Plus(other.shop)
	s.shopTax, _ = s.shopTax.Plus(other.shopTax)
	s.seen, _ = s.seen.Plus(other.seen)
	s.seenTax, _ = s.seenTax.Plus(other.seenTax)
	return s
}

// worth returns the sum in the shop's currency, or zero if it is not above zero.
func (s shopifySum) worth() shop.Worth {
	if s.shop.Minor+s.shopTax.Minor <= 0 || s.shop.Minor < 0 {
		return shop.Worth{}
	}
	w := shop.Worth{Price: s.shop}
	if s.shopTax.Minor > 0 {
		w.Tax = s.shopTax
	}
	return w
}

// own returns the money that was paid back for s in the shop's currency, if the
// amounts of s tell its worth in the currency in which it was paid.
func (s shopifySum) own(paid shop.Money, in shop.Currency) shop.Money {
	if paid.Currency == in || paid.Currency != s.seen.Currency || s.shop.Currency != in {
		return paid
	}
	shops, seen := s.shop.Minor, s.seen.Minor
	switch {
	case seen == paid.Minor: // the prices contain the tax
	case seen+s.seenTax.Minor == paid.Minor:
		shops, seen = shops+s.shopTax.Minor, seen+s.seenTax.Minor
	}
	if shops <= 0 || seen <= 0 {
		return paid
	}
	return shop.Money{Minor: shop.Portion(paid.Minor, shops, seen), Currency: in}
}
