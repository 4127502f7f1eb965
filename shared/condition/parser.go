package condition

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// MaxLength is the most characters of a condition. It is far above what a person writes;
// it keeps a very long text from slowing every send.
const MaxLength = 2_000

// Parse returns the condition of a text, ready for use. Amounts are in the currency. An
// empty text gives the zero Condition.
//
// Parse reads all that conditions can be, with CEL's grammar and types, and refuses all
// else. The error is of type [Faults] and has the first fault, with line and column.
// What a person has written is checked by the package conditioncheck, which knows better
// what may be meant.
func Parse(text string, currency shop.Currency) (Condition, error) {
	if text == "" {
		return Condition{}, nil
	}
	if n := utf8.RuneCountInString(text); n > MaxLength {
		return Condition{}, Faults{{Line: 1, Column: 1, Text: fmt.Sprintf("this has %d characters, a condition at most %d", n, MaxLength), Hint: "split it"}}
	}
	p := parser{text: string([]rune(text)), currency: currency} // each byte that is not UTF-8 becomes U+FFFD, as in CEL
	p.read()
	at := p.token
	root := p.resolved(p.expression())
	if p.token.kind != tokenEnd {
		p.stray()
	}
	if root.typ != Bool {
		p.refuse(at, fmt.Sprintf("this is %s, not true or false", root.typ), "compare it with something, such as customer.orders >= 2")
	}
	if p.fault != nil {
		return Condition{}, Faults{*p.fault}
	}
	return newCondition(text, root, currency), nil
}

// parser reads a text from left to right. After a fault it goes on to the end without
// reporting another one.
type parser struct {
	text     string
	currency shop.Currency
	token    token // the next one
	fault    *inputfault.InFile
}

func (p *parser) read() { p.token = next(p.text, p.token.at+len(p.token.text)) }

// take reads the sign or word if it is the next one.
func (p *parser) take(sign string) bool {
	is := (p.token.kind == tokenSign || p.token.kind == tokenName) && p.token.text == sign
	if is {
		p.read()
	}
	return is
}

func (p *parser) expect(sign string) {
	if !p.take(sign) {
		p.stray()
	}
}

// stray reports that the next token does not fit.
func (p *parser) stray() {
	if p.token.kind == tokenEnd {
		p.refuse(p.token, "the condition is not finished", "it ends too early")
		return
	}
	p.refuse(p.token, p.token.text+" does not fit here", "")
}

// refuse records the first fault, and leaves the rest of the text unread.
func (p *parser) refuse(at token, what, hint string) {
	if p.fault == nil {
		before := p.text[:at.at]
		line := before[strings.LastIndex(before, "\n")+1:]
		p.fault = &inputfault.InFile{Line: 1 + strings.Count(before, "\n"), Column: 1 + utf8.RuneCountInString(line), Text: what, Hint: hint}
	}
	p.token = token{kind: tokenEnd, at: len(p.text)}
}

// unreadable stands for what a fault was found in.
var unreadable = &node{typ: anything}

// expression reads a whole condition, or one in parentheses.
func (p *parser) expression() *node {
	at := p.token
	first := p.or()
	if !p.take("?") {
		return first
	}
	yes := p.resolved(p.or())
	p.expect(":")
	no := p.resolved(p.expression())
	typ, ok := join(yes.typ, no.typ)
	if !ok {
		p.refuse(at, fmt.Sprintf("? : chooses between %s and %s", yes.typ, no.typ), "both must be of one type")
	}
	return &node{op: opTernary, typ: typ, args: []*node{p.answer(first, at), yes, no}}
}

func (p *parser) or() *node  { return p.joined("||", opOr, p.and) }
func (p *parser) and() *node { return p.joined("&&", opAnd, p.comparison) }

// joined reads parts between the sign, which are one part if there is only one.
func (p *parser) joined(sign string, op operation, part func() *node) *node {
	at := p.token
	first := part()
	if p.token.kind != tokenSign || p.token.text != sign {
		return first
	}
	all := &node{op: op, typ: Bool}
	add := func(one *node) {
		if one = p.answer(one, at); one.op == op { // (a && b) && c
			all.args = append(all.args, one.args...)
		} else {
			all.args = append(all.args, one)
		}
	}
	add(first)
	for p.take(sign) {
		at = p.token
		add(part())
	}
	return all
}

