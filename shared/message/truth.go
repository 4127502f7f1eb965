package message

import (
	"fmt"

	"regulars/shared/shop"
)

// Untrue returns, in plain words, what of the data must not be told because other
// data says otherwise; nothing means that all of it may. Unlike what else [Lint]
// finds, it is nobody's slip in a template: prices, stock and ends change between
// two messages, so that a send ends with these words as its reason. They name
// products, and nobody's address, name or code.
//
// It is the second look: who gathers the data (package decide) leaves out what is
// not true, and this holds it to that.
func Untrue(d Data) (wrong []string) {
	for _, p := range d.Picks {
		if p.Was == (shop.Money{}) {
			continue
		}
		switch former := d.Former[p.Product.ID]; {
		case former.Currency != p.Was.Currency: // not known, above all
			wrong = append(wrong, fmt.Sprintf("product %s is said to have cost more, and no history of its price says so", p.Product.ID))
		case p.Was.Minor > former.Minor:
			wrong = append(wrong, fmt.Sprintf("product %s is said to have cost more than the lowest price of the thirty days before its reduction (Directive 98/6/EC, Article 6a)", p.Product.ID))
		case p.Product.Price.Currency != p.Was.Currency || p.Was.Minor <= p.Product.Price.Minor:
			wrong = append(wrong, fmt.Sprintf("product %s is said to be reduced, and costs no less than before", p.Product.ID))
		}
	}
	c := d.Coupon
	if c == nil {
		return wrong
	}
	if !c.Ends.IsZero() && c.Until.After(c.Ends) {
		wrong = append(wrong, "the coupon outlives its offer")
	}
	if c.Stock != nil && *c.Stock < max(1, c.Needs) {
		wrong = append(wrong, fmt.Sprintf("the coupon outlives its stock: of what it is on there are %d left, and it needs %d", *c.Stock, max(1, c.Needs)))
	}
	return wrong
}
