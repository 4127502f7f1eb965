package message_test

import (
	"strings"
	"testing"

	"regulars/shared/content"
)

// greeting returns the name that a message greets a customer with.
func greeting(t *testing.T, name string) string {
	t.Helper()
	s := setOf("x", "x", "[{{ customer.name }}]", nil)
	text := render(t, s, content.Data{Language: "en", Customer: content.Greeting{Name: name}}).Text
	return strings.Trim(strings.TrimSpace(text), "[]")
}

func TestNamesOfAllScriptsAreGreeted(t *testing.T) {
	for name, want := range map[string]string{
		"Ann":                   "Ann",
		"  Ann \n":              "Ann",
		"O'Brien":               "O'Brien",
		"O’Brien":               "O’Brien",
		"'t Hooft":              "'t Hooft",
		"María José":            "María José",
		"Marı\u0301a":           "Marı\u0301a", // a mark that has no composed form
		"Anne-Marie":            "Anne-Marie",
		"J. P.":                 "J. P.",
		"J.P. Morgan":           "J.P. Morgan",
		"J.-P. Sartre":          "J.-P. Sartre",
		"Łukasz Żółć":           "Łukasz Żółć",
		"Дарья Щукина":          "Дарья Щукина",
		"Ε. Παπαδόπουλος":       "Ε. Παπαδόπουλος",
		"محمد بن عبد الله":      "محمد بن عبد الله",
		"李小龍":                   "李小龍",
		"김민준":                   "김민준",
		"สมชาย ใจดี":            "สมชาย ใจดี",
		"राज कुमार":             "राज कुमार",
		"Nguyễn Thị Hồng":       "Nguyễn Thị Hồng",
		"علی\u200cرضا":          "علی\u200cرضا",
		"രാജന്\u200d":           "രാജന്\u200d", // a chillu, written with a joiner at the end
		"ශ්\u200dරී":            "ශ්\u200dරී",
		"Dot":                   "Dot",
		"Net Comte":             "Net Comte",
		"Ａｎｎ":                   "Ann", // full width
		"Ann\u00a0Lee":          "Ann Lee",
		strings.Repeat("a", 40): strings.Repeat("a", 40),
	} {
		if got := greeting(t, name); got != want {
			t.Errorf("the name %q is greeted as %q, want %q", name, got, want)
		}
	}
}

func TestTextsThatAreNoNamesAreNotGreeted(t *testing.T) {
	for _, name := range []string{
		"Win 500 EUR at evil.example.com", // issue 11
		"evil.com", "Ann evil.com", "evil .com", "evil. com", "evil(dot)com", "evil[.]com", "evil dot com", "evil DOT com", "Evil com",
		"www evil", "www", "WWW.evil", "wwwevil", "ｗｗｗ evil", "𝐰𝐰𝐰 evil", "http evil", "https", "hxxp://evil", "//evil", "evil/path", `evil\path`,
		"evil．com", "evil。com", "evil․com", "evil｡com", "evil﹒com", "evil·com", "evil•com", "evilꓸcom", "evilꞏcom", "evil۔com", "evil\u0701com",
		"ann@example.com", "mailto:ann", "Ann:", "t.me", "J.P", ".", "..", "J..", "a.bc.", ".com",
		"Ann 2", "Ann2", "Ann ²", "Ann ٣", "Ann Ⅻ2", "Ann ①", "½",
		"<b>Ann</b>", "Ann <script>", "{{ shop.name }}", "{% if %}", "Ann}", "[Ann](x)", "*Ann*", "_Ann_", "#Ann", "Ann & Co", "Ann, dear", "Ann!", `"Ann"`,
		"Ann\r\nBcc: x", "Ann\tLee", "Ann\x00", "Ann\x1b", "Ann\u2028Lee", "Ann\u0085Lee",
		"Ann\u202eevil", "Ann\u2066", "\u200fAnn", "An\u200bn", "An\u00adn", "An\u200cn", "علی\u200c", "\ufeffAnn", "Ann\U000e0041",
		"🎁🎁🎁", "Ann 🎁", "Ann ❤", "€€€", "Ann €", "Sam\xff",
		"Z\u0301\u0301\u0301\u0301\u0301algo", "\u0301Ann",
		"Ann--Lee", "-Ann", "Ann-", "Ann ''", "-", "'", "Ann - Lee", "Ann  Lee",
		strings.Repeat("a", 41), strings.Repeat("Ann ", 11), strings.Repeat("李", 41), "",
	} {
		if got := greeting(t, name); got != "" {
			t.Errorf("the text %q is greeted as %q, want a neutral greeting", name, got)
		}
	}
}
