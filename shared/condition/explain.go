package condition

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
	"cel.dev/cel-go/parser"

	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

// Part is one part of a condition, with its answer for one customer. It is either
// one comparison, with the values that it compares, or a group of parts of which
// all or any must hold.
type Part struct {
	Text   string  `json:"text,omitempty"` // of a comparison, such as "customer.orders >= 2"
	Holds  bool    `json:"holds"`
	Values []Value `json:"values,omitempty"` // of the facts in a comparison, in the order of its text

	Any   bool   `json:"any,omitempty"` // of a group: one of its parts is enough
	Parts []Part `json:"parts,omitempty"`
}

// Value is the value of one fact, as text: a number, an amount with its currency, or
// a text in quotes.
type Value struct {
	Fact  string `json:"fact"`
	Value string `json:"value"`
}

// Explain evaluates each comparison of the condition on its own and returns them
// with the values of their facts. Its answer is that of [Condition.Holds]. The zero
// Condition has no parts and holds.
//
// It compiles the condition again and takes milliseconds: use it to show an answer
// to a person, not to decide.
func (c Condition) Explain(f Facts) (Part, error) {
	if c.text == "" {
		return Part{Holds: true}, nil
	}
	if c.checked == nil {
		return Part{}, fmt.Errorf("condition %q is not compiled", c.text)
	}
	program, err := c.env.Program(c.checked, cel.EvalOptions(cel.OptExhaustiveEval))
	if err != nil {
		return Part{}, fmt.Errorf("compile the condition %q to explain it: %w", c.text, err)
	}
	facts := &evaluation{Facts: &f, currency: c.currency}
	_, details, err := program.Eval(facts)
	if err != nil {
		return Part{}, fmt.Errorf("explain the condition %q: %w", c.text, err)
	}
	e := explainer{Condition: c, state: details.State()}
	return e.part(c.checked.NativeRep().Expr())
}

type explainer struct {
	Condition
	state interpreter.EvalState
}

func (x explainer) part(e ast.Expr) (Part, error) {
	if e.Kind() == ast.CallKind {
		switch op := e.AsCall().FunctionName(); op {
		case operators.LogicalAnd, operators.LogicalOr:
			return x.group(e, op)
		}
	}
	text, err := x.text(e)
	if err != nil {
		return Part{}, err
	}
	p := Part{Text: text, Holds: x.value(e) == types.True}
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if name, err := x.text(e); err == nil && isFact(e) && !known(p.Values, name) {
			if value := x.value(e); value != nil {
				p.Values = append(p.Values, Value{name, x.show(value)})
			}
		}
	}))
	return p, nil
}

// group returns the parts that one operator joins: a && b && c is one group of three.
func (x explainer) group(e ast.Expr, op string) (Part, error) {
	g := Part{Any: op == operators.LogicalOr, Holds: x.value(e) == types.True}
	for _, arg := range e.AsCall().Args() {
		p, err := x.part(arg)
		if err != nil {
			return Part{}, err
		}
		if p.Text == "" && p.Any == g.Any {
			g.Parts = append(g.Parts, p.Parts...)
		} else {
			g.Parts = append(g.Parts, p)
		}
	}
	return g, nil
}

func (x explainer) value(e ast.Expr) ref.Val {
	value, _ := x.state.Value(e.ID())
	return value
}

// text returns a part of the condition as it would be written, on one line.
func (x explainer) text(e ast.Expr) (string, error) {
	text, err := parser.Unparse(e, x.checked.NativeRep().SourceInfo(), parser.WrapOnColumn(math.MaxInt))
	if err != nil {
		return "", fmt.Errorf("write a part of the condition %q: %w", x.Condition.text, err)
	}
	return text, nil
}

// isFact reports whether the expression is a fact that has one value: a fact that is
// no map, or an entry of one.
func isFact(e ast.Expr) bool {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Index {
		return true
	}
	of, ok := termOf(e)
	return ok && byPath[of.fact].typ.Kind() != types.MapKind
}

func known(values []Value, fact string) bool {
	for _, v := range values {
		if v.Fact == fact {
			return true
		}
	}
	return false
}

// show returns a value as a reader sees it.
func (x explainer) show(v ref.Val) string {
	switch v := v.(type) {
	case minor:
		return written(int64(v), x.currency)
	case types.Int:
		if v == Never {
			return strconv.Itoa(Never) + ", which means never"
		}
		return strconv.FormatInt(int64(v), 10)
	case types.Double:
		return strconv.FormatFloat(float64(v), 'g', 3, 64)
	case types.String:
		return strconv.Quote(string(v))
	case types.Bool:
		return strconv.FormatBool(bool(v))
	case traits.Lister:
		var all []string
		for it := v.Iterator(); it.HasNext() == types.True; {
			all = append(all, x.show(it.Next()))
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	return fmt.Sprint(v.Value())
}

// written returns an amount in digits, such as "500.00 GBP".
func written(minor int64, in shop.Currency) string {
	decimals, _ := iso4217.Today(in) // the checker knows the currency
	digits, sign := strconv.FormatUint(uint64(max(minor, -minor)), 10), ""
	if minor < 0 {
		sign = "-"
	}
	if missing := decimals + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	whole, fraction := digits[:len(digits)-decimals], digits[len(digits)-decimals:]
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction + " " + string(in)
}
