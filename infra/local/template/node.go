package template

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

type kind int

const (
	scalar kind = iota
	mapping
	list
	broken // a fault was told; whoever reads it keeps silent
)

// node is a YAML value with its place. CloudFormation's short tags are written
// out: !Ref X is the mapping {Ref: X}, !Sub x is {Fn::Sub: x}, !GetAtt A.B is
// {Fn::GetAtt: [A, B]}.
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

// get returns the value of a key, or nil; n may be nil.
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

// plain returns the node as what encoding/json marshals.
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
	parsed, err := parser.ParseBytes(text, 0)
	if err != nil {
		fault := Fault{Place: Place{File: file, Line: 1, Column: 1}, What: err.Error()}
		if y, ok := err.(yaml.Error); ok {
			if at := y.GetToken(); at != nil && at.Position != nil {
				fault.Line, fault.Column = at.Position.Line, at.Position.Column
			}
			fault.What = y.GetMessage()
		}
		return nil, Faults{fault}
	}
	if len(parsed.Docs) != 1 || parsed.Docs[0].Body == nil {
		return nil, Faults{{Place: Place{File: file, Line: 1, Column: 1}, What: "one YAML document is wanted"}}
	}
	p := yamlParser{file: file}
	n := p.node(parsed.Docs[0].Body, "")
	return n, p.faults
}

type yamlParser struct {
	file   string
	faults Faults
}

func (p *yamlParser) place(n ast.Node) Place {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return Place{File: p.file, Line: t.Position.Line, Column: t.Position.Column}
	}
	return Place{File: p.file, Line: 1, Column: 1}
}

func (p *yamlParser) node(n ast.Node, path string) *node {
	out := &node{path: path}
	if n == nil {
		out.at = Place{File: p.file, Line: 1, Column: 1}
		return out
	}
	out.at = p.place(n)
	switch n := n.(type) {
	case *ast.MappingNode:
		out.kind = mapping
		if len(n.Values) > 0 {
			out.at = p.place(n.Values[0].Key)
		}
		for _, v := range n.Values {
			out.entries = append(out.entries, p.entry(v, path))
		}
	case *ast.MappingValueNode: // a mapping of one entry
		out.kind, out.at = mapping, p.place(n.Key)
		out.entries = []entry{p.entry(n, path)}
	case *ast.SequenceNode:
		out.kind = list
		for i, v := range n.Values {
			out.items = append(out.items, p.node(v, fmt.Sprintf("%s[%d]", path, i)))
		}
	case *ast.TagNode:
		return p.tag(n, path)
	case *ast.IntegerNode:
		out.value = n.Value
		if u, ok := n.Value.(uint64); ok {
			out.value = int64(u)
		}
	case *ast.NullNode:
	case ast.ScalarNode:
		out.value = n.GetValue()
	default:
		out.kind = broken
		p.faults = append(p.faults, Fault{out.at, path, "YAML anchors, aliases and merges are not taken, as CloudFormation does not"})
	}
	return out
}

func (p *yamlParser) entry(v *ast.MappingValueNode, path string) entry {
	key := v.Key.GetToken().Value
	return entry{key: key, at: p.place(v.Key), value: p.node(v.Value, dotted(path, key))}
}

// tag writes a short tag out.
func (p *yamlParser) tag(n *ast.TagNode, path string) *node {
	at, short := p.place(n), strings.TrimPrefix(n.Start.Value, "!")
	value := p.node(n.Value, path)
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
