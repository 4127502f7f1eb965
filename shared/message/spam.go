package message

import (
	_ "embed"
	"strings"
	"unicode"
)

//go:embed spam.yaml
var spamFile []byte

// spamWords returns the words of spam by language. The file is embedded in the
// program; a test checks that it can be read.
func spamWords() map[string][]string { return spamLists.of(spamFile, "spam.yaml") }

var spamLists wordLists[[]string]

// checkSpam advises against words and signs with which spam is written. what
// names the text in the advice: `the string "title"`.
func (r reader) checkSpam(what, language, text string, at place) {
	folded := fold(text)
	for _, word := range spamWords()[language] {
		if found := findFolded(folded, word); found != "" {
			r.faults.advise(at.file, at.line, "say what there is", "%s says %q, as spam does", what, found)
		}
	}
	if strings.Contains(text, "!!") {
		r.faults.advise(at.file, at.line, "write one, or none", "%s has several exclamation marks", what)
	}
	if shouts(text) {
		r.faults.advise(at.file, at.line, "write it in small letters", "%s is in capitals", what)
	}
}

// shouts reports whether a text of two words or more is in capitals. Scripts
// without capitals never are.
func shouts(text string) bool {
	text = placeholder().ReplaceAllString(text, " ")
	words, capitals := 0, 0
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' }) {
		words++
		if word == strings.ToUpper(word) && word != strings.ToLower(word) && len([]rune(word)) > 2 {
			capitals++
		}
	}
	return capitals >= 2 && capitals == words
}
