package policyfiles

import (
	"bytes"
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
	"regulars/shared/inputfault"
	"regulars/shared/points"
	"regulars/shared/shoppolicy"
)

// loader reads the files of a shop and collects their faults. It continues
// after a fault, so that all of them are reported at once.
type loader struct {
	fsys      fs.FS
	faults    inputfault.InFiles
	advice    inputfault.InFiles
	check     Check
	shop      shoppolicy.Shop
	currency  bool // the shop's currency is known
	scheme    points.Scheme
	hasPoints bool // there is a points.yaml, with or without faults

	segments map[string]shoppolicy.Segment // those that were read so far
	reading  []string                      // the segments whose files are being read, each used by the one before
	used     []string                      // segments that offers and campaigns use
}

// sheet is one YAML mapping of a file: the file itself, or a mapping within it.
// Its methods read one key each, by name, and add a fault if the value is
// wrong. When all keys were read, [sheet.done] reports the keys of the file
// that no method has read. A nil sheet has no keys and reports no faults.
type sheet struct {
	*loader
	file  string
	at    *token.Position // of the mapping, for the faults of missing keys
	vals  map[string]ast.Node
	keys  map[string]*token.Position
	order []string // the keys in the order of the file
	known []string // the keys that were read so far
}

// fault adds a fault at a position, which is nil if it concerns the whole file.
func (l *loader) fault(file string, at *token.Position, what, hint string) {
	f := inputfault.InFile{File: file, Text: what, Hint: hint}
	if at != nil {
		f.Line, f.Column = at.Line, at.Column
	}
	l.faults = append(l.faults, f)
}

// open reads a file with one YAML document, which is a mapping. It adds a fault
// and returns nil if the file is missing or is not like that.
func (l *loader) open(file string) *sheet {
	data, err := fs.ReadFile(l.fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		l.fault(file, nil, "the file is missing", "docs/policy.md shows what is in it")
		return nil
	}
	if err != nil {
		l.fault(file, nil, fmt.Sprintf("it cannot be read: %v", err), "")
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))                          // Windows editors begin a file with this byte order mark
	parsed, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey()) // [loader.sheet] reports all duplicates
	if err != nil {
		l.syntax(file, err)
		return nil
	}
	switch {
	case len(parsed.Docs) > 1 && parsed.Docs[1].Body != nil:
		l.fault(file, parsed.Docs[1].Body.GetToken().Position, "there is a second document", "write one to a file, without ---")
		return nil
	case len(parsed.Docs) == 0 || parsed.Docs[0].Body == nil:
		l.fault(file, nil, "the file is empty", "docs/policy.md shows what is in it")
		return nil
	}
	return l.sheet(file, parsed.Docs[0].Body)
}

// syntax adds the fault of a file that is not YAML.
func (l *loader) syntax(file string, err error) {
	var broken yaml.Error
	if !errors.As(err, &broken) || broken.GetToken() == nil {
		l.fault(file, nil, "this is not YAML: "+yaml.FormatError(err, false, false), "")
		return
	}
	what, hint := broken.GetMessage(), "check the indentation, the colons and the quotes"
	if strings.Contains(what, "\t") || strings.Contains(what, "tab character") {
		what, hint = "there is a tab", "indent with spaces"
	}
	l.fault(file, broken.GetToken().Position, "this is not YAML: "+what, hint)
}

// sheet reads a node as a mapping. It adds a fault and returns nil if it is
// none.
func (l *loader) sheet(file string, node ast.Node) *sheet {
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		l.fault(file, place(node), "this is "+kind(node)+", not a list of keys", `write "key: value" lines`)
		return nil
	}
	s := &sheet{loader: l, file: file, at: place(node), vals: map[string]ast.Node{}, keys: map[string]*token.Position{}}
	for _, entry := range mapping.Values {
		key := entry.Key.GetToken()
		if first, twice := s.keys[key.Value]; twice {
			l.fault(file, key.Position, fmt.Sprintf("%s is written a second time", key.Value), fmt.Sprintf("the first is in line %d", first.Line))
			continue
		}
		s.vals[key.Value], s.keys[key.Value] = entry.Value, key.Position
		s.order = append(s.order, key.Value)
	}
	return s
}

// take returns the value of a key and whether it is written; a key without a
// value counts as not written. It notes that the key was read.
func (s *sheet) take(key string) (ast.Node, bool) {
	if s == nil {
		return nil, false
	}
	if !slices.Contains(s.known, key) {
		s.known = append(s.known, key)
	}
	node, ok := s.vals[key]
	if _, empty := node.(*ast.NullNode); empty {
		return nil, false
	}
	return node, ok
}

// has reports whether a key is written, without marking it as read.
func (s *sheet) has(key string) bool {
	if s == nil {
		return false
	}
	_, ok := s.vals[key]
	return ok
}

// written returns how many of the keys are written, without marking them as read.
func (s *sheet) written(keys ...string) (n int) {
	for _, key := range keys {
		if s.has(key) {
			n++
		}
	}
	return n
}

// wrong adds a fault at a key's value, or at the mapping if the key is not
// written.
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

// missing adds the fault of a required key that is not written.
func (s *sheet) missing(key, example string) {
	s.wrong(key, key+" is missing", "write "+example)
}

// done adds a fault for every key of the file that was not read.
func (s *sheet) done() {
	if s == nil {
		return
	}
	for _, key := range s.order {
		if slices.Contains(s.known, key) {
			continue
		}
		hint := "known are " + strings.Join(s.known, ", ")
		if near := condition.Nearest(key, s.known); near != "" {
			hint = "did you mean " + near + "?"
		}
		s.fault(s.file, s.keys[key], fmt.Sprintf("there is no key %s", key), hint)
	}
}

// place returns where a node begins. For a mapping that is its first key; the
// parser's own token of a mapping is its first colon.
func place(node ast.Node) *token.Position {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken().Position
	}
	return node.GetToken().Position
}

// kind returns the name of a node's kind in plain words.
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
