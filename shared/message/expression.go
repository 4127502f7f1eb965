package message

import (
	"math"
	"strconv"
	"strings"

	"github.com/osteele/liquid/expressions"
	"github.com/osteele/liquid/values"
)

// operand computes a value of a template.
type operand func(*rendering) any

// expression returns what computes an expression: names, texts and numbers, filters that
// the program knows, comparisons, and, or. The engine computes all others.
func (c *compiler) expression(source string) operand {
	p := c.read(source)
	if value := p.condition(); p.atEnd() {
		return value
	}
	parsed, err := expressions.Parse(source)
	if err != nil {
		c.unknown = true // unreachable: the template was parsed
	}
	return byEngine(parsed)
}

// list returns what computes the values of a branch of a case.
func (c *compiler) list(source string) []operand {
	p := c.read(source)
	all := []operand{p.operand()}
	for p.take(",") || p.take("or") {
		all = append(all, p.operand())
	}
	if p.atEnd() {
		return all
	}
	parsed, err := expressions.ParseStatement(expressions.WhenStatementSelector, source)
	if err != nil {
		c.unknown = true // unreachable: the template was parsed
		return nil
	}
	all = nil
	for _, one := range parsed.Exprs {
		all = append(all, byEngine(one))
	}
	return all
}

// byEngine returns what lets the engine compute an expression.
func byEngine(parsed expressions.Expression) operand {
	return func(r *rendering) any {
		if r.context == nil {
			r.context = expressions.NewContext(r.names, r.engine.Config.Config)
		}
		value, err := parsed.Evaluate(r.context)
		if err != nil {
			return r.giveUp()
		}
		if m, ok := value.(map[string]any); ok {
			return fields(m)
		}
		return value
	}
}

// expressionReader reads an expression, by the engine's grammar. It reads less than the
// engine, and nothing in another way.
type expressionReader struct {
	left    []string
	filters map[string]filter
	unknown bool
}

func (c *compiler) read(source string) *expressionReader {
	return &expressionReader{left: liquidWord().FindAllString(source, -1), filters: c.filters}
}

func (p *expressionReader) atEnd() bool { return !p.unknown && len(p.left) == 0 }

// next returns the next word; "" if there is none.
func (p *expressionReader) next() string {
	if len(p.left) == 0 {
		return ""
	}
	word := p.left[0]
	p.left = p.left[1:]
	return word
}

// take reads the next word if it is this one.
func (p *expressionReader) take(word string) bool {
	if len(p.left) == 0 || p.left[0] != word {
		return false
	}
	p.left = p.left[1:]
	return true
}

// condition reads comparisons with "and" and "or", which bind alike, from the left.
func (p *expressionReader) condition() operand {
	value := p.comparison()
	for {
		a := value
		switch {
		case p.take("and"):
			b := p.comparison()
			value = func(r *rendering) any { return isTrue(a(r)) && isTrue(b(r)) }
		case p.take("or"):
			b := p.comparison()
			value = func(r *rendering) any { return isTrue(a(r)) || isTrue(b(r)) }
		default:
			return value
		}
	}
}

// isTrue reports whether a condition with this value holds.
func isTrue(value any) bool { return value != nil && value != false }

// comparisons are the engine's, by sign.
var comparisons = map[string]func(a, b any) bool{
	"==": equal,
	"!=": func(a, b any) bool { return !equal(a, b) },
	"<":  values.Less,
	">":  func(a, b any) bool { return values.Less(b, a) },
	"<=": func(a, b any) bool { return values.Less(a, b) || equal(a, b) },
	">=": func(a, b any) bool { return values.Less(b, a) || equal(a, b) },
}

// equal compares as the engine does. Like the engine, it panics for two maps.
func equal(a, b any) bool {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return a == b
		}
	case int:
		if b, ok := b.(int); ok {
			return a == b
		}
	case float64: // a modulo
		if b, ok := b.(int); ok {
			return a == float64(b)
		}
	case fields:
		return equal(map[string]any(a), b)
	}
	if b, ok := b.(fields); ok {
		return equal(a, map[string]any(b))
	}
	return values.Equal(a, b)
}

// comparison reads a comparison of two operands, or one operand with filters.
func (p *expressionReader) comparison() operand {
	a := p.operand()
	if len(p.left) > 0 {
		if compare, ok := comparisons[p.left[0]]; ok {
			p.next()
			b := p.operand()
			return func(r *rendering) any { return compare(a(r), b(r)) }
		}
	}
	for p.take("|") {
		a = p.filter(a)
	}
	return a
}

// filter reads a filter with its arguments.
func (p *expressionReader) filter(of operand) operand {
	name, more := strings.CutSuffix(p.next(), ":")
	var args []operand
	for ; more; more = p.take(",") {
		args = append(args, p.operand())
	}
	filter, ok := p.filters[name]
	if !ok || filter.args >= 0 && filter.args != len(args) {
		p.unknown = true
	}
	return func(r *rendering) any {
		value := of(r)
		r.args = r.args[:0]
		for _, arg := range args { // they have no filters, which would use r.args too
			r.args = append(r.args, arg(r))
		}
		if r.next != onwards {
			return nil
		}
		result, ok := filter.call(value, r.args)
		if !ok {
			return r.giveUp()
		}
		return result
	}
}

