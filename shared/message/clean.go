package message

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"regulars/shared/content"
)

// clean returns s as one line of harmless text: without control characters and
// direction marks, with single blanks, and without template marks. Of the
// invisible characters only joiners stay, where they join, and the tags of flags.
func clean(s string) string {
	if isClean(s) {
		return s
	}
	s = keepJoiners(keepTags(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case r == joiner, r == nonJoiner, tagRune(r):
			return r
		case unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)))
	for _, m := range []string{"{{", "}}", "{%", "%}"} {
		for strings.Contains(s, m) {
			s = strings.ReplaceAll(s, m, m[:1])
		}
	}
	return strings.Join(strings.Fields(s), " ")
}

// isClean reports whether clean returns s as it is. It says no to what it would have to
// look at more closely: braces, joiners and tags.
func isClean(s string) bool {
	before := ' '
	for _, r := range s {
		switch {
		case r == ' ' && before == ' ', r < ' ', r == '{', r == '}', r == '\x7f':
			return false
		case r >= utf8.RuneSelf && (r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)):
			return false
		}
		before = r
	}
	return before != ' '
}

// cut shortens s to at most n characters. It does not cut between a letter and
// its marks, or inside a joined emoji.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	end := n - 1
	for end > 0 && (extends(runes[end]) || strings.ContainsRune(joiners, runes[end-1])) {
		end--
	}
	return strings.TrimRight(string(runes[:end]), " ,;:.-–—") + "…"
}

// extends reports whether the rune is drawn with the one before it: a mark, a
// joiner, a skin tone, or a tag of a flag.
func extends(r rune) bool {
	return unicode.IsMark(r) || tagRune(r) || strings.ContainsRune(joiners, r) || r >= '\U0001f3fb' && r <= '\U0001f3ff'
}

// link returns a URL that a message may link to, or "". It must be absolute and
// https; http is allowed only for the local machine, for the local cloud.
func link(address string) string { return content.Link(address) }

// initial returns the first letter or digit of a title in upper case, for the
// tile that replaces a missing picture.
func initial(title string) string {
	for _, r := range title {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "•"
}
