package message

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTidyIsItsPlainForm(t *testing.T) {
	blanks, lines := regexp.MustCompile(`[ \t]+(\n|$)`), regexp.MustCompile(`\n{3,}`)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab \t\n\r\u00a0\u2028é"))).Draw(t, "text")
		want := strings.TrimSpace(lines.ReplaceAllString(blanks.ReplaceAllString(text, "$1"), "\n\n")) + "\n"
		if got := tidy(text); got != want {
			t.Errorf("tidy(%q) = %q, want %q", text, got, want)
		}
	})
}
