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

// parseTest reads one element of a field's list: a plain value, or an object
// with one comparison.
func parseTest(value any) (test, error) {
	comparison, isObject := value.(map[string]any)
	if !isObject {
		if _, isList := value.([]any); isList {
			return test{}, errors.New("a list in a list is not allowed")
		}
		return any1(exact(value)), nil
	}
	if len(comparison) != 1 {
		return test{}, fmt.Errorf("must have exactly one comparison: %s", written(value))
	}
	for name, operand := range comparison {
		if name == "exists" {
			return parseExists(operand)
		}
		match, err := parseComparison(name, operand)
		if err != nil {
			return test{}, fmt.Errorf("%s: %w", name, err)
		}
		return any1(match), nil
	}
	return test{}, nil // not reached
}

// any1 is satisfied when one of the values is.
func any1(match func(any) bool) test {
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
	return nil, errors.New("is not a comparison: known are prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric, cidr, exists")
}

// exact compares as EventBridge does: numbers as they are written, so that 300,
// 300.0 and 3.0e2 are three different values.
func exact(wanted any) func(any) bool { return func(value any) bool { return value == wanted } }

// text makes a comparison of strings one of values.
func text(match func(string) bool) func(any) bool {
	return func(value any) bool {
		s, isString := value.(string)
		return isString && match(s)
	}
}

// parseAffix reads prefix and suffix: of a string, or of
// {"equals-ignore-case": string}.
func parseAffix(name string, operand any) (func(any) bool, error) {
	fold := false
	if object, isObject := operand.(map[string]any); isObject && len(object) == 1 {
		operand, fold = object["equals-ignore-case"], true
	}
	affix, isString := operand.(string)
	if !isString {
		return nil, fmt.Errorf("must be a string or {\"equals-ignore-case\": string}, not %s", written(operand))
	}
	has := strings.HasPrefix
	if name == "suffix" {
		has = strings.HasSuffix
	}
	if fold {
		affix = strings.ToLower(affix)
		return text(func(s string) bool { return has(strings.ToLower(s), affix) }), nil
	}
	return text(func(s string) bool { return has(s, affix) }), nil
}

func parseText(name string, operand any) (func(any) bool, error) {
	wanted, isString := operand.(string)
	if !isString {
		return nil, fmt.Errorf("must be a string, not %s", written(operand))
	}
	if name == "wildcard" {
		parts, err := parseWildcard(wanted)
		return text(func(s string) bool { return matchWildcard(parts, s) }), err
	}
	return text(func(s string) bool { return strings.EqualFold(s, wanted) }), nil
}

// parseWildcard splits at each *; \* and \\ stand for themselves.
func parseWildcard(pattern string) ([]string, error) {
	parts := []string{""}
	last := func() *string { return &parts[len(parts)-1] }
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\' && i+1 < len(pattern) && (pattern[i+1] == '*' || pattern[i+1] == '\\'):
			i++
			*last() += string(pattern[i])
		case c == '\\':
			return nil, fmt.Errorf("a backslash at character %d comes before neither * nor \\", i+1)
		case c == '*' && i > 0 && pattern[i-1] == '*' && *last() == "":
			return nil, fmt.Errorf("consecutive wildcard characters at character %d", i+1)
		case c == '*':
			parts = append(parts, "")
		default:
			*last() += string(c)
		}
	}
	return parts, nil
}

// matchWildcard finds the parts in their order: the first at the start, the
// last at the end.
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

// parseAnythingBut reads a value, a list of strings or of numbers, or an object
// with prefix, suffix, equals-ignore-case or wildcard of a string or a list.
func parseAnythingBut(operand any) (func(any) bool, error) {
	but := exactly
	if object, isObject := operand.(map[string]any); isObject {
		if len(object) != 1 {
			return nil, fmt.Errorf("must have exactly one comparison: %s", written(operand))
		}
		for name, inner := range object {
			if !slices.Contains([]string{"prefix", "suffix", "equals-ignore-case", "wildcard"}, name) {
				return nil, fmt.Errorf("%s is not possible here", name)
			}
			operand = inner
			but = func(v any) (func(any) bool, error) {
				if _, isString := v.(string); !isString {
					return nil, fmt.Errorf("%s must be of a string, not %s", name, written(v))
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
	refused := make([]func(any) bool, len(list))
	for i, item := range list {
		var err error
		if refused[i], err = but(item); err != nil {
			return nil, err
		}
		if fmt.Sprintf("%T", item) != fmt.Sprintf("%T", list[0]) {
			return nil, errors.New("a list has only strings or only numbers")
		}
	}
	return func(value any) bool {
		return !slices.ContainsFunc(refused, func(match func(any) bool) bool { return match(value) })
	}, nil
}

func exactly(v any) (func(any) bool, error) {
	switch v.(type) {
	case string, json.Number:
		return exact(v), nil
	}
	return nil, fmt.Errorf("must be a string or a number, not %s", written(v))
}

// numericLimit bounds the numbers that EventBridge compares.
const numericLimit = 5e9

// parseNumeric reads [op, number] or a range [">" or ">=", number, "<" or "<=", number].
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
			return nil, fmt.Errorf("%s is not a number within -5e9 and 5e9", written(list[i+1]))
		}
		condition := compareNumber(op, bound)
		if condition == nil {
			return nil, fmt.Errorf("operator %s is not one of <, <=, =, >, >=", written(list[i]))
		}
		lower, upper := strings.HasPrefix(op, ">"), strings.HasPrefix(op, "<")
		if len(list) == 4 && (i == 0 && !lower || i == 2 && !upper) {
			return nil, errors.New("a range is a lower bound (> or >=) and then an upper bound (< or <=)")
		}
		conditions, bounds = append(conditions, condition), append(bounds, bound)
	}
	if len(bounds) == 2 && bounds[0] >= bounds[1] {
		return nil, errors.New("the lower bound of a range must be below the upper one")
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
		return nil, fmt.Errorf("%s is not a network like 10.0.0.0/24", written(operand))
	}
	network = network.Masked()
	return text(func(s string) bool {
		address, err := netip.ParseAddr(s)
		return err == nil && network.Contains(address)
	}), nil
}
