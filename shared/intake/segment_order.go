package intake

import (
	"slices"
	"time"

	"regulars/shared/shop"
)

// segmentCompleted returns the events of an order: the customer has placed and
// paid it.
func segmentCompleted(message value, at time.Time) ([]shop.Event, string) {
	placed := message.segmentPlaced(at)
	paid := placed
	paid.fact.Kind, paid.fact.Placed = shop.OrderPaid, nil
	return orderEvents([]timedFact{placed, paid}), ""
}

// segmentUpdated returns the event of an edited order. Without placed_at it says
// nothing, because an order's time never changes and the message has only its
// own.
func segmentUpdated(message value, at time.Time) ([]shop.Event, string) {
	if message.at("properties").at("placed_at").absent() {
		return nil, "a Segment Order Updated without placed_at, the time of the order: see docs/segment.md"
	}
	return orderEvents([]timedFact{message.segmentPlaced(at)}), ""
}

// segmentCancelled returns the event of a cancelled order. Its reason can be a
// word of order.cancelled; any other is the cause other.
func segmentCancelled(message value, at time.Time) ([]shop.Event, string) {
	fact := message.segmentStep(shop.OrderCancelled)
	fact.Cancel = &shop.Cancel{At: at, Cause: shop.CauseOther}
	cause := shop.Cause(message.at("properties").at("reason").text())
	if slices.Contains([]shop.Cause{
		shop.CauseDefect, shop.CauseWrong, shop.CauseLate, shop.CauseUnwanted, shop.CauseFraud, shop.CauseDeclined,
	}, cause) {
		fact.Cancel.Cause = cause
	}
	return orderEvents([]timedFact{{at, fact}}), ""
}

// segmentRefunded returns the event of money that was paid back: total, by
// refund_id, or else by the message's ID. Its products say nothing: they repeat
// the whole order, also if a part of it is refunded.
func segmentRefunded(message value, at time.Time) ([]shop.Event, string) {
	fact, properties := message.segmentStep(shop.OrderRefunded), message.must("properties")
	fact.Ref = first(properties.at("refund_id"), message.at("messageId")).anID()
	currency := properties.must("currency").currency()
	amount := properties.must("total")
	fact.Refund = &shop.Refund{At: at, Amount: amount.rounded(currency)}
	if fact.Refund.Amount.Minor == 0 && fact.Refund.Amount.Currency != "" {
		amount.fault("is 0; want what was paid back")
	}
	return orderEvents([]timedFact{{at, fact}}), ""
}

// segmentStep returns the order and the customer of a message about an order
// that was placed before.
func (v value) segmentStep(kind shop.OrderKind) shop.OrderFact {
	properties := v.must("properties")
	properties.object()
	return shop.OrderFact{
		Kind:     kind,
		Order:    shop.OrderID(properties.must("order_id").anID()),
		Customer: v.segmentWho(v.segmentTraits()).ID,
	}
}

// segmentPlaced returns the order that the properties describe:
//
//	placed    placed_at, which is ours, or else at; the revision is at
//	total     total, or else the sum of revenue, shipping and tax
//	product   a product's sku, or else its product_id
//	units     quantity; 1 if it is absent
//	price     price, of one unit
//
// Amounts are JSON numbers, read digit by digit and rounded: JavaScript prints
// 27.499999999999996. A total in cents is refused, as in order.placed; a smaller
// disagreement is not, because the specification leaves it to the shop what a
// total contains.
func (v value) segmentPlaced(at time.Time) timedFact {
	properties := v.must("properties")
	properties.object()
	id := shop.OrderID(properties.must("order_id").anID())
	p := shop.Placed{At: at, Revision: at, Customer: v.segmentWho(v.segmentTraits())}
	if own := properties.at("placed_at"); !own.absent() {
		p.At = own.time()
	}
	if p.Customer.ID == "" {
		p.Customer = shop.Customer{}
	}
	before := len(v.in.faults)
	currency := properties.must("currency").currency()
	p.Total = properties.segmentTotal(currency)
	var sum int64
	p.Lines, sum = properties.segmentLines(currency)
	if len(v.in.faults) == before && !properties.segmentExplains(p.Total.Minor, sum, currency, len(p.Lines)) {
		properties.at("total").refuseWild(p.Total.Minor, sum)
	}
	return timedFact{p.At, shop.OrderFact{Kind: shop.OrderPlaced, Order: id, Customer: p.Customer.ID, Placed: &p}}
}

func (v value) segmentTotal(currency shop.Currency) shop.Money {
	if v.at("total").absent() && !v.at("revenue").absent() {
		sum := shop.Money{Currency: currency}
		for _, part := range []string{"revenue", "shipping", "tax"} {
			if of := v.at(part); !of.absent() {
				sum.Minor += of.rounded(currency).Minor
			}
		}
		return sum
	}
	return v.must("total").rounded(currency)
}

// segmentLines returns the products of an order, and the sum of their prices.
func (v value) segmentLines(currency shop.Currency) (products []shop.Line, sum int64) {
	var lines basket
	list := v.must("products")
	for _, line := range list.list(maxLines) {
		if !line.object() {
			continue
		}
		l := shop.Line{
			Product: line.segmentProduct(),
			Title:   line.at("name").text(),
			Units:   1,
			Price:   line.must("price").rounded(currency),
		}
		if units := line.at("quantity"); !units.absent() {
			l.Units = units.quantity()
		}
		sum += min(int64(l.Units)*l.Price.Minor, maxMinor)
		if l.Product != "" && l.Units > 0 {
			lines.add(line, l)
		}
	}
	if empty, ok := list.json.([]any); ok && len(empty) == 0 {
		list.fault("is empty; want at least one product")
	}
	return lines.lines, sum
}

// segmentProduct returns the product of a line. It is a fault if the line names none.
func (v value) segmentProduct() shop.ProductID {
	named := first(v.at("sku"), v.at("product_id"))
	id := named.aProductID()
	if id == "" && named.unlessEmpty().absent() {
		v.fault("has neither sku nor product_id; want one of them")
	}
	return id
}

// segmentExplains reports whether discount, shipping and tax explain the
// difference of the total and the products.
func (v value) segmentExplains(total, sum int64, currency shop.Currency, lines int) bool {
	off, slack := total-sum, int64(lines+3)
	for part, sign := range map[string]int64{"discount": 1, "shipping": -1, "tax": -1} {
		if of := v.at(part); !of.absent() {
			off += sign * of.rounded(currency).Minor
		}
	}
	return -slack <= off && off <= slack
}
