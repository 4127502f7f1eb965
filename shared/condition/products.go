package condition

import (
	"slices"

	"regulars/shared/shop"
)

// Products returns the only products for which a condition on lines can hold,
// sorted, if the condition lists them:
//
//	line.product in ["MUG-1", "MUG-2"] && line.product != "MUG-2"   gives MUG-1
//
// It returns nil if other products can meet the condition as well, or if it
// depends on more than the product.
func (c Condition) Products() []shop.ProductID { return c.products }

// Bought returns the products that the condition names of those that the customer
// bought; all is true if it depends on others as well:
//
//	customer.units_of["MUG-1"] >= 10     gives MUG-1
//	customer.units_of[product.id] >= 1   depends on all
func (c Condition) Bought() (named []shop.ProductID, all bool) { return c.bought, c.anything }

// bought returns the values of [Condition.Bought].
func (n *node) bought() (named []shop.ProductID, all bool) {
	uses := 0
	units := func(n *node) bool { return n.op == opFact && n.fact.path == "customer.units_of" }
	n.walk(func(n *node) {
		switch {
		case units(n):
			uses++
		case n.op == opIndex && units(n.args[0]) && n.args[1].op == opLiteral:
			named, uses = append(named, shop.ProductID(n.args[1].lit.s)), uses-1
		}
	})
	return named, uses > 0
}

// unnamed is a product that no shop has.
const unnamed shop.ProductID = "\x00"

// productsOf returns the value of [Condition.Products].
func (c Condition) productsOf() (only []shop.ProductID) {
	if !slices.Equal(c.names, []string{"line.product"}) {
		return nil
	}
	alike := true // all products that the condition does not name
	var named []shop.ProductID
	c.root.walk(func(n *node) {
		switch n.op {
		case opLess, opAtMost, opMore, opAtLeast, opIndex, opStartsWith, opEndsWith, opContains:
			alike = false
		case opLiteral:
			if n.typ == String {
				named = append(named, shop.ProductID(n.lit.s))
			}
		}
	})
	holds := c.OnLines()
	if !alike || holds(Line{Product: unnamed}) {
		return nil
	}
	slices.Sort(named)
	for _, id := range slices.Compact(named) {
		if holds(Line{Product: id}) {
			only = append(only, id)
		}
	}
	return only
}
