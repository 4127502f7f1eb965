package message

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The scanner finds what a regular expression finds, also in broken HTML.
func TestLinksAreThoseOfTheRegularExpression(t *testing.T) {
	find := regexp.MustCompile(`(?i)<a\b[^>]*?\bhref\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)`)
	pieces := []string{"<a", "<A", "<", ">", " ", "\n", "a", "href", "HREF", "hRef", "=", "\"", "'", "https://x.example/?a=1&b=2", "data-", "x", "<abbr", "/", "é", "ſ", "K", "#", "_", "\t", "<a href=\"", "<a class='b' href = 'c'>"}
	draw := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		var html strings.Builder
		for range 1 + draw.IntN(12) {
			html.WriteString(pieces[draw.IntN(len(pieces))])
		}
		var want []string
		for _, m := range find.FindAllStringSubmatch(html.String(), -1) {
			want = append(want, m[1])
		}
		if got := hrefs(html.String()); !slices.Equal(got, want) {
			t.Fatalf("hrefs(%q) = %q, want %q", html.String(), got, want)
		}
	}
}

// Dates and prices are looked for at digits, and are those of an expression for the whole text.
func TestDatesAndPricesAreThoseOfTheWholeText(t *testing.T) {
	pieces := []string{"1", "24", "2026", "12", ".", ",", "/", "-", " ", "\u00a0", "\u202f", "€", "$", "%", "EUR", "GBP", "zł", "kr", "krona", "руб", "η", "a", "A", "z", "x", "_", "é", "\n", "December", "декабря", "Δεκεμβρίου", "grudnia", "24.12.2026", "€5.00"}
	draw := rand.New(rand.NewPCG(5, 6))
	whole := map[string]*regexp.Regexp{}
	for language, rules := range knownLanguages() {
		var months []string
		for month := range 12 {
			months = append(months, regexp.QuoteMeta(strings.Fields(rules.long(time.Date(2026, time.Month(month+1), 5, 0, 0, 0, 0, time.UTC)))[1]))
		}
		whole[language] = regexp.MustCompile(`(?i)\b\d{1,2}η?[ \x{a0}](?:` + strings.Join(months, "|") + `)|` + numericDate)
	}
	for range 50_000 {
		var b strings.Builder
		for range 1 + draw.IntN(12) {
			b.WriteString(pieces[draw.IntN(len(pieces))])
		}
		text := b.String()
		for language, find := range whole {
			if got, want := datesLike()[language].all(text), find.FindAllString(text, -1); !slices.Equal(got, want) {
				t.Fatalf("%s: the days of %q are %q, want %q", language, text, got, want)
			}
		}
		if got, want := prices(text), pricesIn(text); !slices.Equal(got, want) {
			t.Fatalf("the prices of %q are %q, want %q", text, got, want)
		}
	}
}

func TestTidyIsWhatTheRegularExpressionsAre(t *testing.T) {
	trailing, many := regexp.MustCompile(`[ \t]+\n`), regexp.MustCompile(`\n{3,}`)
	draw := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		var text strings.Builder
		for range draw.IntN(14) {
			text.WriteString([]string{"\n", "\n\n", " ", "\t", "word", "\r", "\u00a0", "é"}[draw.IntN(8)])
		}
		want := strings.TrimSpace(many.ReplaceAllString(trailing.ReplaceAllString(text.String()+"\n", "\n"), "\n\n")) + "\n"
		if got := tidy(text.String()); got != want {
			t.Fatalf("tidy(%q) = %q, want %q", text.String(), got, want)
		}
	}
}
