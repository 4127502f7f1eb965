package message

import (
	"slices"
	"strings"
	"unicode"
)

// The joiners are invisible, but they change how the characters beside them are
// drawn. Persian and the Indic scripts need both to spell words (علی‌رضا), and
// the zero-width joiner makes one emoji of several (a family).
const (
	nonJoiner = '\u200c'
	joiner    = '\u200d'
	joiners   = string(nonJoiner) + string(joiner)

	emojiStyle = '\ufe0f' // the variation selector that asks for the coloured picture
)

// joining is the scripts whose words contain joiners.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mandaic, unicode.Nko, unicode.Mongolian,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil,
	unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// keepJoiners returns s with the joiners that join, and without all others,
// which would only hide in the text:
//
//   - between two letters of a script that needs joiners, with their marks;
//   - a zero-width joiner also at the end of such a word, where it changes the
//     form of the last letter;
//   - a zero-width joiner between two emoji.
func keepJoiners(s string) string {
	if !strings.ContainsAny(s, joiners) {
		return s
	}
	runes := []rune(s)
	kept := make([]rune, 0, len(runes))
	for i, r := range runes {
		if r != joiner && r != nonJoiner {
			kept = append(kept, r)
			continue
		}
		next := ' '
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		if joins(kept, r, next) {
			kept = append(kept, r)
		}
	}
	return string(kept)
}

// joins reports whether a joiner joins what is before it and the next rune.
func joins(before []rune, j, next rune) bool {
	if len(before) == 0 {
		return false
	}
	if last := before[len(before)-1]; j == joiner && (emoji(last) || last == emojiStyle) {
		return emoji(next)
	}
	return afterJoiningLetter(before) && (unicode.IsLetter(next) || unicode.IsMark(next) || j == joiner && next == ' ')
}

// afterJoiningLetter reports whether the runes end with a letter of a script
// that needs joiners, with its marks.
func afterJoiningLetter(before []rune) bool {
	for _, r := range slices.Backward(before) {
		if !unicode.IsMark(r) {
			return unicode.IsLetter(r) && unicode.In(r, joining...)
		}
	}
	return false
}

// emoji reports whether a joiner can join the rune as a part of an emoji: a
// pictograph, an arrow, or a skin tone.
func emoji(r rune) bool { return r >= '\u2190' && unicode.IsSymbol(r) }
