package memory

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// condition is a parsed condition, filter or key condition.
type condition struct {
	test test
	uses map[string]bool
}

// test is one node of a condition.
type test interface{ holds(*env) bool }

type (
	and        []test
	or         []test
	not        struct{ test test }
	comparison struct {
		sign        string
		left, right operand
	}
	between struct{ what, low, high operand }
	oneOf   struct {
		what operand
		list []operand
	}
	exists     struct{ path path }
	beginsWith struct{ what, prefix operand }
)

var conditions cached[condition]

func conditionOf(expression string) condition {
	return conditions.get(expression, func(p *parser) condition { return condition{p.or(), p.uses} })
}

func (p *parser) or() test {
	tests := or{p.and()}
	for p.accept("OR") {
		tests = append(tests, p.and())
	}
	if len(tests) == 1 {
		return tests[0]
	}
	return tests
}

func (p *parser) and() test {
	tests := and{p.not()}
	for p.accept("AND") {
		tests = append(tests, p.not())
	}
	if len(tests) == 1 {
		return tests[0]
	}
	return tests
}

func (p *parser) not() test {
	if p.accept("NOT") {
		return not{p.not()}
	}
	if p.accept("(") {
		inner := p.or()
		p.expect(")")
		return inner
	}
	if len(p.tokens) > 1 && p.tokens[1] == "(" && !strings.EqualFold(p.tokens[0], "size") {
		return p.function()
	}
	return p.comparison()
}

func (p *parser) function() test {
	name := p.next()
	p.expect("(")
	var t test
	switch strings.ToLower(name) {
	case "attribute_exists":
		t = exists{p.path()}
	case "attribute_not_exists":
		t = not{exists{p.path()}}
	case "begins_with":
		what := p.operand()
		p.expect(",")
		t = beginsWith{what, p.operand()}
	default:
		p.fail(name)
	}
	p.expect(")")
	return t
}

func (p *parser) comparison() test {
	left := p.operand()
	switch sign := p.next(); strings.ToUpper(sign) {
	case "=", "<>", "<", "<=", ">", ">=":
		return comparison{sign, left, p.operand()}
	case "BETWEEN":
		low := p.operand()
		p.expect("AND")
		return between{left, low, p.operand()}
	case "IN":
		p.expect("(")
		t := oneOf{left, []operand{p.operand()}}
		for p.accept(",") {
			t.list = append(t.list, p.operand())
		}
		p.expect(")")
		return t
	default:
		p.fail(sign)
		return nil
	}
}

func (t and) holds(e *env) bool {
	for _, part := range t {
		if !part.holds(e) {
			return false
		}
	}
	return true
}

func (t or) holds(e *env) bool {
	for _, part := range t {
		if part.holds(e) {
			return true
		}
	}
	return false
}

func (t not) holds(e *env) bool    { return !t.test.holds(e) }
func (t exists) holds(e *env) bool { return e.at(t.path) != nil }

// holds returns false if a side is missing or the types of both differ; for <>
// it returns true then.
func (t comparison) holds(e *env) bool {
	left, right := e.get(t.left), e.get(t.right)
	switch t.sign {
	case "=":
		return left != nil && right != nil && same(left, right)
	case "<>":
		return left == nil || right == nil || !same(left, right)
	}
	order, ok := compare(left, right)
	switch t.sign {
	case "<":
		return ok && order < 0
	case "<=":
		return ok && order <= 0
	case ">":
		return ok && order > 0
	default:
		return ok && order >= 0
	}
}

func (t between) holds(e *env) bool {
	v := e.get(t.what)
	low, okLow := compare(e.get(t.low), v)
	high, okHigh := compare(v, e.get(t.high))
	return okLow && okHigh && low <= 0 && high <= 0
}

func (t oneOf) holds(e *env) bool {
	v := e.get(t.what)
	for _, o := range t.list {
		if other := e.get(o); v != nil && other != nil && same(v, other) {
			return true
		}
	}
	return false
}

func (t beginsWith) holds(e *env) bool {
	v, ok := text(e.get(t.what))
	prefix, isText := text(e.get(t.prefix))
	return ok && isText && strings.HasPrefix(v, prefix)
}

// within returns the attributes of a map; nil for other types.
func within(v value) item {
	if m, ok := v.(*types.AttributeValueMemberM); ok {
		return m.Value
	}
	return nil
}
