package template

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

type kind int

const (
	scalar kind = iota
	mapping
	list
	broken // its fault is reported already; readers report no further one
)

// node is a YAML value with its place. CloudFormation's short tags are replaced
// by their long forms: !Ref X is the mapping {Ref: X}, !Sub x is {Fn::Sub: x},
// !GetAtt A.B is {Fn::GetAtt: [A, B]}.
type node struct {
	kind    kind
	at      Place
	path    string
	value   any // of a scalar: nil, bool, int64, float64 or string
	entries []entry
	items   []*node
}

type entry struct {
	key   string
	at    Place
	value *node
}

// get returns the value of a key, or nil if there is none; n may be nil.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.entries {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// text returns a scalar as CloudFormation would print it.
func (n *node) text() string {
	switch v := n.value.(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// plain returns the node as a value that encoding/json can marshal.
func (n *node) plain() any {
	switch n.kind {
	case mapping:
		out := make(map[string]any, len(n.entries))
		for _, e := range n.entries {
			out[e.key] = e.value.plain()
		}
		return out
	case list:
		out := make([]any, len(n.items))
		for i, item := range n.items {
			out[i] = item.plain()
		}
		return out
	}
	return n.value
}

// parse reads one YAML document.
func parse(file string, text []byte) (*node, Faults) {
	p := yamlParser{file: file}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		fault := Fault{Place: Place{File: file, Line: 1, Column: 1}, Text: strings.TrimPrefix(err.Error(), "yaml: ")}
		if at := yamlLine.FindStringSubmatch(err.Error()); at != nil { // the library has the line only in the error's text
			fault.Line, _ = strconv.Atoi(at[1])
			fault.Text = at[2]
		}
		return nil, Faults{fault}
	}
	if document.Kind != yaml.DocumentNode || document.Content[0].Kind != yaml.MappingNode {
		return nil, Faults{{Place: Place{File: file, Line: 1, Column: 1}, Text: "want a YAML mapping"}}
	}
	n := p.node(document.Content[0], "")
	return n, p.faults
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

type yamlParser struct {
	file   string
	faults Faults
}

func (p *yamlParser) fault(at Place, path, text string) {
	p.faults = append(p.faults, Fault{at, path, text})
}

func (p *yamlParser) node(n *yaml.Node, path string) *node {
	at := Place{File: p.file, Line: n.Line, Column: n.Column}
	if short, tagged := strings.CutPrefix(n.Tag, "!"); tagged && !strings.HasPrefix(short, "!") {
		return p.tag(short, n, at, path)
	}
	out := &node{at: at, path: path}
	switch n.Kind {
	case yaml.MappingNode:
		out.kind = mapping
		p.entries(n, out)
	case yaml.SequenceNode:
		out.kind = list
		for i, v := range n.Content {
			out.items = append(out.items, p.node(v, fmt.Sprintf("%s[%d]", path, i)))
		}
	case yaml.ScalarNode:
		out.value = p.scalar(n, at, path)
	default:
		out.kind = broken
		p.fault(at, path, "YAML anchors and aliases are not supported, as in CloudFormation: write the value out")
	}
	return out
}

func (p *yamlParser) entries(n *yaml.Node, out *node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		at := Place{File: p.file, Line: key.Line, Column: key.Column}
		if out.get(key.Value) != nil {
			p.fault(at, dotted(out.path, key.Value), "this key is a duplicate")
		}
		out.entries = append(out.entries, entry{key: key.Value, at: at, value: p.node(n.Content[i+1], dotted(out.path, key.Value))})
	}
}

// scalar returns a bool, int64, float64, string or nil. It returns a date as a
// string.
func (p *yamlParser) scalar(n *yaml.Node, at Place, path string) any {
	var value any
	switch n.ShortTag() {
	case "!!bool", "!!float", "!!null":
	case "!!int":
		var whole int64
		if err := n.Decode(&whole); err != nil {
			p.fault(at, path, err.Error())
		}
		return whole
	default:
		return n.Value
	}
	if err := n.Decode(&value); err != nil {
		p.fault(at, path, err.Error())
	}
	return value
}

// tag returns the long form of a short tag.
func (p *yamlParser) tag(short string, n *yaml.Node, at Place, path string) *node {
	bare := *n
	bare.Tag = ""
	value := &node{at: at, path: path, value: n.Value}
	if n.Kind != yaml.ScalarNode {
		value = p.node(&bare, path)
	}
	name := "Fn::" + short
	switch short {
	case "Ref", "Condition":
		name = short
	case "GetAtt":
		if value.kind == scalar {
			resource, attribute, _ := strings.Cut(value.text(), ".")
			value = &node{kind: list, at: at, path: path, items: []*node{
				{at: at, path: path, value: resource}, {at: at, path: path, value: attribute},
			}}
		}
	}
	return &node{kind: mapping, at: at, path: path, entries: []entry{{name, at, value}}}
}

func dotted(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
