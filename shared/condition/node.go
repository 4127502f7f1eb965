package condition

import (
	"slices"
	"strings"
)

// node is a part of a condition: an operation on other parts, a fact or a written value.
type node struct {
	op   operation
	typ  Type
	args []*node
	fact *name // of opFact
	lit  value // of opLiteral, and of an opList of written values alone

	path string // of opPath
	at   token  // its first word
}

// operation is what a node does with its args.
type operation int

const (
	opLiteral operation = iota
	opFact
	opList
	opIndex // args[0] is a map, args[1] the key
	opAnd   // of two args or more
	opOr
	opNot
	opTernary // args[0] ? args[1] : args[2]
	opEqual
	opUnequal
	opLess
	opAtMost
	opMore
	opAtLeast
	opIn
	opStartsWith
	opEndsWith
	opContains
	opPath // while it is parsed: the beginning of a fact
)

// comparisons are the operations between two parts, which all have one precedence.
var comparisons = map[string]operation{
	"==": opEqual, "!=": opUnequal, "<": opLess, "<=": opAtMost, ">": opMore, ">=": opAtLeast, "in": opIn,
}

// methods are the operations that are written like customer.language.startsWith("en").
var methods = map[string]operation{"startsWith": opStartsWith, "endsWith": opEndsWith, "contains": opContains}

// written returns how the operation is written: == or startsWith.
func (op operation) written() string {
	for _, all := range []map[string]operation{comparisons, methods} {
		for sign, of := range all {
			if of == op {
				return sign
			}
		}
	}
	return ""
}

// value returns the value of the part for these facts. An error is errNull.
func (n *node) value(e *evaluation) (value, error) {
	switch n.op {
	case opLiteral:
		return n.lit, nil
	case opFact:
		if e.tried != nil {
			return e.tried.fact(n.fact), nil
		}
		return n.fact.get(e), nil
	case opIndex:
		of, err := n.args[0].value(e)
		if err != nil {
			return value{}, err
		}
		key, err := n.args[1].value(e)
		if err != nil {
			return value{}, err
		}
		return of.of.get(key), nil
	case opTernary:
		chosen, err := n.chosen(e)
		if err != nil {
			return value{}, err
		}
		return chosen.value(e)
	case opList:
		return n.list(e)
	}
	answer, err := n.holds(e)
	return boolean(answer), err
}

// chosen returns the side of a ternary that its condition chooses.
func (n *node) chosen(e *evaluation) (*node, error) {
	first, err := n.args[0].holds(e)
	if first {
		return n.args[1], err
	}
	return n.args[2], err
}

func (n *node) list(e *evaluation) (value, error) {
	if n.lit.list != nil {
		return n.lit, nil
	}
	all := make(list, len(n.args))
	for i, arg := range n.args {
		v, err := arg.value(e)
		if err != nil {
			return value{}, err
		}
		all[i] = v
	}
	return value{typ: n.typ, list: all}, nil
}

// holds returns the value of a part that is true or false.
func (n *node) holds(e *evaluation) (bool, error) {
	switch n.op {
	case opAnd, opOr:
		return n.joined(e)
	case opNot:
		answer, err := n.args[0].holds(e)
		return !answer && err == nil, err
	case opTernary:
		chosen, err := n.chosen(e)
		if err != nil {
			return false, err
		}
		return chosen.holds(e)
	case opLiteral, opFact, opIndex:
		v, err := n.value(e)
		return v.n != 0, err
	case opIn:
		if n.args[1].op == opList && len(n.args[1].args) == 0 {
			return false, nil // as in CEL, even if what is looked for has no value
		}
	}
	return n.compared(e)
}

// joined returns the answer of && and ||. The parts are tried in their order until one
// decides. As in CEL, an error of one part does not matter if another decides.
func (n *node) joined(e *evaluation) (bool, error) {
	decides := n.op == opOr
	var failed error
	for _, arg := range n.args {
		answer, err := arg.holds(e)
		switch {
		case err != nil:
			failed = err
		case answer == decides:
			return decides, nil
		}
	}
	return !decides && failed == nil, failed
}

// compared returns the answer of an operation on two values.
func (n *node) compared(e *evaluation) (bool, error) {
	a, err := n.args[0].value(e)
	if err != nil {
		return false, err
	}
	b, err := n.args[1].value(e)
	if err != nil {
		return false, err
	}
	switch n.op {
	case opEqual:
		return equal(a, b), nil
	case opUnequal:
		return !equal(a, b), nil
	case opIn:
		return contains(b, a), nil
	case opStartsWith:
		return strings.HasPrefix(a.s, b.s), nil
	case opEndsWith:
		return strings.HasSuffix(a.s, b.s), nil
	case opContains:
		return strings.Contains(a.s, b.s), nil
	}
	return order(n.op, a, b)
}

// walk calls visit for the part and all of its parts, in the order of the text.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, arg := range n.args {
		arg.walk(visit)
	}
}

// facts returns the paths of the facts in the part, sorted and each once.
func (n *node) facts() []string {
	var all []string
	n.walk(func(n *node) {
		if n.op == opFact {
			all = append(all, n.fact.path)
		}
	})
	slices.Sort(all)
	return slices.Compact(all)
}
