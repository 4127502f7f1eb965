package canary

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// mark is a text that names the canary, in the forms in which it is looked for.
type mark struct {
	text  string
	lower []string // compared with the text in lower case
	exact []string // compared with the text as it is: base64 has cases
}

// newMark returns the mark of a text.
func newMark(text string) mark {
	m := mark{text: text}
	for _, form := range []string{text, strings.ToLower(text), strings.ToUpper(text)} {
		m.lower = append(m.lower, strings.ToLower(form), strings.ToLower(url.QueryEscape(form)), strings.ToLower(url.PathEscape(form)), hex.EncodeToString([]byte(form)))
		m.exact = append(m.exact, inBase64(form)...)
	}
	return m
}

// inBase64 returns the parts of the base64 of any text with the mark in it that do
// not depend on what is around the mark: one for each of its three offsets, in both
// alphabets.
func inBase64(text string) (all []string) {
	for offset := range 3 {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := encoding.EncodeToString([]byte(strings.Repeat("x", offset) + text))
			first := []int{0, 2, 3}[offset]                                 // characters with bits of what is before
			last := []int{0, 1, 1}[(offset+len(text))%3]                    // and of what is after
			if part := encoded[first : len(encoded)-last]; len(part) >= 8 { // shorter ones would be found by chance
				all = append(all, part)
			}
		}
	}
	return all
}

// in returns whether the text has the mark in any form.
func (m mark) in(text string) bool {
	lower := strings.ToLower(text)
	for _, form := range m.lower {
		if strings.Contains(lower, form) {
			return true
		}
	}
	for _, form := range m.exact {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}
