package bus

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// checkInput returns an error that lists all faults of the target's input
// settings, or nil.
func (t Target) checkInput() error {
	var faults []error
	set := 0
	for _, s := range []string{t.Input, t.InputPath, t.InputTemplate} {
		if s != "" {
			set++
		}
	}
	if set > 1 {
		faults = append(faults, errors.New("set only one of Input, InputPath and InputTransformer"))
	}
	if t.Input != "" && !json.Valid([]byte(t.Input)) {
		faults = append(faults, fmt.Errorf("the Input is not valid JSON: %s", t.Input))
	}
	for _, path := range append(slices.Sorted(maps.Values(t.InputPaths)), t.InputPath) {
		if path != "" {
			if _, err := parsePath(path); err != nil {
				faults = append(faults, err)
			}
		}
	}
	return errors.Join(faults...)
}

// input returns the input that the target receives for an event.
func (t Target) input(r Rule, document []byte, value any) ([]byte, error) {
	switch {
	case t.Input != "":
		return []byte(t.Input), nil
	case t.InputPath != "":
		part := valueAt(t.InputPath, value)
		return marshal(part)
	case t.InputTemplate != "":
		return t.transform(r, document, value)
	}
	return document, nil
}

var placeholder = regexp.MustCompile(`<([a-zA-Z0-9_.-]+)>`)

// transform fills in an input template. As on EventBridge, a placeholder inside
// a string becomes text, and one outside becomes JSON. If the event has no
// value at its path, it becomes "" inside a string and null outside.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
func (t Target) transform(r Rule, document []byte, value any) ([]byte, error) {
	predefined := map[string]any{
		"aws.events.rule-arn":             r.ARN(),
		"aws.events.rule-name":            r.Name,
		"aws.events.event.ingestion-time": time.Now().UTC().Format(time.RFC3339),
		"aws.events.event":                json.RawMessage(document),
		"aws.events.event.json":           json.RawMessage(document),
	}
	var out strings.Builder
	at, quoted := 0, false
	for _, found := range placeholder.FindAllStringSubmatchIndex(t.InputTemplate, -1) {
		start, end := found[0], found[1]
		name := t.InputTemplate[found[2]:found[3]]
		filled, known := predefined[name]
		if path, mapped := t.InputPaths[name]; mapped {
			filled = valueAt(path, value)
			known = true
		}
		if !known {
			continue
		}
		for i := at; i < start; i++ {
			if t.InputTemplate[i] == '"' && (i == 0 || t.InputTemplate[i-1] != '\\') {
				quoted = !quoted
			}
		}
		out.WriteString(t.InputTemplate[at:start])
		text, err := fill(filled, quoted)
		if err != nil {
			return nil, err
		}
		out.WriteString(text)
		at = end
	}
	out.WriteString(t.InputTemplate[at:])
	return []byte(out.String()), nil
}

func fill(value any, quoted bool) (string, error) {
	written, err := marshal(value)
	if err != nil || !quoted {
		return string(written), err
	}
	if value == nil {
		return "", nil
	}
	if _, isString := value.(string); !isString { // JSON inside a string: escape it
		if written, err = marshal(string(written)); err != nil {
			return "", err
		}
	}
	return string(written[1 : len(written)-1]), nil // without the quotes, which the template has
}

// step is one step of a path: a key or, if key is empty, an index.
type step struct {
	key   string
	index int
}

var pathStep = regexp.MustCompile(`^(?:\.([^.\[\]]+)|\[(\d+)\]|\['([^']+)'\])`)

// parsePath reads a JSON path of the simple form that EventBridge accepts, such
// as "$.detail.a[0].b".
func parsePath(path string) ([]step, error) {
	rest, found := strings.CutPrefix(path, "$")
	if !found {
		return nil, fmt.Errorf("path %q does not begin with $", path)
	}
	var steps []step
	for rest != "" {
		m := pathStep.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("path %q: cannot read %q; write paths like $.detail.a[0].b", path, rest)
		}
		rest = rest[len(m[0]):]
		index, _ := strconv.Atoi(m[2])
		steps = append(steps, step{key: m[1] + m[3], index: index})
	}
	return steps, nil
}

// valueAt returns the part of a value at a path, or nil if there is none.
func valueAt(path string, value any) any {
	steps, err := parsePath(path)
	if err != nil {
		return nil
	}
	for _, s := range steps {
		switch v := value.(type) {
		case map[string]any:
			value = v[s.key]
		case []any:
			if s.key != "" || s.index >= len(v) {
				return nil
			}
			value = v[s.index]
		default:
			return nil
		}
	}
	return value
}
