package bus

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
)

// parseTest reads one element of a pattern field's list: a plain value, or an
// object with one comparison.
func parseTest(value any) (test, error) {
	comparison, isObject := value.(map[string]any)
	if !isObject {
		if _, isList := value.([]any); isList {
			return test{}, errors.New("a list in a list is not allowed")
		}
		return anyValue(equalTo(value)), nil
	}
	if len(comparison) != 1 {
		return test{}, fmt.Errorf("must have exactly one comparison, not %s", asJSON(value))
	}
	for name, operand := range comparison {
		if name == "exists" {
			return parseExists(operand)
		}
		match, err := parseComparison(name, operand)
		if err != nil {
			return test{}, fmt.Errorf("%s: %w", name, err)
		}
		return anyValue(match), nil
	}
	return test{}, nil // not reached
}

// anyValue returns a test that matches if at least one of the values matches.
func anyValue(match func(any) bool) test {
	return test{match: func(leaves []any) bool { return slices.ContainsFunc(leaves, match) }}
}

func parseExists(operand any) (test, error) {
	wanted, isBool := operand.(bool)
	if !isBool {
		return test{}, errors.New("exists: must be true or false")
	}
	return test{match: func(leaves []any) bool { return wanted == (len(leaves) > 0) }, absence: !wanted}, nil
}

func parseComparison(name string, operand any) (func(any) bool, error) {
	switch name {
	case "prefix", "suffix":
		return parseAffix(name, operand)
	case "equals-ignore-case", "wildcard":
		return parseText(name, operand)
	case "anything-but":
		return parseAnythingBut(operand)
	case "numeric":
		return parseNumeric(operand)
	case "cidr":
		return parseCIDR(operand)
	}
	return nil, errors.New("is not a comparison; the comparisons are prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric, cidr, exists")
}

// equalTo returns a comparison for equality. As on EventBridge, numbers are
// compared as text: 300, 300.0 and 3.0e2 are three different values.
func equalTo(wanted any) func(any) bool { return func(value any) bool { return value == wanted } }

// text returns a comparison of values that matches the strings which match
// accepts, and no other values.
func text(match func(string) bool) func(any) bool {
	return func(value any) bool {
		s, isString := value.(string)
		return isString && match(s)
	}
}

// parseAffix reads the operand of prefix or suffix: a string or
// {"equals-ignore-case": string}.
func parseAffix(name string, operand any) (func(any) bool, error) {
	ignoreCase := false
	if object, isObject := operand.(map[string]any); isObject && len(object) == 1 {
		operand, ignoreCase = object["equals-ignore-case"], true
	}
	affix, isString := operand.(string)
	if !isString {
		return nil, fmt.Errorf("must be a string or {\"equals-ignore-case\": string}, not %s", asJSON(operand))
	}
	has := strings.HasPrefix
	if name == "suffix" {
		has = strings.HasSuffix
	}
	if ignoreCase {
		affix = strings.ToLower(affix)
		return text(func(s string) bool { return has(strings.ToLower(s), affix) }), nil
	}
	return text(func(s string) bool { return has(s, affix) }), nil
}

func parseText(name string, operand any) (func(any) bool, error) {
	wanted, isString := operand.(string)
	if !isString {
		return nil, fmt.Errorf("must be a string, not %s", asJSON(operand))
	}
	if name == "wildcard" {
		parts, err := parseWildcard(wanted)
		return text(func(s string) bool { return matchWildcard(parts, s) }), err
	}
	return text(func(s string) bool { return strings.EqualFold(s, wanted) }), nil
}

// parseWildcard splits a wildcard pattern at each *. \* means the character *,
// and \\ the character \.
func parseWildcard(pattern string) ([]string, error) {
	parts := []string{""}
	last := func() *string { return &parts[len(parts)-1] }
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\' && i+1 < len(pattern) && (pattern[i+1] == '*' || pattern[i+1] == '\\'):
			i++
			*last() += string(pattern[i])
		case c == '\\':
			return nil, fmt.Errorf("the backslash at character %d must be followed by * or \\", i+1)
		case c == '*' && i > 0 && pattern[i-1] == '*' && *last() == "":
			return nil, fmt.Errorf("consecutive wildcard characters are not allowed: character %d", i+1)
		case c == '*':
			parts = append(parts, "")
		default:
			*last() += string(c)
		}
	}
	return parts, nil
}

// matchWildcard reports whether s consists of the parts in their order, with
// any text between them: it begins with the first part and ends with the last.
func matchWildcard(parts []string, s string) bool {
	if len(parts) == 1 {
		return s == parts[0]
	}
	s, found := strings.CutPrefix(s, parts[0])
	if !found {
		return false
	}
	end := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		if _, s, found = strings.Cut(s, part); !found {
			return false
		}
	}
	return strings.HasSuffix(s, end)
}

