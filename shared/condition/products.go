package condition

import (
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

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

// boughtOf returns the values of [Condition.Bought] for a compiled condition.
func boughtOf(checked *cel.Ast) (named []shop.ProductID, all bool) {
	const units = "customer.units_of"
	uses := 0
	references := checked.NativeRep().ReferenceMap()
	for _, reference := range references {
		if reference.Name == units {
			uses++
		}
	}
	ast.PreOrderVisit(checked.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.Index {
			return
		}
		of, key := e.AsCall().Args()[0], e.AsCall().Args()[1]
		if reference := references[of.ID()]; reference == nil || reference.Name != units || key.Kind() != ast.LiteralKind {
			return
		}
		if text, ok := key.AsLiteral().(types.String); ok {
			named, uses = append(named, shop.ProductID(text)), uses-1
		}
	}))
	return named, uses > 0
}

// comparing are the operators that give the same result for all products that
// the condition does not name.
var comparing = []string{
	operators.Equals, operators.NotEquals, operators.In, operators.OldIn,
	operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional,
}

// unnamed is a product that no condition names: a string of CEL cannot contain
// this character.
const unnamed shop.ProductID = "\x00"

// productsOf returns the value of [Condition.Products] for a compiled
// condition.
func productsOf(c Condition, checked *cel.Ast) (only []shop.ProductID) {
	if !slices.Equal(c.names, []string{"line.product"}) {
		return nil
	}
	alike := true
	var named []shop.ProductID
	ast.PreOrderVisit(checked.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.CallKind:
			alike = alike && slices.Contains(comparing, e.AsCall().FunctionName())
		case ast.LiteralKind:
			if text, ok := e.AsLiteral().(types.String); ok {
				named = append(named, shop.ProductID(text))
			}
		}
	}))
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
