package message

import (
	"html"
	"strings"
)

// entities are the character references that [html.EscapeString] writes, and that
// layouts have.
var entities = []struct{ name, char string }{{"&amp;", "&"}, {"&#39;", "'"}, {"&#34;", `"`}, {"&lt;", "<"}, {"&gt;", ">"}, {"&nbsp;", "\u00a0"}}

// appendUnescaped appends what [html.UnescapeString] returns for the text. It does not
// copy the text twice.
func appendUnescaped(to []byte, text string) []byte {
next:
	for {
		at := strings.IndexByte(text, '&')
		if at < 0 {
			return append(to, text...)
		}
		to, text = append(to, text[:at]...), text[at:]
		for _, e := range entities {
			if rest, is := strings.CutPrefix(text, e.name); is {
				to, text = append(to, e.char...), rest
				continue next
			}
		}
		return append(to, html.UnescapeString(text)...) // another one, or none
	}
}