// parseAnythingBut reads the operand of anything-but: a string or number, a
// list of strings or of numbers, or an object with one of prefix, suffix,
// equals-ignore-case and wildcard, of a string or a list.
func parseAnythingBut(operand any) (func(any) bool, error) {
	parse := parseExact
	if object, isObject := operand.(map[string]any); isObject {
		if len(object) != 1 {
			return nil, fmt.Errorf("must have exactly one comparison, not %s", asJSON(operand))
		}
		for name, inner := range object {
			if !slices.Contains([]string{"prefix", "suffix", "equals-ignore-case", "wildcard"}, name) {
				return nil, fmt.Errorf("%s is not allowed in anything-but", name)
			}
			operand = inner
			parse = func(v any) (func(any) bool, error) {
				if _, isString := v.(string); !isString {
					return nil, fmt.Errorf("%s must have a string, not %s", name, asJSON(v))
				}
				return parseComparison(name, v)
			}
		}
	}
	list, isList := operand.([]any)
	if !isList {
		list = []any{operand}
	}
	if len(list) == 0 {
		return nil, errors.New("an empty list is not allowed")
	}
	excluded := make([]func(any) bool, len(list))
	for i, item := range list {
		var err error
		if excluded[i], err = parse(item); err != nil {
			return nil, err
		}
		if fmt.Sprintf("%T", item) != fmt.Sprintf("%T", list[0]) {
			return nil, errors.New("the list must have only strings or only numbers")
		}
	}
	return func(value any) bool {
		return !slices.ContainsFunc(excluded, func(match func(any) bool) bool { return match(value) })
	}, nil
}

func parseExact(v any) (func(any) bool, error) {
	switch v.(type) {
	case string, json.Number:
		return equalTo(v), nil
	}
	return nil, fmt.Errorf("must be a string or a number, not %s", asJSON(v))
}

// numericLimit is the greatest absolute value of a number in a numeric
// comparison of EventBridge.
const numericLimit = 5e9

// parseNumeric reads the operand of numeric: [operator, number], or a range
// [">" or ">=", number, "<" or "<=", number].
func parseNumeric(operand any) (func(any) bool, error) {
	list, _ := operand.([]any)
	if len(list) != 2 && len(list) != 4 {
		return nil, errors.New("must be a list of an operator and a number, or of two operators and numbers for a range")
	}
	var conditions []func(float64) bool
	var bounds []float64
	for i := 0; i < len(list); i += 2 {
		op, _ := list[i].(string)
		number, isNumber := list[i+1].(json.Number)
		bound, err := number.Float64()
		if !isNumber || err != nil || math.Abs(bound) > numericLimit {
			return nil, fmt.Errorf("%s is not a number between -5e9 and 5e9", asJSON(list[i+1]))
		}
		condition := compareNumber(op, bound)
		if condition == nil {
			return nil, fmt.Errorf("operator %s is not one of <, <=, =, >, >=", asJSON(list[i]))
		}
		lower, upper := strings.HasPrefix(op, ">"), strings.HasPrefix(op, "<")
		if len(list) == 4 && (i == 0 && !lower || i == 2 && !upper) {
			return nil, errors.New("a range must have a lower bound (> or >=) and then an upper bound (< or <=)")
		}
		conditions, bounds = append(conditions, condition), append(bounds, bound)
	}
	if len(bounds) == 2 && bounds[0] >= bounds[1] {
		return nil, errors.New("the lower bound of a range must be below the upper bound")
	}
	return func(value any) bool {
		number, isNumber := value.(json.Number)
		f, err := number.Float64()
		return isNumber && err == nil && !slices.ContainsFunc(conditions, func(c func(float64) bool) bool { return !c(f) })
	}, nil
}

func compareNumber(op string, bound float64) func(float64) bool {
	switch op {
	case "<":
		return func(f float64) bool { return f < bound }
	case "<=":
		return func(f float64) bool { return f <= bound }
	case "=":
		return func(f float64) bool { return f == bound }
	case ">":
		return func(f float64) bool { return f > bound }
	case ">=":
		return func(f float64) bool { return f >= bound }
	}
	return nil
}

func parseCIDR(operand any) (func(any) bool, error) {
	s, _ := operand.(string)
	network, err := netip.ParsePrefix(s)
	if err != nil {
		return nil, fmt.Errorf("%s is not a network like 10.0.0.0/24", asJSON(operand))
	}
	network = network.Masked()
	return text(func(s string) bool {
		address, err := netip.ParseAddr(s)
		return err == nil && network.Contains(address)
	}), nil
}
