package memory

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// parser parses one expression. It panics at a construct that it does not
// support.
type parser struct {
	expression string
	tokens     []string
	uses       map[string]bool // placeholders: #name and :value
}

// cached caches parsed expressions. Their number is limited by the source of
// package dynamo, since an expression never contains values.
type cached[T any] struct{ known sync.Map }

func (c *cached[T]) get(expression string, parse func(*parser) T) T {
	if found, ok := c.known.Load(expression); ok {
		return found.(T)
	}
	p := &parser{expression: expression, tokens: tokensOf(expression), uses: map[string]bool{}}
	meaning := parse(p)
	if len(p.tokens) > 0 {
		p.fail(p.tokens[0])
	}
	c.known.Store(expression, meaning)
	return meaning
}

func (p *parser) fail(what string) { unknown("%q in the expression %q", what, p.expression) }

// tokensOf splits an expression into words and signs.
func tokensOf(expression string) []string {
	var tokens []string
	for rest := strings.TrimSpace(expression); rest != ""; rest = strings.TrimSpace(rest) {
		n := strings.IndexFunc(rest, func(r rune) bool { return !isWord(r) })
		switch {
		case n < 0:
			n = len(rest)
		case n == 0:
			n = 1
			if sign := rest[:min(2, len(rest))]; sign == "<=" || sign == ">=" || sign == "<>" {
				n = 2
			}
		}
		tokens = append(tokens, rest[:n])
		rest = rest[n:]
	}
	return tokens
}

func isWord(r rune) bool {
	return r == '#' || r == ':' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// peek returns the next token; "" at the end.
func (p *parser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *parser) next() string {
	token := p.peek()
	if token == "" {
		p.fail("the end")
	}
	p.tokens = p.tokens[1:]
	return token
}

// accept consumes the next token if it is that word or sign, and reports
// whether it was.
func (p *parser) accept(word string) bool {
	if !strings.EqualFold(p.peek(), word) {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *parser) expect(word string) {
	if !p.accept(word) {
		p.fail(p.next())
	}
}

// path is an attribute or an attribute within maps: its names, some of which
// are placeholders.
type path []string

func (p *parser) path() path {
	var names path
	for {
		name := p.next()
		if first, _ := cutRune(name); !isWord(first) || first == ':' {
			p.fail(name)
		}
		if name[0] == '#' {
			p.uses[name] = true
		}
		names = append(names, name)
		if !p.accept(".") {
			return names
		}
	}
}

func cutRune(s string) (rune, string) {
	for i, r := range s {
		return r, s[i:]
	}
	return 0, ""
}

// operand is the placeholder of a value, a path, or the size of the set at a path.
type operand struct {
	value string
	path  path
	size  bool
}

func (p *parser) operand() operand {
	if strings.HasPrefix(p.peek(), ":") {
		return operand{value: p.value()}
	}
	if len(p.tokens) > 1 && p.tokens[1] == "(" && p.accept("size") {
		p.expect("(")
		of := operand{path: p.path(), size: true}
		p.expect(")")
		return of
	}
	return operand{path: p.path()}
}

func (p *parser) value() string {
	name := p.next()
	if name[0] != ':' {
		p.fail(name)
	}
	p.uses[name] = true
	return name
}

// env is what an expression is evaluated on: an item, and the names and values
// of the placeholders.
type env struct {
	item   item
	names  map[string]string
	values map[string]value
}

func (e *env) name(n string) string {
	if n[0] == '#' {
		return e.names[n]
	}
	return n
}

// get returns the operand's value; nil if the item has no such attribute.
func (e *env) get(o operand) value {
	if o.value != "" {
		return e.values[o.value]
	}
	if !o.size {
		return e.at(o.path)
	}
	switch v := e.at(o.path).(type) {
	case nil:
		return nil
	case *types.AttributeValueMemberSS:
		return &types.AttributeValueMemberN{Value: strconv.Itoa(len(v.Value))}
	default:
		unknown("the size of a %T", v)
		return nil
	}
}

func (e *env) at(names path) value {
	v := e.item[e.name(names[0])]
	for _, n := range names[1:] {
		v = within(v)[e.name(n)]
	}
	return v
}

// defined fails, as DynamoDB does, if a placeholder of the expressions is not
// defined in the request, or a defined one is not used.
func (e *env) defined(uses ...map[string]bool) error {
	if e.names != nil && len(e.names) == 0 || e.values != nil && len(e.values) == 0 {
		return invalid("ExpressionAttributeNames and ExpressionAttributeValues must not be empty")
	}
	for _, used := range uses {
		for name := range used {
			_, isName := e.names[name]
			_, isValue := e.values[name]
			if !isName && !isValue {
				return invalid("Invalid expression: %s is used in it and not defined", name)
			}
		}
	}
	used := func(name string) bool {
		return slices.ContainsFunc(uses, func(used map[string]bool) bool { return used[name] })
	}
	for name := range e.names {
		if !used(name) {
			return invalid("Value provided in ExpressionAttributeNames unused in expressions: %s", name)
		}
	}
	for name := range e.values {
		if !used(name) {
			return invalid("Value provided in ExpressionAttributeValues unused in expressions: %s", name)
		}
	}
	return nil
}
