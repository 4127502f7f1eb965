package intake

import (
	"time"

	"regulars/shared/shop"
)

// orderFact reads what every native order event but order.placed has: which
// order, and perhaps whose.
func orderFact(detail value, kind shop.OrderKind) shop.OrderFact {
	order := detail.must("order")
	order.object()
	return shop.OrderFact{
		Kind:     kind,
		Order:    shop.OrderID(order.must("id").id()),
		Customer: detail.at("customer").customerID(),
	}
}

// orderStep reads an event that tells nothing but its time.
func orderStep(kind shop.OrderKind) func(value, time.Time) shop.Fact {
	return func(detail value, _ time.Time) shop.Fact {
		return orderFact(detail, kind)
	}
}

// placed reads a new or an edited order. Its time is placed_at, or else the
// event's own occurred_at; its revision is updated_at, or else its time. The
// envelope's time is never taken: it changes when a producer emits again, and
// an order that was placed twice contradicts itself.
func placed(detail value, occurred time.Time) shop.Fact {
	order := detail.must("order")
	order.object()
	fact := shop.OrderFact{Kind: shop.OrderPlaced, Order: shop.OrderID(order.must("id").id())}

	p := &shop.Placed{At: occurred}
	if detail.at("occurred_at").absent() || !order.at("placed_at").absent() {
		p.At = order.must("placed_at").moment()
	}
	p.Revision = p.At
	if own := order.at("updated_at"); !own.absent() {
		p.Revision = own.moment()
	}
	p.Customer, p.Consent = detail.at("customer").customer()
	currency := order.must("currency").currency()
	p.Total = order.must("total").amount(currency)

	var lines basket
	list := order.must("lines")
	for _, line := range list.list(maxLines) {
		if !line.object() {
			continue
		}
		line.at("currency").sameCurrency(currency)
		lines.add(line, shop.Line{
			Product: shop.ProductID(line.must("product").id()),
			Title:   line.at("title").text(),
			Units:   line.must("units").whole(1, maxUnits),
			Price:   line.must("price").amount(currency),
		})
	}
	if empty, ok := list.json.([]any); ok && len(empty) == 0 {
		list.fault("is empty; want at least one line")
	}
	p.Lines = lines.lines
	fact.Customer, fact.Placed = p.Customer.ID, p
	return fact
}

// basket adds up lines by product, in the order of their first line.
type basket struct {
	lines []shop.Line
	index map[shop.ProductID]int
}

func (b *basket) add(v value, line shop.Line) {
	if i, seen := b.index[line.Product]; seen {
		b.lines[i].Units += line.Units
		if b.lines[i].Units > maxUnits {
			v.fault("brings the units of its product to %d; want %d at most", b.lines[i].Units, maxUnits)
		}
		return
	}
	if b.index == nil {
		b.index = map[shop.ProductID]int{}
	}
	b.index[line.Product] = len(b.lines)
	b.lines = append(b.lines, line)
}

func delayed(detail value, occurred time.Time) shop.Fact {
	fact := orderFact(detail, shop.OrderDelayed)
	fact.Delay = &shop.Delay{At: occurred, Until: detail.at("until").day()}
	return fact
}

// day returns a time that may lie ahead, five years at most. A plain date is
// noon UTC of that day, which is on the same date from Hawaii to Fiji.
func (v value) day() time.Time {
	if s, ok := v.json.(string); ok && len(s) == len(time.DateOnly) {
		if t, err := time.Parse(time.DateOnly, s); err == nil {
			v.json = t.Add(12 * time.Hour).Format(time.RFC3339)
		}
	}
	t := v.anyMoment()
	if t.After(v.in.now.AddDate(5, 0, 0)) {
		v.fault("is in the year %d; want a day within five years", t.Year())
		return time.Time{}
	}
	return t
}

// cause reads why, by the words of [shop.Cause]; where nothing is said, other.
func (v value) cause() shop.Cause {
	said := v.choice(string(shop.CauseDefect), string(shop.CauseWrong), string(shop.CauseLate),
		string(shop.CauseUnwanted), string(shop.CauseOther))
	if said == "" {
		return shop.CauseOther
	}
	return shop.Cause(said)
}

func cancelled(detail value, occurred time.Time) shop.Fact {
	fact := orderFact(detail, shop.OrderCancelled)
	fact.Cancel = &shop.Cancel{At: occurred, Cause: detail.at("reason").cause()}
	return fact
}

func returned(detail value, occurred time.Time) shop.Fact {
	fact := orderFact(detail, shop.OrderReturned)
	fact.Ref = detail.must("return_id").id()
	fact.Return = &shop.Return{At: occurred, Cause: detail.at("reason").cause(), Units: map[shop.ProductID]int{}}
	list := detail.must("lines")
	for _, line := range list.list(maxLines) {
		if !line.object() {
			continue
		}
		product := shop.ProductID(line.must("product").id())
		line.addUnits(fact.Return.Units, product, line.must("units").whole(1, maxUnits))
	}
	if empty, ok := list.json.([]any); ok && len(empty) == 0 {
		list.fault("is empty; want at least one line")
	}
	return fact
}

// addUnits adds units of a product that came back.
func (v value) addUnits(back map[shop.ProductID]int, product shop.ProductID, units int) {
	back[product] += units
	if back[product] > maxUnits {
		v.fault("brings the units of its product to %d; want %d at most", back[product], maxUnits)
	}
}

func refunded(detail value, occurred time.Time) shop.Fact {
	fact := orderFact(detail, shop.OrderRefunded)
	fact.Ref = detail.must("refund_id").id()
	amount := detail.must("amount")
	fact.Refund = &shop.Refund{At: occurred, Amount: amount.amount(detail.must("currency").currency())}
	if m := fact.Refund.Amount; m.IsZero() && m.Currency != "" {
		amount.fault("is 0; want more than nothing")
	}
	return fact
}
