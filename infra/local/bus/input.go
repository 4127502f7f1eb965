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

// checkInput tells what is wrong with how a target changes its events.
func (t Target) checkInput() error {
	var faults []error
	set := 0
	for _, s := range []string{t.Input, t.InputPath, t.InputTemplate} {
		if s != "" {
			set++
		}
	}
	if set > 1 {
		faults = append(faults, errors.New("only one of Input, InputPath and InputTransformer is possible"))
	}
	if t.Input != "" && !json.Valid([]byte(t.Input)) {
		faults = append(faults, fmt.Errorf("its Input is not JSON: %s", t.Input))
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

// input returns what the target gets for an event.
func (t Target) input(r Rule, document []byte, value any) ([]byte, error) {
	switch {
	case t.Input != "":
		return []byte(t.Input), nil
	case t.InputPath != "":
		part := pick(t.InputPath, value)
		return marshal(part)
	case t.InputTemplate != "":
		return t.transform(r, document, value)
	}
	return document, nil
}

var placeholder = regexp.MustCompile(`<([a-zA-Z0-9_.-]+)>`)

// transform fills an input template. As on EventBridge a value goes in as JSON
// where its placeholder stands free, as text inside of a string, and a path that
// the event does not have is left out ("" inside of a string, null outside).
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
			filled = pick(path, value)
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
	if _, isString := value.(string); !isString { // an object inside of a string
		if written, err = marshal(string(written)); err != nil {
			return "", err
		}
	}
	return string(written[1 : len(written)-1]), nil // without its quotes: the template has them
}

// step of a path: a key, or where that is empty, an index.
type step struct {
	key   string
	index int
}

var pathStep = regexp.MustCompile(`^(?:\.([^.\[\]]+)|\[(\d+)\]|\['([^']+)'\])`)

// parsePath reads the simple JSON paths that EventBridge takes: "$.detail.a[0].b".
func parsePath(path string) ([]step, error) {
	rest, found := strings.CutPrefix(path, "$")
	if !found {
		return nil, fmt.Errorf("path %q does not begin with $", path)
	}
	var steps []step
	for rest != "" {
		m := pathStep.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("path %q: cannot read %q; paths are like $.detail.a[0].b", path, rest)
		}
		rest = rest[len(m[0]):]
		index, _ := strconv.Atoi(m[2])
		steps = append(steps, step{key: m[1] + m[3], index: index})
	}
	return steps, nil
}

// pick returns the part of a value that a path names, or nil where there is none.
func pick(path string, value any) any {
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
