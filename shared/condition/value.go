package condition

import (
	"cmp"
	"errors"
	"strings"
)

// Type is the type of a fact or of a part of a condition, as CEL writes it.
type Type string

// The types of facts. Lists and maps are written like list(string) and
// map(string, int).
const (
	Bool   Type = "bool"
	Int    Type = "int"
	Double Type = "double"
	String Type = "string"
	Money  Type = "money" // in the shop's currency; compared only with money

	texts  Type = "list(string)"
	counts Type = "map(string, int)"
	marks  Type = "map(string, bool)"
	labels Type = "map(string, string)"

	// These are maps of all whole numbers of days.
	ordersWithin Type = "map(int, int)"
	spentWithin  Type = "map(int, money)"
)

// Types that only written values have. No fact has one of them.
const (
	unsigned  Type = "uint"
	bytestext Type = "bytes"
	null      Type = "null_type"
	anything  Type = "dyn" // of the entries of []
)

func listOf(t Type) Type { return "list(" + t + ")" }

// List returns the type of a list's entries.
func (t Type) List() (entries Type, is bool) {
	in, is := strings.CutPrefix(string(t), "list(")
	return Type(strings.TrimSuffix(in, ")")), is
}

// Map returns the types of a map's keys and values.
func (t Type) Map() (keys, values Type, is bool) {
	in, is := strings.CutPrefix(string(t), "map(")
	k, v, _ := strings.Cut(strings.TrimSuffix(in, ")"), ", ")
	return Type(k), Type(v), is
}

// join returns the type of what is of the type a or b, if both go together: they are
// the same, or one is the type of [] or of null.
func join(a, b Type) (Type, bool) {
	switch {
	case a == b || b == anything || b == null && a == Money:
		return a, true
	case a == anything || a == null && b == Money:
		return b, true
	}
	x, list := a.List()
	y, lists := b.List()
	if !list || !lists {
		return "", false
	}
	entry, ok := join(x, y)
	return listOf(entry), ok
}

// ordered reports whether < compares values of the type.
func (t Type) ordered() bool {
	switch t {
	case Bool, Int, Double, String, Money, unsigned, bytestext, null:
		return true
	}
	return false
}

// value is the value of a fact or of a part of a condition.
type value struct {
	typ  Type
	n    int64 // of a number, an amount in minor units, 0 or 1 of a bool; the bits of a uint
	f    float64
	s    string // of a text or of bytes; of an amount as it is written
	list lister
	of   mapper
}

// lister is the entries of a list.
type lister interface {
	size() int
	at(i int) value
}

// mapper is a map. Its get returns a default for a key that is missing; entries has only
// what is there.
type mapper interface {
	get(key value) value
	entries() map[value]value
}

func boolean(b bool) value {
	if b {
		return value{typ: Bool, n: 1}
	}
	return value{typ: Bool}
}
func number(n int) value        { return value{typ: Int, n: int64(n)} }
func minor(n int64) value       { return value{typ: Money, n: n} }
func decimal(f float64) value   { return value{typ: Double, f: f} }
func text[S ~string](s S) value { return value{typ: String, s: string(s)} }

// list is a list of values.
type list []value

func (l list) size() int      { return len(l) }
func (l list) at(i int) value { return l[i] }

// errNull is the only error of an evaluation: the condition compares with null.
var errNull = errors.New("null has no order")

// equal reports whether a == b, which never fails. NaN equals nothing.
func equal(a, b value) bool {
	switch {
	case a.list != nil && b.list != nil:
		if a.list.size() != b.list.size() {
			return false
		}
		for i := range a.list.size() {
			if !equal(a.list.at(i), b.list.at(i)) {
				return false
			}
		}
		return true
	case a.of != nil && b.of != nil:
		return sameEntries(a.of, b.of)
	case a.typ != b.typ || a.list != nil || b.list != nil:
		return false
	}
	switch a.typ {
	case Double:
		return a.f == b.f
	case String, bytestext:
		return a.s == b.s
	}
	return a.n == b.n
}

// sameEntries reports whether two maps have equally many entries, and b gives the value
// of a for each key of a.
func sameEntries(a, b mapper) bool {
	left := a.entries()
	if len(left) != len(b.entries()) {
		return false
	}
	for key, v := range left {
		if !equal(v, b.get(key)) {
			return false
		}
	}
	return true
}

// order reports whether a < b, a <= b and so on. They are of one type. Texts are ordered
// by their code points, and false is before true. NaN has no order: the answer is false.
func order(op operation, a, b value) (bool, error) {
	if a.typ == null || b.typ == null {
		return false, errNull
	}
	switch a.typ {
	case Double:
		return inOrder(op, a.f, b.f), nil
	case String, bytestext:
		return inOrder(op, a.s, b.s), nil
	case unsigned:
		return inOrder(op, uint64(a.n), uint64(b.n)), nil
	}
	return inOrder(op, a.n, b.n), nil
}

func inOrder[T cmp.Ordered](op operation, a, b T) bool {
	switch op {
	case opLess:
		return a < b
	case opAtMost:
		return a <= b
	case opMore:
		return a > b
	}
	return a >= b
}

// contains reports whether what is an entry of a list, or a key of a map.
func contains(in, what value) bool {
	if in.of != nil {
		_, is := in.of.entries()[what]
		return is
	}
	for i := range in.list.size() {
		if equal(in.list.at(i), what) {
			return true
		}
	}
	return false
}
