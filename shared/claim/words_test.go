package claim_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"regulars/shared/claim"
)

func TestWords(t *testing.T) {
	for code, want := range map[string]string{
		"quiet-hours": "quiet hours", "cap:promotions-7d": "the frequency cap promotions-7d is full", "outranked:win-back_first": "the campaign win-back_first goes first",
		"a-code-of-tomorrow": "", "": "", "gap:x": "",
	} {
		if got := claim.Words(code); got != want {
			t.Errorf("Words(%q) = %q, want %q", code, got, want)
		}
	}
}

// docs/results.md has the same words for each reason.
func TestTheDocHasTheWords(t *testing.T) {
	doc, err := os.ReadFile("../../docs/results.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("words.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`(?m)^\t"([a-z:-]+)": `).FindAllStringSubmatch(string(source), -1)
	if len(codes) < 40 {
		t.Fatalf("words.go has %d codes", len(codes))
	}
	for _, match := range codes {
		code := match[1]
		if strings.HasSuffix(code, ":") {
			code += "NAME"
		}
		if row := "| `" + code + "` | " + claim.Words(code) + " |\n"; !strings.Contains(string(doc), row) {
			t.Errorf("docs/results.md lacks the row %s", row)
		}
	}
}

// Each reason with which a decision ends a send has words. The test reads the codes from
// the source, so a new reason needs words as well.
func TestEachReasonOfADecisionHasWords(t *testing.T) {
	coded, found := regexp.MustCompile(`(?:end|later)\([^"]*claim\.[A-Z][a-z]+, "([a-z:-]+)"`), 0
	for _, folder := range []string{"decide", "dispatch"} {
		files, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range coded.FindAllStringSubmatch(string(source), -1) {
				found++
				if code := match[1]; !strings.HasSuffix(file, "_test.go") && claim.Words(code) == "" && claim.Words(code+"x") == "" {
					t.Errorf("%s: the reason %s has no words", file, code)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("%d reasons were found in the source, want 30 or more: does the pattern still fit?", found)
	}
}
