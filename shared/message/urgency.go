package message

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/unicode/norm"
)

//go:embed urgency.yaml
var urgencyFile []byte

// pressure is one language's words that press the reader.
type pressure struct {
	Deadline []string `yaml:"deadline"`
	Scarcity []string `yaml:"scarcity"`
	Never    []string `yaml:"never"`
}

// urgency returns the word lists by language. The file is part of the program:
// that it can be read is tested.
var urgency = sync.OnceValue(func() map[string]pressure {
	lists := map[string]pressure{}
	if err := yaml.UnmarshalWithOptions(urgencyFile, &lists, yaml.Strict()); err != nil {
		panic("urgency.yaml: " + err.Error())
	}
	return lists
})

// checkUrgency refuses false urgency (promise "true words"). A word about an end passes
// where the string prints that end from the data, and one about what is left
// where it prints how many are.
func (r reader) checkUrgency(key, language, text string, at place) {
	lists, printed := urgency()[language], Phrase{"other": text}.placeholders()
	for _, kind := range []struct {
		words      []string
		but        string // the placeholder that makes them true
		what, hint string
	}{
		{lists.Never, "", "the string %q presses the reader with %q", "say it calmly"},
		{lists.Deadline, "until", "the string %q speaks of an end without a date: %q", "print the end in the same string, as {until}, or say it calmly"},
		{lists.Scarcity, "left", "the string %q says that few are left, and not how many: %q", "print how many in the same string, as {left}, or say it calmly"},
	} {
		if slices.Contains(printed, kind.but) {
			continue
		}
		for _, word := range kind.words {
			if said := says(text, word); said != "" {
				r.faults.add(at.file, at.line, kind.hint, kind.what, key, said)
			}
		}
	}
}

// Presses returns the words of a text, in one language, that press its reader;
// none in a language that is not known. It is for what stands in messages and is
// written elsewhere, such as the names of products in an offer's file: nothing of
// the data is printed there, which could make them true.
func Presses(language, text string) (words []string) {
	lists := urgency()[language]
	for _, word := range slices.Concat(lists.Never, lists.Deadline, lists.Scarcity) {
		if said := says(text, word); said != "" {
			words = append(words, said)
		}
	}
	return words
}

// says returns where the word stands in the text, at the start of a word; empty
// where it does not.
func says(text, word string) string {
	find, _ := patterns.LoadOrStore(word, sync.OnceValue(func() *regexp.Regexp { return pattern(word) }))
	return strings.TrimFunc(find.(func() *regexp.Regexp)().FindString(fold(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '{' && r != '}' })
}

var patterns sync.Map // of a word to func() *regexp.Regexp

// pattern returns what finds a word of urgency.yaml in a folded text.
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

// fold lowers case and takes accents away: "ΤΕΛΕΥΤΑΙΑ" is "τελευταία".
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'ς': // capitals know one sigma
			return 'σ'
		case r == '’':
			return '\''
		}
		return r
	}, norm.NFD.String(strings.ToLower(s)))
	return strings.Join(strings.Fields(s), " ")
}
