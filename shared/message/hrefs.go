package message

import (
	"iter"
	"strings"
)

// hrefs returns the address of each link in an HTML part, with its quotation marks and
// as it is written: what
//
//	(?i)<a\b[^>]*?\bhref\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)
//
// matches in the brackets. A regular expression took half of the time of [Lint].
func hrefs(part string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			i := strings.IndexByte(part, '<')
			if i < 0 {
				return
			}
			if part = part[i+1:]; part == "" || part[0]|' ' != 'a' {
				continue
			}
			if href, rest, ok := hrefOf(part[1:]); ok {
				if part = rest; !yield(href) {
					return
				}
			}
		}
	}
}

// hrefOf returns the value of the first attribute href in what follows "<a", and the
// text after it.
func hrefOf(tag string) (href, rest string, ok bool) {
	for i, letter := 0, true; i < len(tag) && tag[i] != '>'; i++ { // letter: what is before i is part of a word
		if i == 0 && isWord(tag[0]) {
			return "", "", false // another element
		}
		if !letter && len(tag)-i > len("href") && strings.EqualFold(tag[i:i+len("href")], "href") {
			after := strings.TrimLeft(tag[i+len("href"):], blanks)
			if value, is := strings.CutPrefix(after, "="); is {
				if href, rest, ok = quoted(strings.TrimLeft(value, blanks)); ok {
					return href, rest, true
				}
			}
		}
		letter = isWord(tag[i])
	}
	return "", "", false
}

const blanks = " \t\n\f\r"

// quoted returns the value of an attribute at the beginning of a text.
func quoted(text string) (value, rest string, ok bool) {
	if text == "" {
		return "", "", false
	}
	if mark := text[0]; mark == '"' || mark == '\'' {
		if end := strings.IndexByte(text[1:], mark); end >= 0 {
			return text[:end+2], text[end+2:], true
		}
	}
	end := strings.IndexAny(text, blanks+">")
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:], end > 0
}

// isWord reports whether an ASCII character is part of a word, as for \b.
func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|' ' >= 'a' && c|' ' <= 'z'
}