// comparison reads parts between ==, < and the like, from left to right.
func (p *parser) comparison() *node {
	left := p.unary()
	for {
		op, is := comparisons[p.token.text]
		if !is || p.token.kind != tokenSign && p.token.kind != tokenName {
			return left
		}
		at := p.token
		p.read()
		left = p.operation(at, op, left, p.unary())
	}
}

// operation returns an operation on two values, of which it checks the types.
func (p *parser) operation(at token, op operation, a, b *node) *node {
	a, b = p.resolved(a), p.resolved(b)
	wanted := b.typ
	if op == opIn {
		entries, list := b.typ.List()
		keys, _, isMap := b.typ.Map()
		wanted = entries
		if isMap {
			wanted = keys
		} else if !list {
			wanted = "list"
		}
	}
	both, ok := join(a.typ, wanted)
	switch op {
	case opLess, opAtMost, opMore, opAtLeast:
		ok = ok && both.ordered()
	case opStartsWith, opEndsWith, opContains:
		ok = ok && both == String
	}
	if !ok {
		p.refuse(at, fmt.Sprintf("%s does not go with %s and %s", op.written(), a.typ, b.typ), "")
	}
	return &node{op: op, typ: Bool, args: []*node{a, b}}
}

// unary reads what ! or - may stand before. Two of them cancel each other out, as in CEL.
func (p *parser) unary() *node {
	at := p.token
	signs := 0
	switch {
	case p.take("!"):
		for signs = 1; p.take("!"); {
			signs++
		}
		of := p.member(p.primary())
		if signs%2 == 1 {
			of = &node{op: opNot, typ: Bool, args: []*node{p.answer(of, at)}}
		}
		return of
	case p.take("-"):
		for signs = 1; p.take("-"); {
			signs++
		}
		if isNumber := p.token.kind == tokenInt || p.token.kind == tokenDouble; signs == 1 && isNumber {
			return p.literal("-")
		}
		if signs%2 == 1 {
			p.refuse(at, "conditions do not calculate with -", "compare the facts as they are")
		}
	}
	return p.member(p.primary())
}

// member reads what follows a value: .name, .name(…) and [key].
func (p *parser) member(of *node) *node {
	for {
		at := p.token
		switch {
		case p.take("."):
			of = p.named(of, at)
		case p.take("["):
			of = p.index(p.resolved(of), at)
		default:
			return of
		}
	}
}

// named reads the name behind a point, which goes on with the path of a fact or is
// one of the methods.
func (p *parser) named(of *node, at token) *node {
	name, escaped := p.token, p.token.kind == tokenEscape
	if name.kind != tokenName && !escaped {
		p.stray()
		return unreadable
	}
	p.read()
	if !escaped && p.take("(") {
		op, known := methods[name.text]
		if !known {
			p.refuse(name, "there is no "+name.text, "there is startsWith, endsWith and contains")
			return unreadable
		}
		arg := p.expression()
		p.expect(")")
		return p.operation(name, op, of, arg)
	}
	if of.op != opPath {
		p.refuse(at, fmt.Sprintf("%s has no %s", of.typ, name.text), "")
		return unreadable
	}
	return &node{op: opPath, typ: anything, path: of.path + "." + strings.Trim(name.text, "`"), at: of.at}
}

func (p *parser) index(of *node, at token) *node {
	key := p.resolved(p.expression())
	p.expect("]")
	keys, values, is := of.typ.Map()
	if _, ok := join(keys, key.typ); !is || !ok {
		p.refuse(at, fmt.Sprintf("[ ] does not go with %s and %s", of.typ, key.typ), `to look in a list, write "x" in list; units are looked up by a text`)
	}
	return &node{op: opIndex, typ: values, args: []*node{of, key}}
}

