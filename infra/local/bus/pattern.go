package bus

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Pattern is a parsed event pattern. It supports all comparisons of
// EventBridge: exact values (strings, numbers, true, false, null), prefix,
// suffix, equals-ignore-case, wildcard, anything-but, numeric, cidr, exists,
// and $or.
//
//	{"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}}
//
// All fields must match, each with at least one value of its list. A list in
// the event matches if one of its elements does. In a list of objects, one
// object must match all fields of the pattern's object.
//
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
type Pattern struct{ root object }

// object is the pattern for one JSON object.
type object struct {
	fields  map[string]node
	ors     [][]object // the lists of $or; of each list, one must match
	absence bool       // it has only tests for {"exists": false}
}

// node is the pattern for one field: an object, or tests of which one must
// match.
type node struct {
	object *object
	tests  []test
}

// test is one element of a pattern field's list. match gets the values of the
// event's field: one value, or the elements of a list. It gets none if the
// field is missing, an empty list or an object.
type test struct {
	match   func(leaves []any) bool
	absence bool // it is {"exists": false}
}

// ParsePattern reads a pattern. It fails with a list of all faults and their
// places.
func ParsePattern(document []byte) (Pattern, error) {
	value, err := decode(document)
	if err != nil {
		return Pattern{}, fmt.Errorf("event pattern is not valid JSON: %w", err)
	}
	top, isObject := value.(map[string]any)
	if !isObject || len(top) == 0 {
		return Pattern{}, errors.New("event pattern is not valid: must be an object with at least one field")
	}
	root, err := parseObject("", top)
	if err != nil {
		return Pattern{}, fmt.Errorf("event pattern is not valid: %w", err)
	}
	return Pattern{root}, nil
}

// Match reports whether the event matches. The event must be decoded with
// [json.Decoder.UseNumber].
func (p Pattern) Match(event any) bool { return p.root.fields != nil && p.root.match(event) }

func parseObject(path string, fields map[string]any) (object, error) {
	o := object{fields: map[string]node{}, absence: true}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		at := join(path, name)
		if name == "$or" {
			alternatives, err := parseOr(at, fields[name])
			faults = append(faults, err)
			o.ors = append(o.ors, alternatives)
			o.absence = false
			continue
		}
		n, err := parseNode(at, fields[name])
		faults = append(faults, err)
		o.fields[name] = n
		o.absence = o.absence && n.onlyAbsence()
	}
	return o, errors.Join(faults...)
}

func parseOr(path string, value any) ([]object, error) {
	list, isList := value.([]any)
	if !isList || len(list) < 2 {
		return nil, fmt.Errorf("%s: must be a list of at least two objects", path)
	}
	alternatives := make([]object, len(list))
	var faults []error
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		fields, isObject := item.(map[string]any)
		if !isObject || len(fields) == 0 {
			faults = append(faults, fmt.Errorf("%s: must be an object with at least one field", at))
			continue
		}
		var err error
		alternatives[i], err = parseObject(at, fields)
		faults = append(faults, err)
	}
	return alternatives, errors.Join(faults...)
}

func parseNode(path string, value any) (node, error) {
	switch v := value.(type) {
	case map[string]any:
		if len(v) == 0 {
			return node{}, fmt.Errorf("%s: an empty object is not allowed", path)
		}
		o, err := parseObject(path, v)
		return node{object: &o}, err
	case []any:
		if len(v) == 0 {
			return node{}, fmt.Errorf("%s: an empty list is not allowed", path)
		}
		var n node
		var faults []error
		for i, item := range v {
			t, err := parseTest(item)
			if err != nil {
				faults = append(faults, fmt.Errorf("%s[%d]: %w", path, i, err))
			}
			n.tests = append(n.tests, t)
		}
		return n, errors.Join(faults...)
	}
	return node{}, fmt.Errorf("%s: must be an object or a list, not %s", path, asJSON(value))
}

func (n node) onlyAbsence() bool {
	if n.object != nil {
		return n.object.absence
	}
	return !slices.ContainsFunc(n.tests, func(t test) bool { return !t.absence })
}

func (o object) match(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		return o.matchFields(v)
	case []any:
		if len(v) == 0 {
			return o.matchFields(nil)
		}
		fails := func(item any) bool { return !o.match(item) }
		if o.absence { // the field must be missing in all objects of the list
			return !slices.ContainsFunc(v, fails)
		}
		return slices.ContainsFunc(v, o.match)
	}
	return o.matchFields(nil)
}

func (o object) matchFields(fields map[string]any) bool {
	for name, n := range o.fields {
		value, there := fields[name]
		if !n.match(value, there) {
			return false
		}
	}
	for _, alternatives := range o.ors {
		if !slices.ContainsFunc(alternatives, func(a object) bool { return a.matchFields(fields) }) {
			return false
		}
	}
	return true
}

func (n node) match(value any, there bool) bool {
	if n.object != nil {
		return n.object.match(value)
	}
	var found []any
	if there {
		found = leaves(value)
	}
	return slices.ContainsFunc(n.tests, func(t test) bool { return t.match(found) })
}

// leaves returns the plain values in a value: the value itself or, for a list,
// the plain values in it and in its nested lists. Objects have none.
func leaves(value any) []any {
	switch v := value.(type) {
	case map[string]any:
		return nil
	case []any:
		var all []any
		for _, item := range v {
			all = append(all, leaves(item)...)
		}
		return all
	}
	return []any{value}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func asJSON(value any) string {
	b, _ := json.Marshal(value)
	return string(b)
}
