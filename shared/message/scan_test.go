package message

import (
	"html"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"regulars/shared/recommend"
	"regulars/shared/shop"
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

// What Lint finds in a text is what one finds that replaces one text of the data after
// the other in a string.
func TestFaultsAreThoseOfATextWithoutTheData(t *testing.T) {
	pieces := []string{"1", "12", "5", ".", ",", "0", " ", "\u00a0", "€", "%", "GBP", "k", "x", "é", "|", "€12.50", "12.5%", "£19.99", "0%", "Card worth £20", "A-100 EUR 5", "6 December 2026", "16 December", "24.12.2026", "https://shop.example.com/k1.jTA39USD-7kr-5EUR"}
	draw := rand.New(rand.NewPCG(7, 8))
	some := func(most int) string {
		var b strings.Builder
		for range draw.IntN(most + 1) {
			b.WriteString(pieces[draw.IntN(len(pieces))])
		}
		return b.String()
	}
	languages := []string{"en", "ru", "pl", "el", "he", "tlh"}
	for range 20_000 {
		language := languages[draw.IntN(len(languages))]
		d := Data{
			Shop: Shop{Name: some(2), URL: "https://shop.example.com/k1.jTA39USD-7kr-5EUR", Legal: some(3)}, Order: &Order{Number: some(2), Total: shop.Money{Minor: 1250, Currency: "EUR"}, Until: sampleDay},
			Coupon: &Coupon{Code: some(2), Percent: 1250, Minimum: shop.Money{Minor: 5, Currency: "GBP"}}, Picks: []recommend.Pick{{Product: shop.Product{Title: some(3), Price: shop.Money{Minor: 1999, Currency: "GBP"}}}},
		}
		text := some(14)
		inData, days, buffer := newDataTexts(language, d), knownDays(language, d), make([]byte, 0, len(text))
		if got, want := inData.pricesNotInData(text, buffer), len(prices(without(inData.besidePrices, false, without(inData.printed, true, text)))); got != want {
			t.Fatalf("%s: %d prices of %q are not in the data, want %d", language, got, text, want)
		}
		if got, want := daysNotInData(language, inData, days, text, buffer), len(slices.DeleteFunc(datesLike()[language].allIn(without(inData.besideDays, false, text)), func(day string) bool { return days[day] })); got != want {
			t.Fatalf("%s: %d days of %q are not in the data, want %d", language, got, text, want)
		}
	}
}

// allIn is all, and none for a language that is not known.
func (f dateLike) allIn(text string) []string {
	if f.written == nil {
		return nil
	}
	return f.all(text)
}

// without returns a text with "|" for each of the others, one after the other.
func without(others [][]byte, whole bool, text string) string {
	for _, other := range others {
		var out strings.Builder
		rest := text
		for {
			before, after, found := strings.Cut(rest, string(other))
			out.WriteString(before)
			if !found {
				break
			}
			if whole && (numeric(lastTwo([]byte(before))) || numeric(firstTwo([]byte(after)))) {
				_, size := utf8.DecodeRune(other)
				out.Write(other[:size])
				rest = rest[len(before)+size:]
				continue
			}
			out.WriteByte('|')
			rest = after
		}
		text = out.String()
	}
	return text
}

func TestATextOnOneLineIsItsWords(t *testing.T) {
	draw := rand.New(rand.NewPCG(9, 10))
	for range 20_000 {
		var text strings.Builder
		for range draw.IntN(10) {
			text.WriteString([]string{"\n", " ", "  ", "\t", "word", "\r", "\u00a0", "é", "\xff", "<p>", "<title>x</title>", "<!-- a > b -->", "<", "&amp;", "&#32;", "<STYLE a>"}[draw.IntN(16)])
		}
		words := strings.FieldsFunc(html.UnescapeString(text.String()), func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) })
		if got, want := oneLine(html.UnescapeString(text.String())), strings.Join(words, " "); got != want {
			t.Fatalf("oneLine(%q) = %q, want %q", text.String(), got, want)
		}
	}
}
