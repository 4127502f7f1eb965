package message

import (
	"regexp"
	"strings"
	"sync"
)

// The checks need only the marks of Liquid and the tokens inside them; the
// engine parses the rest.
var (
	liquidMark = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)\{\{-?(.*?)-?\}\}|\{%-?(.*?)-?%\}`) })
	liquidWord = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`'[^']*'|"[^"]*"|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:?|\d[\d.]*|[|=<>!]+|\S`)
	})
)

// mark is one {{ … }} or {% … %} of a template.
type mark struct {
	start, end int // of the inside
	words      [][]int
	output     bool // {{ … }}
}

// marks returns the marks of a template.
func marks(source string) []mark {
	var found []mark
	for _, m := range liquidMark().FindAllStringSubmatchIndex(source, -1) {
		k := mark{start: m[2], end: m[3], output: m[2] >= 0}
		if !k.output {
			k.start, k.end = m[4], m[5]
		}
		k.words = liquidWord().FindAllStringIndex(source[k.start:k.end], -1)
		found = append(found, k)
	}
	return found
}

// list returns the tokens of the mark.
func (k mark) list(source string) []string {
	words := make([]string, len(k.words))
	for i, at := range k.words {
		words[i] = source[k.start+at[0] : k.start+at[1]]
	}
	return words
}

// desugar rewrites the named arguments of the filter t, in Shopify's notation,
// into pairs, which the engine can parse:
//
//	{{ 'again' | t: count: n }}   becomes   {{ 'again' | t: 'count', n }}
func desugar(source string) string {
	var out strings.Builder
	done := 0
	for _, k := range marks(source) {
		words, inside := k.list(source), false
		for i, word := range words {
			switch {
			case word == "|":
				inside = i+1 < len(words) && words[i+1] == "t:"
			case inside && word != "t:" && strings.HasSuffix(word, ":"):
				at := k.start + k.words[i][0]
				out.WriteString(source[done:at] + "'" + strings.TrimSuffix(word, ":") + "',")
				done = at + len(word)
			}
		}
	}
	return out.String() + source[done:]
}
