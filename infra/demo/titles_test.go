package demo

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Titles stand in quotation marks in the reasons of messages, and are cut there
// beyond 90 characters.
func TestTitlesInOtherLanguagesBelongToProducts(t *testing.T) {
	titles, err := readTitles(titlesFile)
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, p := range tell(t, noon).Products {
		if len(p.Titles) > 0 {
			known++
		}
		for _, language := range []string{"ru", "pl", "el"} {
			title := p.TitleIn(language)
			if (titles[p.ID] != nil) != (title != p.Title) {
				t.Errorf("product %s has the title %q in %s", p.ID, title, language)
			}
			if title != p.Title && (strings.ContainsAny(title, "«»„”“\"") || utf8.RuneCountInString(title) > 90 || strings.TrimSpace(title) != title) {
				t.Errorf("product %s: the title %q in %s has quotation marks or spaces around it, or is too long", p.ID, title, language)
			}
		}
	}
	if known < 70 || known != len(titles) {
		t.Errorf("%d products have titles in other languages, want at least 70 and all %d of the file", known, len(titles))
	}
}

func TestReadTitlesFailsWithTheLine(t *testing.T) {
	if _, err := readTitles("product\tru\tpl\n1\tа\tb\n2\tв\n"); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("readTitles = %v, want an error with line 3", err)
	}
}
