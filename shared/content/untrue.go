package content

import (
	"fmt"

	"regulars/shared/shop"
)

// Untrue returns, as plain sentences, which values of the data must not be
// stated because other values contradict them; none means that all may be
// stated. Unlike the other faults of [Set.Lint], these are not faults of a
// template: prices, stock and ends change between two messages. A send with
// such data ends, with these sentences as its reason. They name products, but
// no address, customer name or code.
//
// This is a second check: package decide, which collects the data, omits values
// that are not true.
func Untrue(d Data) (wrong []string) {
	for _, p := range d.Products() {
		if p.Was == (shop.Money{}) {
			continue
		}
		switch former := d.Former[p.Product.ID]; {
		case former.Currency != p.Was.Currency: // in particular, it is not known
			wrong = append(wrong, fmt.Sprintf("the price history of product %s does not contain its former price", p.Product.ID))
		case p.Was.Minor > former.Minor:
			wrong = append(wrong, fmt.Sprintf("the former price of product %s is higher than the lowest price of the thirty days before its reduction (Directive 98/6/EC, Article 6a)", p.Product.ID))
		case p.Product.Price.Currency != p.Was.Currency || p.Was.Minor <= p.Product.Price.Minor:
			wrong = append(wrong, fmt.Sprintf("the price of product %s is not lower than its former price", p.Product.ID))
		}
	}
	c := d.Coupon
	if c == nil {
		return wrong
	}
	if !c.Ends.IsZero() && c.Until.After(c.Ends) {
		wrong = append(wrong, "the coupon is valid longer than its offer")
	}
	if c.Stock != nil && *c.Stock < max(1, c.Needs) {
		wrong = append(wrong, fmt.Sprintf("the coupon needs %d units of its products, and %d are in stock", max(1, c.Needs), *c.Stock))
	}
	return wrong
}