// operand reads a text, a number, a literal or a name.
func (p *expressionReader) operand() operand {
	word := p.next()
	if word == "" {
		p.unknown = true
		return nil
	}
	switch first := word[0]; {
	case (first == '\'' || first == '"') && len(word) > 1:
		return literal(word[1 : len(word)-1])
	case first >= '0' && first <= '9':
		n, err := strconv.Atoi(word)
		p.unknown = p.unknown || err != nil
		return literal(n)
	case word == "true", word == "false":
		return literal(word == "true")
	case word == "nil":
		return literal(nil)
	case isName(word):
		return variable(word)
	}
	p.unknown = true
	return nil
}

// literal returns what computes a constant.
func literal(value any) operand { return func(*rendering) any { return value } }

// variable returns what reads a variable, or a field of one. A field of a literal, such as
// true.size, is nil, also if a variable has the literal's name.
func variable(name string) operand {
	path := strings.Split(name, ".")
	if first := path[0]; first == "true" || first == "false" || first == "nil" {
		return literal(nil)
	}
	return func(r *rendering) any {
		value := r.names[path[0]]
		for _, name := range path[1:] {
			value = r.property(value, name)
		}
		return value
	}
}

// property returns a field of a value as the engine reads it.
func (r *rendering) property(of any, name string) any {
	switch of := of.(type) {
	case fields:
		if value, ok := of[name]; ok {
			return value
		}
		if name == "size" {
			return len(of)
		}
	case []any:
		switch {
		case name == "size":
			return len(of)
		case name == "first" && len(of) > 0:
			return of[0]
		case name == "last" && len(of) > 0:
			return of[len(of)-1]
		}
	case string:
		if name == "size" {
			return len(of)
		}
	case nil, bool, int, int64, float64: // they have no fields
	default:
		return r.giveUp()
	}
	return nil
}

// filter is a filter of the engine that programs call directly. args is the number of
// its arguments, -1 for any. ok is false for values of which the engine decides.
type filter struct {
	args int
	call func(value any, args []any) (result any, ok bool)
}

// filters returns those that layouts use.
func (l *localizer) filters() map[string]filter {
	all := map[string]filter{
		"t": {-1, func(key any, pairs []any) (any, bool) {
			name, ok := key.(string)
			if !ok {
				return nil, false
			}
			text, err := l.say(name, pairs...)
			return text, err == nil
		}},
		"strip": {0, func(v any, _ []any) (any, bool) {
			text, ok := v.(string)
			return strings.TrimSpace(text), ok
		}},
	}
	for name, prints := range l.printers() {
		all[name] = filter{0, func(v any, _ []any) (any, bool) {
			text, err := prints(v)
			return text, err == nil
		}}
	}
	for name, compute := range arithmetic {
		all[name] = filter{1, func(v any, args []any) (any, bool) { return compute(v, args[0]) }}
	}
	return all
}

// arithmetic is the engine's filters for numbers: whole numbers stay whole, except that
// modulo always returns a float64.
var arithmetic = map[string]func(a, b any) (any, bool){
	"plus":  numbers(func(a, b int64) int64 { return a + b }, func(a, b float64) float64 { return a + b }),
	"minus": numbers(func(a, b int64) int64 { return a - b }, func(a, b float64) float64 { return a - b }),
	"times": numbers(func(a, b int64) int64 { return a * b }, func(a, b float64) float64 { return a * b }),
	"modulo": func(a, b any) (any, bool) {
		_, x, ok := number(a)
		_, y, also := number(b)
		return math.Mod(x, y), ok && also
	},
	"divided_by": func(a, b any) (any, bool) {
		_, x, ok := number(a)
		n, y, also := number(b)
		if !ok || !also || y == 0 {
			return nil, false
		}
		if _, float := b.(float64); float {
			return x / y, true
		}
		return int64(x) / n, true
	},
}

func numbers(whole func(a, b int64) int64, float func(a, b float64) float64) func(a, b any) (any, bool) {
	return func(a, b any) (any, bool) {
		n, x, ok := number(a)
		m, y, also := number(b)
		if _, is := a.(float64); is {
			return float(x, y), ok && also
		}
		if _, is := b.(float64); is {
			return float(x, y), ok && also
		}
		return whole(n, m), ok && also
	}
}

// number returns a number in both forms.
func number(v any) (whole int64, float float64, ok bool) {
	switch v := v.(type) {
	case int:
		return int64(v), float64(v), true
	case int64:
		return v, float64(v), true
	case float64:
		return int64(v), v, true
	}
	return 0, 0, false
}