// primary reads the beginning of a value.
func (p *parser) primary() *node {
	switch p.token.kind {
	case tokenInt, tokenUint, tokenDouble, tokenString, tokenBytes:
		return p.literal("")
	case tokenName:
		if word, is := words[p.token.text]; is {
			p.read()
			return &node{op: opLiteral, typ: word.typ, lit: word}
		}
		return p.name()
	}
	switch {
	case p.take("("):
		in := p.expression()
		p.expect(")")
		return in
	case p.take("["):
		return p.list()
	case p.take(".") && p.token.kind == tokenName: // the path from the root, of which there is one only
		return p.name()
	}
	p.stray()
	return unreadable
}

// words are the written values that are words.
var words = map[string]value{"true": boolean(true), "false": boolean(false), "null": {typ: null}}

// name reads the first word of a fact, or an amount.
func (p *parser) name() *node {
	name := p.token
	p.read()
	if !p.take("(") {
		return &node{op: opPath, typ: anything, path: name.text, at: name}
	}
	if name.text != "money" {
		p.refuse(name, "there is no "+name.text, "")
		return unreadable
	}
	arg := p.token
	written := p.expression()
	p.expect(")")
	if written.op != opLiteral || written.typ != String {
		p.refuse(arg, "money takes a written amount", `write money("500.00")`)
		return unreadable
	}
	amount, err := ParseMoney(written.lit.s, p.currency)
	if err != nil {
		p.refuse(arg, err.Error(), "")
	}
	return &node{op: opLiteral, typ: Money, lit: value{typ: Money, n: amount.Minor, s: written.lit.s}}
}

// list reads the entries of a list until its ].
func (p *parser) list() *node {
	all, entries := &node{op: opList}, anything
	more := !p.take(",") // [,] is an empty list
	for more && (p.token.kind != tokenSign || p.token.text != "]") {
		at := p.token
		one := p.resolved(p.expression())
		typ, ok := join(entries, one.typ)
		if !ok {
			p.refuse(at, fmt.Sprintf("this is %s, but must be %s", one.typ, entries), "")
		}
		all.args, entries = append(all.args, one), typ
		more = p.take(",")
	}
	p.expect("]")
	all.typ = listOf(entries)
	if !slices.ContainsFunc(all.args, func(n *node) bool { return n.op != opLiteral }) {
		written := make(list, len(all.args))
		for i, arg := range all.args {
			written[i] = arg.lit
		}
		all.lit = value{typ: all.typ, list: written}
	}
	return all
}

// literal reads a number, a text or bytes.
func (p *parser) literal(sign string) *node {
	t := p.token
	p.read()
	v, ok := valueOf(t, sign)
	if !ok {
		p.refuse(t, fmt.Sprintf("%s is not a value that can be written", t.text), "")
	}
	return &node{op: opLiteral, typ: v.typ, lit: v}
}

// valueOf returns what a token stands for, and whether it stands for something.
func valueOf(t token, sign string) (value, bool) {
	switch t.kind {
	case tokenString:
		s, ok := unquote(t)
		return text(s), ok
	case tokenBytes:
		s, ok := unquote(t)
		return value{typ: bytestext, s: s}, ok
	case tokenDouble:
		f, err := strconv.ParseFloat(sign+t.text, 64)
		return decimal(f), err == nil
	}
	digits, hex := strings.CutPrefix(strings.TrimRight(t.text, "uU"), "0x")
	base := 10
	if hex {
		base = 16
	}
	if t.kind == tokenUint {
		n, err := strconv.ParseUint(digits, base, 64)
		return value{typ: unsigned, n: int64(n)}, err == nil
	}
	n, err := strconv.ParseInt(sign+digits, base, 64)
	return value{typ: Int, n: n}, err == nil
}

// resolved returns the fact of a path, and any other part as it is.
func (p *parser) resolved(n *node) *node {
	if n.op != opPath {
		return n
	}
	fact, known := byPath[n.path]
	if !known {
		p.refuse(n.at, "there is no "+n.path, "")
		return unreadable
	}
	return &node{op: opFact, typ: fact.typ, fact: fact}
}

// answer returns a part that has to be true or false.
func (p *parser) answer(n *node, at token) *node {
	n = p.resolved(n)
	if _, ok := join(Bool, n.typ); !ok {
		p.refuse(at, fmt.Sprintf("this is %s, but must be bool", n.typ), "compare it with something, such as customer.orders >= 2")
	}
	return n
}
