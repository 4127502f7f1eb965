package condition

import (
	"fmt"
	"strconv"
	"strings"
)

// text returns the part of a condition as it would be written, on one line and with
// parentheses only if they are needed, or help to read it.
func (n *node) text() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

// precedence orders the operations from the one that binds its parts most. What is
// written like a call has 0.
func (op operation) precedence() int {
	switch op {
	case opIndex:
		return 1
	case opNot:
		return 2
	case opEqual, opUnequal, opLess, opAtMost, opMore, opAtLeast, opIn:
		return 3
	case opAnd:
		return 4
	case opOr:
		return 5
	case opTernary:
		return 6
	}
	return 0
}

func (n *node) write(b *strings.Builder) {
	switch n.op {
	case opLiteral:
		b.WriteString(n.lit.written())
	case opFact:
		b.WriteString(n.fact.path)
	case opList:
		writeAll(b, "[", n.args, ", ", "]", nil)
	case opIndex:
		n.args[0].writeIn(b, n.args[0].op.precedence() > opNot.precedence())
		writeAll(b, "[", n.args[1:], "", "]", nil)
	case opAnd:
		writeAll(b, "", n.args, " && ", "", n.looser)
	case opOr:
		writeAll(b, "", n.args, " || ", "", n.looser)
	case opNot:
		of := n.args[0]
		b.WriteByte('!')
		of.writeIn(b, of.op.precedence() > 0)
	case opTernary:
		for i, arg := range n.args {
			b.WriteString([]string{"", " ? ", " : "}[i])
			arg.writeIn(b, arg.op.precedence() > 0 && arg.op != opNot)
		}
	case opStartsWith, opEndsWith, opContains:
		n.args[0].writeIn(b, n.args[0].op.precedence() > opNot.precedence())
		b.WriteString("." + n.op.written())
		writeAll(b, "(", n.args[1:], "", ")", nil)
	default:
		left, right := n.args[0], n.args[1]
		left.writeIn(b, n.looser(left))
		b.WriteString(" " + n.op.written() + " ")
		right.writeIn(b, n.looser(right) || right.op.precedence() == n.op.precedence())
	}
}

// looser reports whether a part needs parentheses because it binds its own parts less.
func (n *node) looser(part *node) bool { return part.op.precedence() > n.op.precedence() }

func (n *node) writeIn(b *strings.Builder, parentheses bool) {
	if parentheses {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	n.write(b)
}

func writeAll(b *strings.Builder, before string, all []*node, between, after string, parentheses func(*node) bool) {
	b.WriteString(before)
	for i, one := range all {
		if i > 0 {
			b.WriteString(between)
		}
		one.writeIn(b, parentheses != nil && parentheses(one))
	}
	b.WriteString(after)
}

// written returns a value as a condition writes it.
func (v value) written() string {
	switch v.typ {
	case Bool:
		return strconv.FormatBool(v.n != 0)
	case Int:
		return strconv.FormatInt(v.n, 10)
	case unsigned:
		return strconv.FormatUint(uint64(v.n), 10) + "u"
	case Double:
		digits := strconv.FormatFloat(v.f, 'g', -1, 64)
		if !strings.ContainsAny(digits, ".eE") {
			digits += ".0"
		}
		return digits
	case String:
		return strconv.Quote(v.s)
	case Money:
		return "money(" + strconv.Quote(v.s) + ")"
	case bytestext:
		var octal strings.Builder
		for i := range len(v.s) {
			fmt.Fprintf(&octal, "\\%03o", v.s[i])
		}
		return `b"` + octal.String() + `"`
	}
	return "null"
}
