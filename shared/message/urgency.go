package message

import (
	_ "embed"
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

// checkUrgency refuses false urgency (promise 10). A word about an end passes
// where the string prints that end from the data.
func (r reader) checkUrgency(key, language, text string, at place) {
	lists := urgency()[language]
	for _, word := range lists.Never {
		if says(text, word) {
			r.faults.add(at.file, at.line, "say it calmly", "the string %q presses the reader with %q", key, word)
		}
	}
	dated := slices.Contains(Phrase{"other": text}.placeholders(), "until")
	for _, word := range lists.Deadline {
		if says(text, word) && !dated {
			r.faults.add(at.file, at.line, "print the end in the same string, as {until}, or say it calmly", "the string %q speaks of an end without a date: %q", key, word)
		}
	}
}

// says reports whether the word stands in the text, at the start of a word.
func says(text, word string) bool {
	text, word = fold(text), fold(word)
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		before := []rune(text[:from+i])
		if len(before) == 0 || !unicode.IsLetter(before[len(before)-1]) {
			return true
		}
		from += i + len(word)
	}
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
