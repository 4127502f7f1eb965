package policy

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"regulars/shared/condition"
	"regulars/shared/shop"
)

// scalar returns a value as it was written. Numbers and truth values are given
// as text too: the name of a shop may be 1975.
func scalar(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// text returns a key's text without the space around it, or "" where it is not
// written. It adds a fault where the value is a list or a mapping.
func (s *sheet) text(key string) string {
	node, ok := s.take(key)
	if !ok {
		return ""
	}
	value, ok := scalar(node)
	if !ok {
		s.wrong(key, fmt.Sprintf("%s is %s, not a text", key, kind(node)), "")
	}
	return strings.TrimSpace(value)
}

// need is text of which there must be some.
func (s *sheet) need(key, example string) string {
	node, _ := s.take(key)
	_, list := node.(*ast.SequenceNode)
	_, mapping := node.(*ast.MappingNode)
	value := s.text(key)
	if value == "" && !list && !mapping { // those faults are named already
		s.missing(key, key+": "+example)
	}
	return value
}

// whole returns a whole number between least and most, or fallback where none
// is written.
func (s *sheet) whole(key string, least, most, fallback int) int {
	node, ok := s.take(key)
	if !ok {
		return fallback
	}
	value, _ := scalar(node)
	n, err := strconv.Atoi(value)
	if _, number := node.(*ast.IntegerNode); !number || err != nil || n < least || n > most {
		s.wrong(key, fmt.Sprintf("%s is not a whole number from %d to %d", key, least, most), "")
		return fallback
	}
	return n
}

// flag returns true or false; false where it is not written.
func (s *sheet) flag(key string) bool {
	node, ok := s.take(key)
	if !ok {
		return false
	}
	b, ok := node.(*ast.BoolNode)
	if !ok {
		s.wrong(key, fmt.Sprintf("%s is neither true nor false", key), "write true or false, without quotes")
		return false
	}
	return b.Value
}

// entry is one text of a list, and where it stands.
type entry struct {
	text string
	at   *token.Position
}

// list returns a list's nodes.
func (s *sheet) list(key string) []ast.Node {
	node, ok := s.take(key)
	if !ok {
		return nil
	}
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		s.wrong(key, fmt.Sprintf("%s is %s, not a list", key, kind(node)), fmt.Sprintf("write %s: [one, two]", key))
		return nil
	}
	return sequence.Values
}

// entries returns a list of texts, each of which occurs once.
func (s *sheet) entries(key string) (entries []entry) {
	seen := map[string]bool{}
	for _, node := range s.list(key) {
		value, ok := scalar(node)
		value = strings.TrimSpace(value)
		switch {
		case !ok || value == "":
			s.fault(s.file, place(node), fmt.Sprintf("this is %s, not a text", kind(node)), "")
		case seen[value]:
			s.fault(s.file, place(node), fmt.Sprintf("%s is in the list already", value), "")
		default:
			seen[value] = true
			entries = append(entries, entry{value, place(node)})
		}
	}
	return entries
}

// sub returns a mapping within this one; nil where it is not written.
func (s *sheet) sub(key string) *sheet {
	node, ok := s.take(key)
	if !ok {
		return nil
	}
	return s.sheet(s.file, node)
}

var percents = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,2})?$`)

// percent returns basis points from least to most.
func (s *sheet) percent(key string, least, most int) int {
	node, ok := s.take(key)
	if !ok {
		return 0
	}
	value, _ := scalar(node)
	value = strings.TrimSuffix(strings.TrimSpace(value), "%")
	whole, decimals, _ := strings.Cut(value, ".")
	n, err := strconv.Atoi(whole + decimals + strings.Repeat("0", max(0, 2-len(decimals))))
	if !percents.MatchString(value) || err != nil || n < least || n > most {
		s.wrong(key, fmt.Sprintf("%s is not a percentage from %s to %s", key, inPercent(least), inPercent(most)), "write it like 10 or 12.5")
		return 0
	}
	return n
}

func inPercent(bp int) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", bp/100, bp%100), "0"), ".")
}

// money returns an amount above zero in the shop's currency.
func (s *sheet) money(key string) shop.Money {
	node, ok := s.take(key)
	if !ok || s.checker == nil { // the fault of the currency is named already
		return shop.Money{}
	}
	value, _ := scalar(node)
	amount, err := condition.ParseMoney(strings.TrimSpace(value), s.shop.Currency)
	if err != nil {
		s.wrong(key, fmt.Sprintf("%s: %v", key, err), "")
		return shop.Money{}
	}
	if amount.Minor == 0 {
		s.wrong(key, key+" is nothing", "leave it out, or write more")
	}
	return amount
}

var days = regexp.MustCompile(`^([0-9]{1,3})d$`)

// length returns a duration between least and most, written "90m", "48h" or
// "2d" (of 24 hours each), or 0 where it is not written.
func (s *sheet) length(key string, least, most time.Duration) time.Duration {
	node, ok := s.take(key)
	if !ok {
		return 0
	}
	value, _ := scalar(node)
	value = strings.TrimSpace(value)
	d, err := time.ParseDuration(value)
	if m := days.FindStringSubmatch(value); m != nil {
		n, _ := strconv.Atoi(m[1])
		d, err = time.Duration(n)*24*time.Hour, nil
	}
	if err != nil || d < least || d > most {
		s.wrong(key, fmt.Sprintf("%s is not a length of time from %s to %s", key, span(least), span(most)), "write it like 90m, 48h or 2d")
		return 0
	}
	return d
}

// span writes a length as the files do.
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour && d%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}

// condition returns a compiled condition; the zero one, which holds always,
// where none is written.
func (s *sheet) condition(key string) condition.Condition {
	node, ok := s.take(key)
	if !ok || s.checker == nil {
		return condition.Condition{}
	}
	text, ok := scalar(node)
	if !ok {
		s.wrong(key, fmt.Sprintf("%s is %s, not a condition", key, kind(node)), "")
		return condition.Condition{}
	}
	compiled, err := s.checker.Compile(strings.TrimRight(text, " \n"))
	var faults condition.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			s.fault(s.file, within(node, f), f.What, f.Hint)
		}
	}
	s.loyal(compiled, node)
	return compiled
}

// within returns where in the file a condition's fault stands. A block after |
// keeps its lines; in quotes and on one line the column is moved; in a folded
// text YAML has lost the lines, and the start must do.
func within(node ast.Node, f condition.Fault) *token.Position {
	at := *place(node)
	if block, ok := node.(*ast.LiteralNode); ok {
		if block.Start.Value[0] != '|' {
			return &at
		}
		origin := block.Value.GetToken().Origin
		indent := len(origin) - len(strings.TrimLeft(origin, " "))
		return &token.Position{Line: at.Line + f.Line, Column: indent + f.Column}
	}
	t := node.GetToken()
	if f.Line > 1 || strings.Contains(strings.TrimSpace(t.Origin), "\n") {
		return &at
	}
	at.Column += f.Column - 1
	if t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType {
		at.Column++
	}
	return &at
}
