package policyfiles

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"regulars/shared/condition"
	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// scalar returns the text of a value as it is written in the file, and false if
// it is not a scalar. Numbers, true and false are returned as text too: the
// name of a shop may be 1975.
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

// liquidMarks matches what [message.Renderer] would take out of a value.
var liquidMarks = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{\{|\}\}|\{%|%\}`) })

// text returns a key's text without the space around it, or "" if it is not
// written. It adds a fault if the value is a list or a mapping.
func (s *sheet) text(key string) string {
	node, ok := s.take(key)
	if !ok {
		return ""
	}
	value, ok := scalar(node)
	if !ok {
		s.wrong(key, fmt.Sprintf("%s is %s, not a text", key, kind(node)), "")
	}
	if mark := liquidMarks().FindString(value); mark != "" {
		s.wrong(key, fmt.Sprintf("%s has %s, a mark of Liquid", key, mark), "write the words that customers are to read: Liquid works in messages, and these values are printed as they are written")
	}
	return strings.TrimSpace(value)
}

// requiredText is [sheet.text] for a key that must be written and not empty.
func (s *sheet) requiredText(key, example string) string {
	node, _ := s.take(key)
	_, list := node.(*ast.SequenceNode)
	_, mapping := node.(*ast.MappingNode)
	value := s.text(key)
	if value == "" && !list && !mapping { // text has reported these already
		s.missing(key, key+": "+example)
	}
	return value
}

// whole returns a whole number from least to most, or fallback if the key is
// not written or wrong.
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

// flag returns true or false; false if the key is not written.
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

// entry is one text of a list, with its position.
type entry struct {
	text string
	at   *token.Position
}

// list returns the nodes of a list; nil if the key is not written.
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

// entries returns the texts of a list. It adds a fault for a repeated text.
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

// sub returns a mapping within this one; nil if the key is not written.
func (s *sheet) sub(key string) *sheet {
	node, ok := s.take(key)
	if !ok {
		return nil
	}
	return s.sheet(s.file, node)
}

var percents = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,2})?$`) })

// percent returns a percentage in basis points, from least to most; 0 if the
// key is not written or wrong.
func (s *sheet) percent(key string, least, most int) int {
	node, ok := s.take(key)
	if !ok {
		return 0
	}
	value, _ := scalar(node)
	value = strings.TrimSuffix(strings.TrimSpace(value), "%")
	whole, decimals, _ := strings.Cut(value, ".")
	n, err := strconv.Atoi(whole + decimals + strings.Repeat("0", max(0, 2-len(decimals))))
	if !percents().MatchString(value) || err != nil || n < least || n > most {
		s.wrong(key, fmt.Sprintf("%s is not a percentage from %s to %s", key, inPercent(least), inPercent(most)), "write it like 10 or 12.5")
		return 0
	}
	return n
}

// hundredths returns a number in hundredths, from least to most; 0 if the key is not
// written or wrong.
func (s *sheet) hundredths(key string, least, most int) int {
	node, ok := s.take(key)
	if !ok {
		return 0
	}
	value, _ := scalar(node)
	whole, decimals, _ := strings.Cut(value, ".")
	n, err := strconv.Atoi(whole + decimals + strings.Repeat("0", max(0, 2-len(decimals))))
	if !percents().MatchString(value) || err != nil || n < least || n > most {
		s.wrong(key, fmt.Sprintf("%s is not a number from %s to %s", key, inPercent(least), inPercent(most)), "write it like 2.0")
		return 0
	}
	return n
}

func inPercent(bp int) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", bp/100, bp%100), "0"), ".")
}

// money returns an amount above zero in the shop's currency; the zero Money if
// the key is not written or wrong.
func (s *sheet) money(key string) shop.Money {
	node, ok := s.take(key)
	if !ok || !s.currency { // readShop has reported the fault of the currency
		return shop.Money{}
	}
	return s.moneyIn(key, node)
}

// moneyIn returns the amount in the node of a key.
func (s *sheet) moneyIn(key string, node ast.Node) shop.Money {
	value, _ := scalar(node)
	amount, err := condition.ParseMoney(strings.TrimSpace(value), s.shop.Currency)
	if err != nil {
		s.wrong(key, fmt.Sprintf("%s: %v", key, err), "")
		return shop.Money{}
	}
	if amount.Minor == 0 {
		s.wrong(key, key+" is 0", "leave it out, or write an amount above 0")
	}
	return amount
}

var days = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]{1,3})d$`) })

// length returns a duration from least to most, written "90m", "48h" or "2d"
// (of 24 hours each), or 0 if the key is not written or wrong.
func (s *sheet) length(key string, least, most time.Duration) time.Duration {
	node, ok := s.take(key)
	if !ok {
		return 0
	}
	value, _ := scalar(node)
	value = strings.TrimSpace(value)
	d, err := time.ParseDuration(value)
	if m := days().FindStringSubmatch(value); m != nil {
		n, _ := strconv.Atoi(m[1])
		d, err = time.Duration(n)*24*time.Hour, nil
	}
	if err != nil || d < least || d > most {
		s.wrong(key, fmt.Sprintf("%s is not a length of time from %s to %s", key, shop.FormatLength(least), shop.FormatLength(most)), "write it like 90m, 48h or 2d")
		return 0
	}
	return d
}

// condition returns a compiled condition, or the zero one, which always holds,
// if the key is not written or wrong.
func (s *sheet) condition(key string) condition.Condition {
	node, ok := s.take(key)
	if !ok || !s.currency {
		return condition.Condition{}
	}
	text, ok := scalar(node)
	if !ok {
		s.wrong(key, fmt.Sprintf("%s is %s, not a condition", key, kind(node)), "")
		return condition.Condition{}
	}
	compiled, err := s.check(s.shop.Currency, strings.TrimRight(text, " \n"), s.segment)
	var faults condition.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			s.fault(s.file, positionIn(node, f), f.Text, f.Hint)
		}
	} else if err != nil {
		s.fault(s.file, place(node), err.Error(), "")
	}
	if len(s.reading) == 0 {
		s.used = append(s.used, compiled.Segments()...)
	}
	faulty := func(segment string) bool { return s.segments[segment].When.Text() == "" }
	if compiled.Never() && !slices.ContainsFunc(compiled.Segments(), faulty) {
		s.fault(s.file, place(node), "no customer can ever meet this: its parts contradict each other", "read it aloud; where either of two may hold, write ||")
	}
	s.checkPointFacts(compiled, node)
	return compiled
}

// positionIn returns the position in the file of a fault within a condition. A
// block after | keeps the lines of the file. For a text on one line, in quotes
// or not, the columns are added. The parser loses the lines of a folded text,
// so its faults get the position of its start.
func positionIn(node ast.Node, f inputfault.InFile) *token.Position {
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
