package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for phrase, c := range map[string]struct {
		name, source string
		want         string // the lines of the findings
	}{
		"a comment":                          {"a.go", "package a\n\n// F is for whoever calls.\nfunc F() {}\n", "3"},
		"a comment at the end of a line":     {"a.go", "package a\n\nvar x = 1 // nobody reads it\n", "3"},
		"a block comment":                    {"a.go", "package a\n\n/* made\n anew */\n", "4"},
		"a string":                           {"a.go", "package a\n\nvar x = \"it changed meanwhile\"\n", "3"},
		"a raw string":                       {"a.go", "package a\n\nvar x = `one\nat hand`\n", "4"},
		"a phrase on two lines of a comment": {"a.go", "package a\n\n// It takes so\n// many units.\n", "3"},
		"capitals":                           {"a.go", "package a\n\n// Nobody reads it.\n", "3"},
		"two on one line":                    {"a.go", "package a\n\n// whoever heeds it\n", "3 3"},
		"where in place of if":               {"a.go", "package a\n\n// nil where there is none\n", "3"},
		"where for a place":                  {"a.go", "package a\n\n// the file where F lives\n", ""},
		"an identifier":                      {"a.go", "package a\n\nvar meanwhile = nobody + anew\n", ""},
		"words of code between words":        {"a.go", "package a\n\nfunc f(/* so */ x int /* many */) {}\n", ""},
		"part of another word":               {"a.go", "package a\n\n// the latest lestrade, heedless\n", ""},
		"an allowed line":                    {"a.go", "package a\n\nvar x = \"so many\" //words:allow a customer reads it\n", ""},
		"an allowed line without its reason": {"a.go", "package a\n\nvar x = \"so many\" //words:allow\n", "3"},
		"only its own line is allowed":       {"a.go", "package a\n\n// nobody //words:allow a quotation\n// nobody\n", "4"},
		"Markdown":                           {"a.md", "# A\n\nNobody\nknows.\n", "3"},
		"Markdown that allows a line":        {"a.md", "nobody <!-- words:allow the list of words -->\n", ""},
		"a make file":                        {"Makefile", "x: ## for whoever\n", "1"},
	} {
		t.Run(phrase, func(t *testing.T) {
			var lines []string
			for _, f := range check(c.name, []byte(c.source)) {
				lines = append(lines, fmt.Sprint(f.line))
			}
			if got := strings.Join(lines, " "); got != c.want {
				t.Errorf("check found lines %q, want %q", got, c.want)
			}
		})
	}
}

func TestCheckedFiles(t *testing.T) {
	for name, want := range map[string]bool{
		"shared/decide/decide.go": true, "docs/policy.md": true, "template.yaml": true, "Makefile": true,
		"infra/local/pages/html/mailbox.html": true,
		"CHANGELOG.md":                        false, "shared/policyfiles/testdata/sound/shop.yaml": false, "docs/pictures/mailbox.png": false,
		"infra/proof/plainwords/words.go": false,
	} {
		if got := checked(name); got != want {
			t.Errorf("checked(%q) = %v, want %v", name, got, want)
		}
	}
}
