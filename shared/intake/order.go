package intake

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"regulars/shared/shop"
)

// orderFact reads the fields of every native order event except order.placed:
// the order, and the customer if the event names one.
func orderFact(detail value, kind shop.OrderKind) shop.OrderFact {
	order := detail.must("order")
	order.object()
	id, _ := detail.at("customer").who()
	return shop.OrderFact{Kind: kind, Order: shop.OrderID(order.must("id").id()), Customer: id}
}

// orderStep returns the reader of an order event that has no data except its
// time.
func orderStep(kind shop.OrderKind) func(value, time.Time) shop.Fact {
	return func(detail value, _ time.Time) shop.Fact {
		return orderFact(detail, kind)
	}
}

// placed reads a new or an edited order. Its time is placed_at, or else the
// event's occurred_at; its revision is updated_at, or else its time. The
// envelope's time is never used: it changes if a producer emits again, and an
// order that was placed at two times is a contradiction.
//
// A gift card that is bought is not spent until it is used: its line is left
// out, and its price is subtracted from the total.
func placed(detail value, occurred time.Time) shop.Fact {
	order := detail.must("order")
	order.object()
	fact := shop.OrderFact{Kind: shop.OrderPlaced, Order: shop.OrderID(order.must("id").id())}

	p := &shop.Placed{At: occurred, Number: order.at("number").number()}
	if detail.at("occurred_at").absent() || !order.at("placed_at").absent() {
		p.At = order.must("placed_at").time()
	}
	p.Revision = p.At
	if own := order.at("updated_at"); !own.absent() {
		p.Revision = own.time()
	}
	p.Customer, p.Consent = detail.at("customer").customer()
	currency := order.must("currency").currency()
	p.Total = order.must("total").amount(currency)

	var lines basket
	total, sum, before := p.Total.Minor, int64(0), len(order.in.faults)
	list := order.must("lines")
	for _, line := range list.list(maxLines) {
		if !line.object() {
			continue
		}
		line.at("currency").sameCurrency(currency)
		l := shop.Line{
			Product: line.must("product").productID(),
			Title:   line.at("title").text(),
			Units:   line.must("units").whole(1, maxUnits),
			Price:   line.must("price").amount(currency),
		}
		sum += min(int64(l.Units)*l.Price.Minor, maxMinor) // of a thousand lines it fits an int64
		if gift := line.at("gift_card").flag(); gift != nil && *gift {
			p.Total.Minor = max(p.Total.Minor-int64(l.Units)*l.Price.Minor, 0)
			continue
		}
		lines.add(line, l)
	}
	if empty, ok := list.json.([]any); ok && len(empty) == 0 {
		list.fault("is empty; want at least one line")
	}
	p.Lines = lines.lines
	if len(order.in.faults) == before && currency != "" {
		order.compareTotal(total, sum, currency, len(lines.lines))
	}
	fact.Customer, fact.Placed = p.Customer.ID, p
	return fact
}

// An order's total that is not explained by discount, shipping and tax is refused
// if it is that many times the lines' sum, and that much more in minor units: a
// cheap item with dear postage is no mistake.
const (
	wildTimes = 50
	wildMinor = 2000
)

// compareTotal adds a fault if the total disagrees with the lines, of which sum is
// the sum in minor units. If the order states its discount, shipping and tax, the
// total must be their sum, up to one minor unit for each line and part, which
// rounding can make. Otherwise only a total in the wrong unit is found.
func (v value) compareTotal(total, sum int64, currency shop.Currency, lines int) {
	discount, shipping, tax := v.at("discount"), v.at("shipping"), v.at("tax")
	off := total - sum + discount.amount(currency).Minor - shipping.amount(currency).Minor - tax.amount(currency).Minor
	if !discount.absent() && !shipping.absent() && !tax.absent() {
		if slack := int64(lines + 3); off < -slack || off > slack {
			v.at("total").fault("is not the sum of units times price in /detail/order/lines, less discount, with shipping and tax; want amounts in the currency's own unit, such as \"29.35\", not in cents")
		}
		return
	}
	v.at("total").refuseWild(total, sum)
}

// refuseWild adds a fault if the total v is so much more than the lines' sum that
// it is most likely in the wrong unit.
func (v value) refuseWild(total, sum int64) {
	if sum > 0 && total/wildTimes >= sum && total-sum >= wildMinor {
		v.fault("is %d times the lines or more; want it in the currency's own unit, such as \"29.35\", not in cents. If it is right, state discount, shipping and tax as well", wildTimes)
	}
}

// number returns an order's number as the customer knows it: a text, or a whole
// number. One of more than 64 characters is left out.
func (v value) number() string {
	if n, ok := v.json.(json.Number); ok {
		v.json = n.String()
	}
	s := v.text()
	if utf8.RuneCountInString(s) > maxNumber {
		return ""
	}
	return s
}

// basket is the lines of an order, one for each product, in the order of the
// first line of each product.
type basket struct {
	lines []shop.Line
	index map[shop.ProductID]int
}

func (b *basket) add(v value, line shop.Line) {
	if i, seen := b.index[line.Product]; seen {
		b.lines[i].Units += line.Units
		if b.lines[i].Units > maxUnits {
			v.fault("raises the units of its product above %d", maxUnits)
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

// day returns a time that may be in the future, by five years at most. A date
// without a time becomes noon UTC of that day, which has the same date from
// Hawaii to Fiji.
func (v value) day() time.Time {
	if s, ok := v.json.(string); ok && len(s) == len(time.DateOnly) {
		if t, err := time.Parse(time.DateOnly, s); err == nil {
			v.json = t.Add(12 * time.Hour).Format(time.RFC3339)
		}
	}
	t := v.anyTime()
	if t.After(v.in.now.AddDate(5, 0, 0)) {
		v.fault("is more than five years ahead; want a day within five years")
		return time.Time{}
	}
	return t
}

// cause returns one of the given causes, or one of those of every event;
// "other" if it is absent.
func (v value) cause(also ...string) shop.Cause {
	c := v.choice(append([]string{
		string(shop.CauseDefect), string(shop.CauseWrong), string(shop.CauseLate), string(shop.CauseUnwanted), string(shop.CauseOther),
	}, also...)...)
	if c == "" {
		return shop.CauseOther
	}
	return shop.Cause(c)
}

func cancelled(detail value, occurred time.Time) shop.Fact {
	fact := orderFact(detail, shop.OrderCancelled)
	cause := detail.at("reason").cause(string(shop.CauseFraud), string(shop.CauseDeclined))
	fact.Cancel = &shop.Cancel{At: occurred, Cause: cause}
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
		product := line.must("product").productID()
		line.addUnits(fact.Return.Units, product, line.must("units").whole(1, maxUnits))
	}
	if empty, ok := list.json.([]any); ok && len(empty) == 0 {
		list.fault("is empty; want at least one line")
	}
	return fact
}

// addUnits adds returned units of a product.
func (v value) addUnits(back map[shop.ProductID]int, product shop.ProductID, units int) {
	back[product] += units
	if back[product] > maxUnits {
		v.fault("raises the units of its product above %d", maxUnits)
	}
}

func refunded(detail value, occurred time.Time) shop.Fact {
	fact := orderFact(detail, shop.OrderRefunded)
	fact.Ref = detail.must("refund_id").id()
	amount := detail.must("amount")
	fact.Refund = &shop.Refund{At: occurred, Amount: amount.amount(detail.must("currency").currency())}
	if m := fact.Refund.Amount; m.IsZero() && m.Currency != "" {
		amount.fault("is 0; want more than 0")
	}
	return fact
}
