package conditioncheck

import (
	"fmt"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"regulars/shared/condition"
)

// grammar draws conditions from all of the language: each operation, each type of fact
// and each way to write a value, nested in each other. Nearly all of them pass the check.
type grammar struct{ t *rapid.T }

func (g grammar) n(n int) int             { return rapid.IntRange(0, n-1).Draw(g.t, "n") }
func (g grammar) one(of ...string) string { return of[g.n(len(of))] }

// condition draws what is true or false.
func (g grammar) condition(depth int) string {
	if depth == 0 {
		return g.fact(condition.Bool)
	}
	d := depth - 1
	switch g.n(12) {
	case 0, 1:
		return g.joined(" && ", d)
	case 2, 3:
		return g.joined(" || ", d)
	case 4:
		return g.one("!", "!", "! !", "!!!") + g.in(g.condition(d))
	case 5:
		return g.in(g.condition(d)) + " ? " + g.in(g.condition(d)) + " : " + g.maybeIn(g.condition(d))
	case 6, 7:
		typ := g.typ("int", "int", "double", "double", "string", "money", "bool", "uint", "bytes")
		return g.value(typ, d) + g.spaced("<", "<=", ">", ">=", "==", "!=") + g.value(typ, d)
	case 8:
		typ := g.typ("int", "double", "string", "money", "bool", "list(string)", "list(int)", "list(list(int))", "uint", "bytes", "null_type",
			"map(string, int)", "map(string, bool)", "map(string, string)", "map(int, int)", "map(int, money)")
		return g.value(typ, d) + g.spaced("==", "!=") + g.value(typ, d)
	case 9:
		typ := g.typ("int", "double", "string", "string", "money", "bool", "list(int)", "uint", "bytes", "null_type")
		return g.value(typ, d) + " in " + g.value("list("+typ+")", d)
	case 10:
		return g.value("string", d) + g.one(".", " . ") + g.one("startsWith", "endsWith", "contains") + "(" + g.value("string", d) + ")"
	}
	maps := g.typ("map(string, int)", "map(string, bool)", "map(string, string)", "map(int, int)", "map(int, money)")
	keys, _, _ := maps.Map()
	return g.value(keys, d) + " in " + g.value(maps, d)
}

func (g grammar) typ(of ...string) condition.Type { return condition.Type(g.one(of...)) }

func (g grammar) joined(by string, depth int) string {
	all := make([]string, 2+g.n(3))
	for i := range all {
		all[i] = g.maybeIn(g.condition(depth))
	}
	return strings.Join(all, by)
}

func (g grammar) in(text string) string      { return "(" + text + ")" }
func (g grammar) maybeIn(text string) string { return g.one(text, g.in(text), g.in(text)) }
func (g grammar) spaced(of ...string) string {
	return g.one(" ", " ", "\n\t", " // a == \"\n") + g.one(of...) + g.one("", " ")
}

// value draws what has the type.
func (g grammar) value(of condition.Type, depth int) string {
	d := max(depth-1, 0)
	if of == condition.Money && g.n(6) == 0 {
		return "null" // goes with money, but has no order
	}
	if depth > 0 {
		switch g.n(8) {
		case 0:
			return "(" + g.in(g.condition(d)) + " ? " + g.value(of, d) + " : " + g.value(of, d) + ")"
		case 1:
			return g.in(g.value(of, d))
		case 2:
			if of == condition.Bool {
				return g.in(g.condition(d))
			}
		}
	}
	entries, isList := of.List()
	_, _, isMap := of.Map()
	switch facts := g.facts(of); {
	case len(facts) > 0 && (isMap || g.n(4) > 0):
		return g.fact(of)
	case isList:
		return g.list(entries, depth)
	case len(facts) > 0 && of != condition.Double && g.n(3) == 0:
		return g.entry(of, d)
	}
	return g.literal(of)
}

func (g grammar) list(entries condition.Type, depth int) string {
	all := make([]string, g.n(4))
	for i := range all {
		if all[i] = g.literal(entries); g.n(5) == 0 {
			all[i] = g.value(entries, max(depth-1, 0))
		}
	}
	return "[" + strings.Join(all, ", ") + g.one("", "", ",") + "]"
}

func (g grammar) facts(of condition.Type) (paths []string) {
	for _, fact := range condition.Known() {
		if fact.Type == of {
			paths = append(paths, fact.Path)
		}
	}
	return paths
}

// fact draws a fact of the type.
func (g grammar) fact(of condition.Type) string {
	path := g.one(g.facts(of)...)
	family, member, _ := strings.Cut(path, ".")
	return g.one(path, path, path, path, path, path, "."+path, family+" . "+member, family+".`"+member+"`", "("+family+")."+member, "--"+path)
}

// entry draws the value of a map.
func (g grammar) entry(of condition.Type, depth int) string {
	var maps []string
	for _, fact := range condition.Known() {
		if _, values, is := fact.Type.Map(); is && values == of {
			maps = append(maps, string(fact.Type))
		}
	}
	m := g.typ(maps...)
	keys, _, _ := m.Map()
	return g.value(m, depth) + "[" + g.value(keys, depth) + "]"
}

func (g grammar) literal(of condition.Type) string {
	if entries, is := of.List(); is {
		return g.list(entries, 0)
	}
	switch of {
	case condition.Bool:
		return g.one("true", "false")
	case condition.Int:
		return g.one("0", "1", "2", "99999", "-1", "- 7", "--3", "0x1F", "-0x10", "007", "9223372036854775807", "-9223372036854775808", strconv.Itoa(g.n(100)))
	case "uint":
		return g.one("0u", "1u", "0x1Fu", "18446744073709551615U", "007u")
	case condition.Double:
		return g.one("0.0", "-0.0", "0.5", ".5", "1e3", "-1.5E-3", "2.25e+1", "1.0", "--1.0", fmt.Sprintf("%d.%d", g.n(4), g.n(100)))
	case condition.Money:
		return "money(" + g.one(`"0"`, `"500.00"`, `'''5'''`, `r"0.5"`, `("12")`, fmt.Sprintf("%q", strconv.Itoa(g.n(100)))) + ")"
	case "bytes":
		return g.one("b", "B") + g.one(`"a"`, `'\xff'`, `"\377a"`, `r"\n"`, `"é"`, `""`, `"\?"`)
	case "null_type":
		return "null"
	}
	return g.quoted()
}

// quoted draws a text, written in one of the many ways of CEL.
func (g grammar) quoted() string {
	plain := g.one("", "GB", "mug", "Mug", "promotions", "en", "2026-11-21", "order.placed", "é", "\U0001F600", "a b", "K", "//", "\ufffd")
	switch g.n(8) {
	case 0:
		return `'` + plain + `'`
	case 1:
		return `"""` + plain + g.one("", "\n", "\r\n", `"a`, `\""x`) + `"""`
	case 2:
		return `'''` + plain + g.one("", "\n", `'a`) + `'''`
	case 3:
		return g.one("r", "R") + g.one(`"`+plain+`"`, `'`+plain+`\d'`, `"""`+plain+`\"""`)
	case 4:
		return `"` + plain + g.one(`\a`, `\b`, `\f`, `\n`, `\r`, `\t`, `\v`, `\"`, `\'`, `\\`, `\?`, "\\`", `\x41`, `\XFF`, `\u00e9`, `\U0001F600`, `\101`, `\377`) + plain + `"`
	}
	return `"` + plain + `"`
}
