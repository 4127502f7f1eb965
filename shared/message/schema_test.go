package message

import (
	"fmt"
	"html"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// plainJSONText is [jsonText] in its plainest form.
func plainJSONText(s string) string {
	var out strings.Builder
	for _, r := range strings.Join(strings.Fields(html.UnescapeString(s)), " ") {
		if strings.ContainsRune("\"'\\<>&{}\u2028\u2029", r) {
			fmt.Fprintf(&out, "\\u%04x", r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

func TestJSONTextIsItsPlainForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(
			rapid.StringOf(rapid.RuneFrom([]rune("ab  é\u00a0\u0085\u2028\u2029\u3000\ufffd\"'\\<>&;{}\t\n\x00\x7f"))),
			rapid.Map(rapid.SliceOf(rapid.SampledFrom([]string{"tea", "&amp;", "&nbsp", "&#32;", " ", "\xff", "чай"})), func(s []string) string { return strings.Join(s, "") }),
		).Draw(t, "text")
		if got, want := jsonText(s), plainJSONText(s); got != want {
			t.Errorf("jsonText(%q) = %q, want %q", s, got, want)
		}
	})
}
