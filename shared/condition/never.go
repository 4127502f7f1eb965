package condition

import (
	"math"
	"slices"
	"strconv"
)

// mostTrials is the most combinations of values for which Never evaluates a
// condition. A condition that needs more is not decided.
const mostTrials = 50_000

// Never reports whether the condition can hold for no customer at all, such as
//
//	customer.orders >= 3 && customer.orders < 2
//
// It evaluates the condition for every combination of values that it can tell apart:
// of each fact the values that it is compared with, and those just below and above.
// Facts are tried independently of each other, so that true means never; false means
// that it can hold, or that Never cannot say: if facts are compared with each other,
// if a text is searched in, or if there are too many combinations.
func (c Condition) Never() bool {
	if c.root == nil {
		return false
	}
	t := trial{values: map[term][]value{}, condition: c}
	if !t.read(c.root) {
		return false
	}
	total := 1
	for _, values := range t.values {
		if total *= len(values); total > mostTrials {
			return false
		}
	}
	for of := range t.values {
		t.terms = append(t.terms, of)
	}
	t.chosen = map[term]value{}
	return !t.holds(0)
}

// term is a fact, or one value of a fact that is a map or a list.
type term struct{ fact, key string }

// trial is the values that are tried for each term.
type trial struct {
	condition Condition
	values    map[term][]value
	terms     []term
	chosen    map[term]value
}

// holds reports whether the condition holds for some choice of the terms from n on.
func (t *trial) holds(n int) bool {
	if n == len(t.terms) {
		answer, err := t.condition.evaluate(&evaluation{currency: t.condition.currency, tried: t})
		return err != nil || answer
	}
	for _, v := range t.values[t.terms[n]] {
		t.chosen[t.terms[n]] = v
		if t.holds(n + 1) {
			return true
		}
	}
	return false
}

// fact returns the chosen value of a fact.
func (t *trial) fact(of *name) value {
	if !of.typ.single() {
		return value{typ: of.typ, of: chosenEntries{t, of}}
	}
	if _, isList := of.typ.List(); isList {
		in := list{}
		for term, v := range t.chosen {
			if term.fact == of.path && v.n != 0 {
				in = append(in, text(term.key))
			}
		}
		return value{typ: of.typ, list: in}
	}
	return t.chosen[term{of.path, ""}]
}

// chosenEntries is a fact that is a map, with the chosen values.
type chosenEntries struct {
	*trial
	of *name
}

func (m chosenEntries) get(key value) value      { return m.chosen[term{m.of.path, textOfKey(key)}] }
func (m chosenEntries) entries() map[value]value { return nil }

func textOfKey(key value) string {
	if key.typ == String {
		return key.s
	}
	return strconv.FormatInt(key.n, 10)
}

// read collects the values of each term of an expression that is true or false. It
// returns false for an expression that it does not understand.
func (t *trial) read(n *node) bool {
	switch n.op {
	case opLiteral:
		return true
	case opAnd, opOr, opNot, opTernary:
		return !slices.ContainsFunc(n.args, func(arg *node) bool { return !t.read(arg) })
	case opIn:
		return t.readIn(n.args[0], n.args[1])
	case opEqual, opUnequal, opLess, opAtMost, opMore, opAtLeast:
		fact, written := n.args[0], n.args[1]
		of, ok := termOf(fact)
		if !ok || written.op != opLiteral {
			fact, written = written, fact
			of, ok = termOf(fact)
		}
		if ok = ok && written.op == opLiteral; ok {
			t.add(of, around(written.lit)...)
		}
		return ok
	}
	of, ok := termOf(n)
	if ok {
		t.add(of, boolean(false), boolean(true))
	}
	return ok
}

// readIn collects the values of fact in ["a", "b"] and of "a" in fact.
func (t *trial) readIn(what, in *node) bool {
	if in.op == opFact {
		if _, isList := in.typ.List(); !isList || what.op != opLiteral {
			return false
		}
		t.add(term{in.fact.path, textOfKey(what.lit)}, boolean(false), boolean(true))
		return true
	}
	of, ok := termOf(what)
	if !ok || in.op != opList || in.lit.list == nil {
		return false
	}
	t.add(of, around(value{typ: what.typ})...)
	for _, entry := range in.args {
		t.add(of, around(entry.lit)...)
	}
	return true
}

// termOf returns the term of a fact, or of a fact with a written key.
func termOf(n *node) (term, bool) {
	switch {
	case n.op == opFact:
		return term{n.fact.path, ""}, true
	case n.op == opIndex && n.args[0].op == opFact && n.args[1].op == opLiteral:
		return term{n.args[0].fact.path, textOfKey(n.args[1].lit)}, true
	}
	return term{}, false
}

// around returns a value, with one just below and one just above it. Numbers of
// things and days are never negative, and neither are shares.
func around(v value) []value {
	switch v.typ {
	case Int:
		if v.n < 0 {
			return []value{number(0)}
		}
		return []value{number(int(max(v.n-1, 0))), v, number(int(min(v.n, math.MaxInt64-1) + 1))}
	case Double:
		return []value{decimal(0), decimal(max(v.f-1e-9, 0)), decimal(max(v.f, 0)), decimal(max(v.f+1e-9, 0))}
	case Money:
		return []value{minor(v.n - 1), minor(v.n), minor(v.n + 1)}
	case String:
		return []value{text(""), v, text(v.s + "\x00")} // no text is between the last two
	}
	return []value{boolean(false), boolean(true)}
}

// add adds values to those of a term, each once.
func (t *trial) add(of term, values ...value) {
	for _, v := range values {
		if !slices.ContainsFunc(t.values[of], func(known value) bool { return equal(known, v) }) {
			t.values[of] = append(t.values[of], v)
		}
	}
}
