package condition

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

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
// Condition has no parts and holds. It fails if the condition has no answer.
func (c Condition) Explain(f Facts) (Part, error) {
	if c.text == "" {
		return Part{Holds: true}, nil
	}
	e := &evaluation{Facts: &f, currency: c.currency}
	if _, err := c.evaluate(e); err != nil {
		return Part{}, fmt.Errorf("explain the condition %q: %w", c.text, err)
	}
	return c.root.part(e), nil
}

func (n *node) part(e *evaluation) Part {
	holds, err := n.holds(e)
	holds = holds && err == nil
	if n.op != opAnd && n.op != opOr {
		return Part{Text: n.text(), Holds: holds, Values: n.values(e, nil)}
	}
	g := Part{Any: n.op == opOr, Holds: holds}
	for _, arg := range n.args {
		g.Parts = append(g.Parts, arg.part(e))
	}
	return g
}

// values adds the values of the facts in the part, except for those on the side of a
// ternary that does not decide.
func (n *node) values(e *evaluation, all []Value) []Value {
	if n.op == opFact && n.fact.typ.single() || n.op == opIndex {
		name := n.text()
		v, err := n.value(e)
		if err == nil && !slices.ContainsFunc(all, func(known Value) bool { return known.Fact == name }) {
			all = append(all, Value{name, v.show(e.currency)})
		}
	}
	if n.op == opTernary {
		all = n.args[0].values(e, all)
		if chosen, err := n.chosen(e); err == nil {
			all = chosen.values(e, all)
		}
		return all
	}
	for _, arg := range n.args {
		all = arg.values(e, all)
	}
	return all
}

// single reports whether the type is no map.
func (t Type) single() bool {
	_, _, isMap := t.Map()
	return !isMap
}

// show returns a value as a reader sees it, with the currency of amounts.
func (v value) show(in shop.Currency) string {
	switch {
	case v.list != nil:
		all := make([]string, v.list.size())
		for i := range all {
			all[i] = v.list.at(i).show(in)
		}
		return "[" + strings.Join(all, ", ") + "]"
	case v.typ == Money:
		return inDigits(v.n, in)
	case v.typ == Double:
		return strconv.FormatFloat(v.f, 'g', 3, 64)
	case v.typ == Int && v.n == Never:
		return strconv.Itoa(Never) + ", which means never"
	}
	return v.written()
}

// inDigits returns an amount in digits, such as "500.00 GBP".
func inDigits(minor int64, in shop.Currency) string {
	decimals, _ := iso4217.Today(in) // it was known when the condition was parsed
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
