package message

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"regulars/shared/content"
)

// scope is the variables of a template by name. A value is another scope, a
// list with one scope as its element, or a leaf.
type scope = fields

// knownNames returns every variable of docs/messages.md. It takes them from the
// bindings of a sample that has every value, so that there is no second list.
func knownNames() scope {
	w, err := newLocalizer(content.DefaultLanguage, nil)
	if err != nil {
		panic(err) // unreachable: English is known
	}
	sample := fullSample()
	all, err := bindings(sample, w, look(sample.Shop.Brand))
	if err != nil {
		panic(err) // unreachable: the sample has known currencies
	}
	all["subject"] = ""
	return all
}

// operators are the words of Liquid that are not names of variables.
var operators = []string{"and", "or", "contains", "in", "true", "false", "nil", "null", "empty", "blank", "reversed"}

// use is one call of the filter t.
type use struct {
	key   string
	given []string // the names of its arguments
	place place
}

// checkNames reports every variable of the template that does not exist, and
// returns the calls of the filter t.
func (f *faults) checkNames(s source) []use {
	known, uses := maps.Clone(knownNames()), []use(nil)
	for _, k := range marks(s.text) {
		words, at := k.list(s.text), s.at(k.start)
		if len(words) == 0 {
			f.add(at.file, at.line, "remove it", "an empty Liquid mark")
			continue
		}
		if !k.output {
			words = declare(known, words)
		}
		for i, word := range words {
			if i > 0 && words[i-1] == "|" {
				if word == "safe" {
					f.add(at.file, at.line, "remove it: data is always escaped", "the filter safe is not allowed")
				}
				continue // a filter's name
			}
			if isName(word) && !resolves(known, word) {
				f.add(at.file, at.line, "see docs/messages.md for the names", "there is no variable %q", word)
			}
		}
		if u, wrong := stringUse(words); wrong != "" {
			f.add(at.file, at.line, "write {{ \"key\" | t }}", "%s", wrong)
		} else if u.key != "" {
			u.place = at
			uses = append(uses, u)
		}
	}
	return uses
}

// declare adds the variables that a tag declares, and returns the tokens of the
// tag that must be known variables.
func declare(known scope, words []string) []string {
	tag, rest := words[0], words[1:]
	switch {
	case tag == "assign" && len(rest) > 2, tag == "capture" && len(rest) == 1:
		known[rest[0]] = anything
		if tag == "assign" && len(rest) == 3 && resolves(known, rest[2]) { // another name for a variable
			known[rest[0]] = lookup(known, rest[2])
		}
		return rest[1:]
	case tag == "for" && len(rest) > 2:
		known["forloop"] = anything
		known[rest[0]] = element(known, rest[2])
		return rest[2:]
	}
	return rest
}

// anything is the value of a variable whose fields are not checked.
var anything = &struct{ anything bool }{true}

// element returns the element of the list with this name.
func element(known scope, name string) any {
	if list, ok := lookup(known, name).([]any); ok && len(list) > 0 {
		return list[0]
	}
	return anything
}

// isName reports whether a token is the name of a variable.
func isName(word string) bool {
	first := word[0]
	return (first == '_' || first|0x20 >= 'a' && first|0x20 <= 'z') && !strings.HasSuffix(word, ":") && !slices.Contains(operators, word)
}

// missing is the result of lookup for a name that does not exist.
var missing = &struct{ missing bool }{true}

func resolves(known scope, name string) bool { return lookup(known, name) != any(missing) }

// lookup returns the value of a dotted name, or missing.
func lookup(known scope, name string) any {
	var at any = known
	for _, step := range strings.Split(name, ".") {
		switch here := at.(type) {
		case scope:
			next, ok := here[step]
			if !ok {
				return missing
			}
			at = next
		case []any:
			if step != "size" && step != "first" && step != "last" {
				return missing
			}
			at = anything
		default:
			if at == any(anything) || step == "size" {
				return anything
			}
			return missing
		}
	}
	return at
}

// proofs are the placeholders with which a string may mention an end or a small
// stock, and the last names of the variables that each may print.
var proofs = map[string][]string{"until": {"until", "expires"}, "left": {"left"}}

// checkProof returns a fault if one of the proofs is not a variable of the data
// but a value that the template makes.
func (u use) checkProof(arguments []string) string {
	for i, word := range arguments[:max(0, len(arguments)-1)] {
		data, proof := proofs[strings.TrimSuffix(word, ":")]
		if !proof || !strings.HasSuffix(word, ":") {
			continue
		}
		value := arguments[i+1]
		if !slices.Contains(data, value[strings.LastIndexByte(value, '.')+1:]) || !strings.Contains(value, ".") || strings.ContainsAny(value[:1], `'"`) {
			return fmt.Sprintf("the string %q is given %s for {%s}, which is not a variable of the data", u.key, value, strings.TrimSuffix(word, ":"))
		}
	}
	return ""
}

// stringUse returns the call of t in one mark, if there is one, or its fault.
func stringUse(words []string) (u use, wrong string) {
	for i := 1; i+1 < len(words); i++ {
		if words[i] != "|" || strings.TrimSuffix(words[i+1], ":") != "t" {
			continue
		}
		if !strings.ContainsAny(words[i-1][:1], `'"`) {
			return use{}, "the filter t is given a variable, so its string cannot be checked"
		}
		u.key = strings.Trim(words[i-1], `'"`)
		for _, word := range words[i+2:] {
			if word == "|" {
				break
			}
			if name, named := strings.CutSuffix(word, ":"); named {
				u.given = append(u.given, name)
			}
		}
		if wrong := u.checkProof(words[i+2:]); wrong != "" {
			return use{}, wrong
		}
		return u, ""
	}
	return use{}, ""
}
