package message

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// entry is a phrase with its place.
type entry struct {
	phrase Phrase
	place  place
}

// stringsFile returns the strings of <language>.yaml of a folder: keys with a
// text, or with a text for each plural category. It reads and checks each file
// once, and the map belongs to the caller. A missing file has no strings; ok is
// false if the file cannot be read.
func (r reader) stringsFile(folder, language string) (entries map[string]entry, ok bool) {
	file := path.Join(folder, language+".yaml")
	if entries, ok = r.phrases[file]; !ok {
		entries = r.readStrings(file, language)
		r.phrases[file] = entries
	}
	return maps.Clone(entries), entries != nil
}

// readStrings reads and checks a file of strings. It returns nil if the file
// cannot be read.
func (r reader) readStrings(file, language string) map[string]entry {
	data, err := r.file(file)
	entries := map[string]entry{}
	if errors.Is(err, fs.ErrNotExist) {
		return entries
	}
	var tree *ast.File
	if err == nil {
		tree, err = parser.ParseBytes(data, 0)
	}
	if err != nil {
		r.yamlFault(file, err)
		return nil
	}
	for _, doc := range tree.Docs {
		for _, pair := range pairs(doc.Body) {
			key, at := pair.Key.String(), place{file, pair.Key.GetToken().Position.Line}
			phrase := Phrase{}
			if nested := pairs(pair.Value); len(nested) > 0 {
				for _, form := range nested {
					phrase[form.Key.String()] = scalar(form.Value)
				}
			} else {
				phrase["other"] = scalar(pair.Value)
			}
			if _, twice := entries[key]; twice {
				r.faults.add(file, at.line, "remove one of them", "the string %q is written twice", key)
			}
			entries[key] = entry{phrase, at}
			r.checkPhrase(key, language, entries[key])
		}
	}
	return entries
}

// pairs returns the keys and values of a mapping; none for another node.
func pairs(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

// scalar returns the text of a node.
func scalar(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return strings.TrimSuffix(n.Value.Value, "\n")
	case *ast.NullNode:
		return ""
	}
	return n.String()
}

// checkPhrase reports the faults of one string.
func (r reader) checkPhrase(key, language string, e entry) {
	rules, known := knownLanguages()[language]
	if hasPlurals(e.phrase) && known {
		wanted := rules.categories()
		for _, category := range slices.Sorted(maps.Keys(wanted)) {
			if _, ok := e.phrase[category]; !ok {
				r.faults.add(e.place.file, e.place.line, "add it", "the string %q has no plural form %q", key, category)
			}
		}
		for _, category := range slices.Sorted(maps.Keys(e.phrase)) {
			if _, ok := wanted[category]; !ok {
				r.faults.add(e.place.file, e.place.line, "remove it", "the string %q has a plural form %q, which the language %q does not have", key, category, language)
			}
		}
	}
	for _, category := range slices.Sorted(maps.Keys(e.phrase)) {
		text := e.phrase[category]
		switch rest := placeholder().ReplaceAllString(text, ""); {
		case strings.TrimSpace(text) == "":
			r.faults.add(e.place.file, e.place.line, "write it", "the string %q is empty", key)
		case strings.ContainsAny(rest, "{}"):
			r.faults.add(e.place.file, e.place.line, "write a placeholder as {name}, in small letters", "the string %q has a stray brace", key)
		case strings.ContainsAny(rest, "\r\n"):
			r.faults.add(e.place.file, e.place.line, "write it on one line; layout belongs to the template", "the string %q has a line break", key)
		}
		r.checkText(fmt.Sprintf("the string %q", key), language, text, e.place)
	}
}

// checkText reports what no text of a message may say by itself. what names the
// text in the faults; its data are placeholders, such as {until}.
func (r reader) checkText(what, language, text string, at place) {
	rest := placeholder().ReplaceAllString(text, "")
	_, known := knownLanguages()[language]
	switch {
	case strings.Contains(rest, "http://"):
		r.faults.add(at.file, at.line, "use https", "%s has an http:// link", what)
	case literalMoney(rest):
		r.faults.add(at.file, at.line, "print it from the data, with a placeholder", "%s states a price or a percentage", what)
	case known && datesLike()[language].first(rest) != "":
		r.faults.add(at.file, at.line, "print it from the data, such as {until}: the checkout uses the end of the offer, not the one in the text", "%s names a day", what)
	}
	r.checkUrgency(what, language, text, at)
	r.checkSpam(what, language, text, at)
}

// yamlFault reports an error of the YAML parser, with its line if it has one.
func (r reader) yamlFault(file string, err error) {
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil {
		r.faults.add(file, located.GetToken().Position.Line, "", "%s", located.GetMessage())
		return
	}
	r.faults.add(file, 0, "", "cannot be read: %v", err)
}
