package message

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed urgency.yaml
var urgencyFile []byte

// pressure is the words of one language that press the reader to hurry.
type pressure struct {
	Deadline []string `yaml:"deadline"`
	Scarcity []string `yaml:"scarcity"`
	Never    []string `yaml:"never"`
}

// urgency returns the word lists by language. The file is embedded in the
// program; a test checks that it can be read.
func urgency() map[string]pressure { return urgencyLists.of(urgencyFile, "urgency.yaml") }

var urgencyLists wordLists[pressure]

// checkUrgency reports false urgency in a text (promise "true words"). A word
// about an end is allowed if the text prints that end from the data, and a
// word about a small stock if the text prints the number of units from the
// data.
func (r reader) checkUrgency(what, language, text string, at place) {
	lists, printed, folded := urgency()[language], placeholders(Phrase{"other": text}), fold(text)
	for _, kind := range []struct {
		words      []string
		but        string // the placeholder with which they are allowed
		what, hint string
	}{
		{lists.Never, "", "%s presses the reader with %q", "say it calmly"},
		{lists.Deadline, "until", "%s mentions an end without a date: %q", "print the end in the same text, as {until} or {{ coupon.until | date }}, or say it calmly"},
		{lists.Scarcity, "left", "%s says that few are left without the number: %q", "print the number in the same text, as {left} or {{ pick.left }}, or say it calmly"},
	} {
		if slices.Contains(printed, kind.but) {
			continue
		}
		for _, word := range kind.words {
			if found := findFolded(folded, word); found != "" {
				r.faults.add(at.file, at.line, kind.hint, kind.what, what, found)
			}
		}
	}
}

// Presses returns the words of a text that press the reader to hurry; none if
// the language is not known. It is for texts that messages print but that are
// written elsewhere, such as the names of products in an offer's file. Such
// texts have no placeholders, so they may not contain any of these words.
func Presses(language, text string) (words []string) {
	lists := urgency()[language]
	for _, word := range slices.Concat(lists.Never, lists.Deadline, lists.Scarcity) {
		if found := findWord(text, word); found != "" {
			words = append(words, found)
		}
	}
	return words
}

// findWord returns the match of a word of urgency.yaml in the text, at the
// start of a word, or "".
func findWord(text, word string) string { return findFolded(fold(text), word) }

// findFolded is findWord for a text that is folded already.
func findFolded(text, word string) string {
	find, _ := patterns.LoadOrStore(word, sync.OnceValue(func() *regexp.Regexp { return pattern(word) }))
	return strings.TrimFunc(find.(func() *regexp.Regexp)().FindString(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '{' && r != '}' })
}

var patterns sync.Map // of a word to func() *regexp.Regexp

// pattern returns an expression that matches a word of urgency.yaml in a folded
// text.
func pattern(word string) *regexp.Regexp {
	parts := strings.Split(fold(word), " ")
	for i, part := range parts {
		switch part {
		case "0":
			parts[i] = `(?:\d+|\{[a-z_]+\})`
		case "…":
			parts[i] = `(?:\S+ ){0,3}?`
		default:
			parts[i] = regexp.QuoteMeta(part)
		}
	}
	return regexp.MustCompile(`(?:^|[^\pL])` + strings.ReplaceAll(strings.Join(parts, " "), "? ", "?"))
}

// fold returns s in lower case without accents, so that "ΤΕΛΕΥΤΑΙΑ" and
// "τελευταία" are equal.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'ς': // upper case has only one sigma
			return 'σ'
		case r == '’':
			return '\''
		}
		return r
	}, norm.NFD.String(strings.ToLower(s)))
	return strings.Join(strings.Fields(s), " ")
}
