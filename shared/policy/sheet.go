package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"regulars/shared/condition"
	"regulars/shared/points"
)

// desk reads files and gathers what is wrong with them. Reading goes on after a
// fault, so that all of them are named at once.
type desk struct {
	fsys    fs.FS
	faults  Faults
	checker *condition.Checker // nil until the shop's currency is known
	shop    Shop
	scheme  points.Scheme
	pointed bool // there is a points.yaml, sound or not
}

// sheet is a YAML mapping that is being read. Each key is asked for by name;
// what was never asked for is not known, and [sheet.done] says so.
type sheet struct {
	*desk
	file  string
	at    *token.Position // of the mapping itself, for what is missing from it
	vals  map[string]ast.Node
	keys  map[string]*token.Position
	order []string // the keys as written
	asked []string
}

func (d *desk) fault(file string, at *token.Position, what, hint string) {
	f := Fault{File: file, What: what, Hint: hint}
	if at != nil {
		f.Line, f.Column = at.Line, at.Column
	}
	d.faults = append(d.faults, f)
}

// open reads a file whose one document is a mapping, or adds the fault and
// returns nil. A nil sheet can be read: it has no keys and adds no faults.
func (d *desk) open(file string) *sheet {
	data, err := fs.ReadFile(d.fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		d.fault(file, nil, "the file is missing", "docs/policy.md shows what is in it")
		return nil
	}
	if err != nil {
		d.fault(file, nil, fmt.Sprintf("it cannot be read: %v", err), "")
		return nil
	}
	parsed, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey()) // duplicates are named below, all of them
	if err != nil {
		d.syntax(file, err)
		return nil
	}
	switch {
	case len(parsed.Docs) > 1 && parsed.Docs[1].Body != nil:
		d.fault(file, parsed.Docs[1].Body.GetToken().Position, "there is a second document", "write one to a file, without ---")
		return nil
	case len(parsed.Docs) == 0 || parsed.Docs[0].Body == nil:
		d.fault(file, nil, "the file is empty", "docs/policy.md shows what is in it")
		return nil
	}
	return d.sheet(file, parsed.Docs[0].Body)
}

func (d *desk) syntax(file string, err error) {
	var broken yaml.Error
	if !errors.As(err, &broken) || broken.GetToken() == nil {
		d.fault(file, nil, "this is not YAML: "+yaml.FormatError(err, false, false), "")
		return
	}
	what, hint := broken.GetMessage(), "check the indentation, the colons and the quotes"
	if strings.Contains(what, "\t") || strings.Contains(what, "tab character") {
		what, hint = "there is a tab", "indent with spaces"
	}
	d.fault(file, broken.GetToken().Position, "this is not YAML: "+what, hint)
}

// sheet reads a node as a mapping, or adds the fault and returns nil.
func (d *desk) sheet(file string, node ast.Node) *sheet {
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		d.fault(file, place(node), "this is "+kind(node)+", not a list of keys", `write "key: value" lines`)
		return nil
	}
	s := &sheet{desk: d, file: file, at: place(node), vals: map[string]ast.Node{}, keys: map[string]*token.Position{}}
	for _, entry := range mapping.Values {
		key := entry.Key.GetToken()
		if first, twice := s.keys[key.Value]; twice {
			d.fault(file, key.Position, fmt.Sprintf("%s is written a second time", key.Value), fmt.Sprintf("the first is in line %d", first.Line))
			continue
		}
		s.vals[key.Value], s.keys[key.Value] = entry.Value, key.Position
		s.order = append(s.order, key.Value)
	}
	return s
}

// take returns the value of a key and whether it was written; a key without a
// value counts as not written.
func (s *sheet) take(key string) (ast.Node, bool) {
	if s == nil {
		return nil, false
	}
	if !slices.Contains(s.asked, key) {
		s.asked = append(s.asked, key)
	}
	node, ok := s.vals[key]
	if _, empty := node.(*ast.NullNode); empty {
		return nil, false
	}
	return node, ok
}

// has reports whether a key is written, without reading it.
func (s *sheet) has(key string) bool {
	if s == nil {
		return false
	}
	_, ok := s.vals[key]
	return ok
}

// wrong adds a fault at a key's value, or at the mapping where it is not written.
func (s *sheet) wrong(key, what, hint string) {
	if s == nil {
		return
	}
	at := s.at
	if node, ok := s.vals[key]; ok {
		at = place(node)
	}
	s.fault(s.file, at, what, hint)
}

// missing adds the fault of a key that must be there.
func (s *sheet) missing(key, example string) {
	s.wrong(key, key+" is missing", "write "+example)
}

// done adds a fault for every key that nobody asked for.
func (s *sheet) done() {
	if s == nil {
		return
	}
	for _, key := range s.order {
		if slices.Contains(s.asked, key) {
			continue
		}
		hint := "known are " + strings.Join(s.asked, ", ")
		if near := condition.Nearest(key, s.asked); near != "" {
			hint = "did you mean " + near + "?"
		}
		s.fault(s.file, s.keys[key], fmt.Sprintf("there is no key %s", key), hint)
	}
}

// place returns where a node begins. YAML's own token of a mapping is its first
// colon; a reader looks for its first key.
func place(node ast.Node) *token.Position {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken().Position
	}
	return node.GetToken().Position
}

// kind names what a node is, as its writer would.
func kind(node ast.Node) string {
	switch node.(type) {
	case *ast.MappingNode:
		return "a list of keys"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "a text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	case *ast.NullNode:
		return "nothing"
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		return "an anchor, alias or tag, which these files do not have"
	}
	return "something else"
}
