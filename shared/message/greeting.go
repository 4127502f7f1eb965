package message

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	longestName = 40 // characters; a longer name is not greeted
	mostMarks   = 3  // marks on one letter, such as accents

	hyphens     = "-‐"
	apostrophes = "'’"

	// dotLetters are letters and marks that look like a full stop.
	dotLetters = "\u1427\ua4f8\ua4f9\ua4fa\ua4fb\ua78f\U0001d16d"
)

// linkWords are words of web addresses. Mail programs turn some of them into
// links, and people read the others as such: "evil dot com".
var linkWords = []string{"www", "http", "https", "dot", "com", "net", "org", "info", "biz"}

// greetable returns the name for a greeting, in the Unicode form NFKC, or "" if
// the greeting must be neutral. Spammers enter texts such as "Win 500 EUR at
// example.com" as the name of an order or a sign-up form, so that the shop sends
// them to strangers.
//
// A name has at most 40 characters: letters of any script with their marks,
// single spaces, hyphens, apostrophes, and full stops in initials ("J. P.").
// Everything else gives a neutral greeting: digits, links, markup, control
// characters, characters that change the direction of text, symbols, and words
// of web addresses, also in forms that only look like them ("evil．com").
func greetable(name string) string {
	name = norm.NFKC.String(strings.TrimSpace(name))
	words := strings.Split(name, " ")
	if utf8.RuneCountInString(name) > longestName || slices.ContainsFunc(words, func(w string) bool { return !nameWord(w) }) {
		return ""
	}
	for i, word := range words {
		word = strings.ToLower(word)
		if i > 0 && slices.Contains(linkWords, word) || strings.HasPrefix(word, "www") || strings.HasPrefix(word, "http") {
			return "" // a first name can be Dot or Net
		}
	}
	return name
}

// nameWord reports whether a word can be part of a name: letters with their
// marks, with single hyphens, apostrophes and joiners between them (see
// [keepJoiners]), or initials. An apostrophe may also be the first or last character ('t Hooft).
func nameWord(word string) bool {
	before, marks := '-', 0 // so that the word does not begin with a hyphen
	for _, r := range word {
		letter := unicode.IsLetter(r)
		inside := unicode.IsLetter(before) || unicode.IsMark(before)
		switch {
		case strings.ContainsRune(dotLetters, r):
			return false
		case r == '.':
			return initials(word)
		case letter:
			marks = 0
		case unicode.IsMark(r):
			if marks++; !inside || marks > mostMarks {
				return false
			}
		case strings.ContainsRune(hyphens, r), strings.ContainsRune(joiners, r):
			if !inside {
				return false
			}
		case !strings.ContainsRune(apostrophes, r), !inside && before != '-':
			return false
		}
		before = r
	}
	return strings.ContainsFunc(word, unicode.IsLetter) && !strings.ContainsRune(hyphens, before) && keepJoiners(word) == word
}

// initials reports whether a word is one or more letters, each with a full stop:
// "J.", "J.P." or "J.-P.".
func initials(word string) bool {
	for _, part := range strings.SplitAfter(word, ".") {
		letter, _ := strings.CutSuffix(part, ".")
		letter = strings.TrimPrefix(letter, "-")
		r, size := utf8.DecodeRuneInString(letter)
		if part != "" && (!strings.HasSuffix(part, ".") || !unicode.IsLetter(r) || size != len(letter)) {
			return false
		}
	}
	return true
}
