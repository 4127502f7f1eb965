package condition

import (
	"math"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
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
	if c.program == nil || c.parsed == nil {
		return false
	}
	t := trial{values: map[term][]ref.Val{}, c: c}
	if !t.read(c.parsed) {
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
	t.chosen = map[term]ref.Val{}
	return !t.holds(0)
}

// term is a fact, or one value of a fact that is a map or a list.
type term struct{ fact, key string }

// trial is the values that are tried for each term.
type trial struct {
	c      Condition
	values map[term][]ref.Val
	terms  []term
	chosen map[term]ref.Val
}

// holds reports whether the condition holds for some choice of the terms from n on.
func (t *trial) holds(n int) bool {
	if n == len(t.terms) {
		value, _, err := t.c.program.Eval(t)
		return err != nil || value == types.True
	}
	for _, v := range t.values[t.terms[n]] {
		t.chosen[t.terms[n]] = v
		if t.holds(n + 1) {
			return true
		}
	}
	return false
}

// ResolveName and Parent make a trial a cel.Activation.
func (t *trial) ResolveName(path string) (any, bool) {
	n, known := byPath[path]
	if !known {
		return nil, false
	}
	switch n.typ.Kind() {
	case types.MapKind:
		return trialMap{counted(nil), t, path}, true
	case types.ListKind:
		var in []string
		for of, v := range t.chosen {
			if of.fact == path && v == types.True {
				in = append(in, of.key)
			}
		}
		return types.NewStringList(types.DefaultTypeAdapter, in), true
	}
	v, ok := t.chosen[term{path, ""}]
	return v, ok
}

func (*trial) Parent() cel.Activation { return nil }

// trialMap is a fact that is a map, with the chosen values.
type trialMap struct {
	withDefault
	t    *trial
	path string
}

func (m trialMap) Find(key ref.Val) (ref.Val, bool) { return m.Get(key), true }
func (m trialMap) Get(key ref.Val) ref.Val          { return m.t.chosen[term{m.path, textOfKey(key)}] }

func textOfKey(key ref.Val) string { return string(key.ConvertToType(types.StringType).(types.String)) }

// read collects the values of each term of an expression that is true or false. It
// returns false for an expression that it does not understand.
func (t *trial) read(e ast.Expr) bool {
	switch e.Kind() {
	case ast.LiteralKind:
		return true
	case ast.CallKind:
		return t.readCall(e.AsCall())
	}
	of, ok := termOf(e)
	if ok {
		t.add(of, types.False, types.True)
	}
	return ok
}

func (t *trial) readCall(call ast.CallExpr) bool {
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
		for _, arg := range args {
			if !t.read(arg) {
				return false
			}
		}
		return true
	case operators.In, operators.OldIn:
		return t.readIn(args[0], args[1])
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		of, ok := termOf(args[0])
		value, written := t.literal(args[1])
		if !ok || !written {
			of, ok = termOf(args[1])
			value, written = t.literal(args[0])
		}
		if ok && written {
			t.add(of, around(value)...)
		}
		return ok && written
	}
	return false
}

// readIn collects the values of fact in ["a", "b"] and of "a" in fact.
func (t *trial) readIn(what, in ast.Expr) bool {
	if list, ok := termOf(in); ok && in.Kind() != ast.CallKind {
		key, written := t.literal(what)
		if !written || byPath[list.fact].typ.Kind() != types.ListKind {
			return false
		}
		t.add(term{list.fact, textOfKey(key)}, types.False, types.True)
		return true
	}
	of, ok := termOf(what)
	if !ok || in.Kind() != ast.ListKind {
		return false
	}
	t.add(of, around(types.String(""))...)
	for _, element := range in.AsList().Elements() {
		value, written := t.literal(element)
		if !written {
			return false
		}
		t.add(of, around(value)...)
	}
	return true
}

// termOf returns the term of a fact, or of a fact with a written key.
func termOf(e ast.Expr) (term, bool) {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Index {
		of, ok := termOf(e.AsCall().Args()[0])
		key := e.AsCall().Args()[1]
		if !ok || key.Kind() != ast.LiteralKind {
			return term{}, false
		}
		return term{of.fact, textOfKey(key.AsLiteral())}, true
	}
	path := ""
	for ; e.Kind() == ast.SelectKind; e = e.AsSelect().Operand() {
		path = "." + e.AsSelect().FieldName() + path
	}
	if e.Kind() != ast.IdentKind {
		return term{}, false
	}
	path = e.AsIdent() + path
	_, known := byPath[path]
	return term{path, ""}, known
}

// literal returns a written value.
func (t *trial) literal(e ast.Expr) (ref.Val, bool) {
	if e.Kind() == ast.LiteralKind {
		return e.AsLiteral(), true
	}
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == "money" {
		m, err := ParseMoney(string(e.AsCall().Args()[0].AsLiteral().(types.String)), t.c.currency)
		return minor(m.Minor), err == nil
	}
	return nil, false
}

// around returns a value, with one just below and one just above it. Numbers of
// things and days are never negative, and neither are shares.
func around(v ref.Val) []ref.Val {
	switch v := v.(type) {
	case types.Int:
		if v < 0 {
			return []ref.Val{types.Int(0)}
		}
		return []ref.Val{max(v-1, 0), v, min(v, math.MaxInt64-1) + 1}
	case types.Double:
		return []ref.Val{types.Double(0), max(v-1e-9, 0), max(v, 0), max(v+1e-9, 0)}
	case minor:
		return []ref.Val{v - 1, v, v + 1}
	case types.String:
		return []ref.Val{types.String(""), v, v + "\x00"} // no text is between the last two
	}
	return []ref.Val{types.False, types.True}
}

// add adds values to those of a term, each once.
func (t *trial) add(of term, values ...ref.Val) {
	for _, v := range values {
		known := func(other ref.Val) bool { return other.Equal(v) == types.True }
		if !slices.ContainsFunc(t.values[of], known) {
			t.values[of] = append(t.values[of], v)
		}
	}
}

var _ traits.Mapper = trialMap{}
